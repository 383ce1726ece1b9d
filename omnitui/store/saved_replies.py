"""Saved replies: written by operations (store/apply/saved_replies.py), read here."""

from __future__ import annotations

import sqlite3

from omnitui.core.saved_replies import SavedReply
from omnitui.core.times import Instant
from omnitui.store.select import Select

_COLUMNS = "SELECT name, body, subject, author, updated_at FROM saved_reply"


def every() -> Select[SavedReply]:
    """All of them, by name."""
    return Select(f"{_COLUMNS} ORDER BY name", (), _reply)


def by_name(name: str) -> Select[SavedReply]:
    """The one of this name, in whatever case; no row when there is none."""
    return Select(f"{_COLUMNS} WHERE name = ?", (name,), _reply)


def _reply(row: sqlite3.Row) -> SavedReply:
    return SavedReply(row["name"], row["body"], row["subject"], row["author"], Instant(row["updated_at"]))
