"""Snoozed conversations whose time has come."""

from __future__ import annotations

import sqlite3

from omnitui.core.times import Instant
from omnitui.store.connection import joined
from omnitui.store.events import record_event
from omnitui.store.refresh import refresh
from omnitui.store.select import Select


def next_due() -> Select[int]:
    """When the next one comes back; no row when none is snoozed until a time."""
    return Select(
        "SELECT min(snoozed_until) FROM conversation WHERE state = 'snoozed' AND snoozed_until IS NOT NULL"
        " HAVING count(*) > 0",
        (),
        lambda row: int(row[0]),
    )


def wake(connection: sqlite3.Connection, now: Instant) -> list[int]:
    """Open those that are due, each with an event in the log; returns their ids."""
    with joined(connection):
        rows = connection.execute(
            "UPDATE conversation SET state = 'open', snoozed_until = NULL"
            " WHERE state = 'snoozed' AND snoozed_until IS NOT NULL AND snoozed_until <= ? RETURNING id",
            (now,),
        ).fetchall()
        ids = sorted(row["id"] for row in rows)
        for conversation_id in ids:
            record_event(connection, conversation_id, "woken", {"state": "open"}, now)
        if ids:
            refresh(connection, ids)
        return ids
