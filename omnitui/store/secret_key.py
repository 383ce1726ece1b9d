"""The key of the hash in our own Message-IDs: made once for each cache, never shown."""

from __future__ import annotations

import secrets
import sqlite3

_NAME = "own_id_key"


def secret_key(connection: sqlite3.Connection) -> bytes:
    """The key; made at the first call (which needs a writing connection)."""
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (_NAME,)).fetchone()
    if row is None:
        connection.execute("INSERT OR IGNORE INTO meta VALUES (?, ?)", (_NAME, secrets.token_hex(32)))
        row = connection.execute("SELECT value FROM meta WHERE key = ?", (_NAME,)).fetchone()
    return bytes.fromhex(row[0])
