"""What keeps SQLite from its work, in words for the agent: what happened, and what helps.

Only what the machine does to us is put into words. A question that SQLite cannot understand is a fault of ours.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from omnitui.core.errors import CacheError

_WORDS = {
    sqlite3.SQLITE_BUSY: "Another program has held the mailbox for too long.",
    sqlite3.SQLITE_LOCKED: "Another program has held the mailbox for too long.",
    sqlite3.SQLITE_NOMEM: "There is not enough memory left: end what is not needed.",
    sqlite3.SQLITE_FULL: "The disk is full: make room on it.",
    sqlite3.SQLITE_IOERR: "The disk does not answer as it should: look at it.",
    sqlite3.SQLITE_READONLY: "The mailbox's file may not be written: look at its rights.",
    sqlite3.SQLITE_PERM: "The mailbox's file may not be opened: look at its rights.",
    sqlite3.SQLITE_CANTOPEN: "The mailbox's file cannot be opened: look at its folder.",
    sqlite3.SQLITE_CORRUPT: "The mailbox's file is damaged; see `omnitui doctor`.",
    sqlite3.SQLITE_NOTADB: "The mailbox's file is damaged; see `omnitui doctor`.",
}
GONE = "The mailbox's file is gone, or another stands in its place: leave, and start omnitui again."


def hindered(error: sqlite3.Error, after: str) -> CacheError | None:
    """The error in words with what becomes of the work behind it; None when it is a fault of ours."""
    code = getattr(error, "sqlite_errorcode", None)
    words = _WORDS.get(code & 0xFF) if code is not None else None
    return None if words is None else CacheError(f"{words} {after}")


def identity(path: Path) -> tuple[int, int] | None:
    """Which file stands there (device and number); None when there is none, or no way to it."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
