"""Where a channel's account goes on reading."""

from __future__ import annotations

import sqlite3

from omnitui.core.times import Instant
from omnitui.store.select import Select


def cursor(account_id: int) -> Select[str]:
    """The cursor as the connector gave it; no row before the first pull."""
    return Select("SELECT value FROM channel_cursor WHERE account_id = ?", (account_id,), lambda row: str(row[0]))


def set_cursor(connection: sqlite3.Connection, account_id: int, value: str, now: Instant) -> None:
    """Go on from here; in the transaction of what was brought."""
    connection.execute(
        "INSERT INTO channel_cursor VALUES (?, ?, ?) ON CONFLICT(account_id) DO UPDATE SET value = excluded.value,"
        " at = excluded.at WHERE value <> excluded.value",
        (account_id, value, now),
    )
