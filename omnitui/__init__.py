"""omnitui: a keyboard-driven terminal inbox for customer support."""

__version__ = "0.1.0"
