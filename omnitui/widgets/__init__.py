"""Widgets: show models, post messages, know nothing else."""
