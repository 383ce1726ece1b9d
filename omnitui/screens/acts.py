"""Brings every handler together, so that a command table without one is found out."""

from __future__ import annotations

import importlib

MODULES = (
    "acts_move",
    "acts_view",
    "acts_triage",
    "acts_undo",
    "acts_write",
    "acts_read",
    "acts_pages",
    "acts_program",
)


def register() -> None:
    """Import each module of handlers; they register themselves."""
    for name in MODULES:
        importlib.import_module(f"omnitui.screens.{name}")
