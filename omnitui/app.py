"""The Textual application: wires screens to the store and the worker, holds no logic."""
