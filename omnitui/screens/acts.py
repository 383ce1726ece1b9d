"""Brings every handler together, so that a command table without one is found out."""

from __future__ import annotations

import importlib
import sys

MODULES = (
    "acts_move",
    "acts_view",
    "acts_saved_views",
    "acts_triage",
    "acts_undo",
    "acts_write",
    "acts_compose",
    "acts_attach",
    "acts_chat",
    "acts_through",
    "acts_follow_up",
    "acts_read",
    "acts_files",
    "picture_page",
    "acts_select",
    "why_page",
    "acts_contact",
    "acts_search",
    "acts_find",
    "acts_pages",
    "mending",
    "acts_program",
)


def register() -> None:
    """Import each module of handlers (they register themselves), once: after the first frame, or at the first key."""
    if "omnitui.screens.acts_program" in sys.modules:
        return
    for name in MODULES:
        importlib.import_module(f"omnitui.screens.{name}")
