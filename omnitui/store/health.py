"""Questions that `doctor` asks of the cache."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from omnitui.core.times import Instant
from omnitui.store.connection import LEAST_SQLITE


@dataclass(frozen=True, slots=True)
class Contents:
    """How much there is."""

    schema: int
    messages: int
    conversations: int
    notes: int
    quarantined: int


def sqlite_abilities() -> tuple[str, str]:
    """SQLite's version, and what it lacks for us; empty when nothing."""
    lacking = [] if sqlite3.sqlite_version_info >= LEAST_SQLITE else [f"version {'.'.join(map(str, LEAST_SQLITE))}"]
    connection = sqlite3.connect(":memory:")
    try:
        connection.execute("CREATE VIRTUAL TABLE t USING fts5(x)")
    except sqlite3.OperationalError:
        lacking.append("FTS5")
    finally:
        connection.close()
    return sqlite3.sqlite_version, " and ".join(lacking)


def integrity(connection: sqlite3.Connection) -> list[str]:
    """What SQLite finds wrong with the file, references between tables included; empty when nothing."""
    try:
        found = [row[0] for row in connection.execute("PRAGMA quick_check(20)") if row[0] != "ok"]
        loose = connection.execute("PRAGMA foreign_key_check").fetchmany(20)
    except sqlite3.DatabaseError as error:
        return [str(error)]
    return [*map(str, found), *(f"{row[0]} {row[1]} refers to a {row[2]} that is not there" for row in loose)]


def contents(connection: sqlite3.Connection) -> Contents:
    """Counts over the whole cache."""
    row = connection.execute(
        "SELECT (SELECT count(*) FROM message WHERE class <> 'note'), (SELECT count(*) FROM conversation),"
        " (SELECT count(*) FROM message WHERE class = 'note'),"
        " (SELECT count(*) FROM ledger WHERE outcome = 'quarantined')"
    ).fetchone()
    schema = connection.execute("PRAGMA user_version").fetchone()[0]
    return Contents(schema, *row)


def outbox_states(connection: sqlite3.Connection) -> dict[str, int]:
    """Outbox items by state."""
    return dict(connection.execute("SELECT state, count(*) FROM outbox GROUP BY state").fetchall())


def oldest_waiting(connection: sqlite3.Connection) -> Instant | None:
    """Since when the oldest item could have gone out and has not."""
    row = connection.execute(
        "SELECT min(max(created_at, not_before)) FROM outbox WHERE state IN ('held', 'queued', 'sending')"
    ).fetchone()
    return None if row[0] is None else Instant(row[0])


def worst_clock_lead(connection: sqlite3.Connection) -> int | None:
    """By how many milliseconds the server's time of a recent mail lay ahead of ours when we fetched it (0: never)."""
    row = connection.execute(
        "SELECT max(at - fetched_at) FROM (SELECT at, fetched_at FROM message WHERE class = 'customer'"
        " ORDER BY id DESC LIMIT 200)"
    ).fetchone()
    return None if row[0] is None else max(0, int(row[0]))
