"""Exports of chat programs, read as the events that their channels would have reported."""
