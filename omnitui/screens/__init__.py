"""Screens: compose widgets, answer their messages."""
