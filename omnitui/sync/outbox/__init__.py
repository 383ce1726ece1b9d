"""Delivery of what is queued, once and only once."""
