"""Campaigns: long runs that look for loss, duplicates and crashes, each a command of its own."""
