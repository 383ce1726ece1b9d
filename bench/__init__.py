"""Benchmarks: figures with the commands that make them, one a file."""
