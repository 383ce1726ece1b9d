"""Notifications while the screen is open: what deserves one, and the bell, the desktop, a command and the title."""
