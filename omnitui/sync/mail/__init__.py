"""MIME in and out."""
