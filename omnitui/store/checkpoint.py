"""Taking what the write-ahead log holds over into the cache file: how much waits there, and one round of it.

SQLite by itself does this in whichever commit finds the log long, which then waits for the disk
(sqlite.org/wal.html, section 3.1).
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

BY_ITSELF = 64 * 1024
"""Pages (512 MB) at which a commit does it nevertheless: for when no worker runs that would do it beside."""


def log_size(cache: Path) -> int:
    """Bytes of the log, those included that are taken over already and will be written again."""
    try:
        return cache.with_name(cache.name + "-wal").stat().st_size
    except FileNotFoundError:
        return 0


def take_over(connection: sqlite3.Connection) -> bool:
    """Take over what no reader still needs; nobody waits for it, but the disk is waited for. True when all went.

    A disk that takes no more loses nothing here: all of it is in the log, and the next commit says what is wrong.
    """
    try:
        _, pages, taken = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    except sqlite3.OperationalError:
        return False
    return bool(pages == taken)
