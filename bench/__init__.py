"""Benchmarks: every figure is a ratio against a peer or a floor taken in the same run."""
