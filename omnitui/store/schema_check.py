"""Whether the cache has every table, index and trigger that its schema says, and making indexes anew."""

from __future__ import annotations

import sqlite3

from omnitui.core.errors import CacheError
from omnitui.store.connection import transaction
from omnitui.store.migrate import migrations, statements


def missing(connection: sqlite3.Connection) -> dict[str, tuple[str, str]]:
    """Name to (kind, SQL) of what the migrations make and the cache lacks."""
    there = {row[0] for row in connection.execute("SELECT name FROM sqlite_schema")}
    wanted = _wanted()
    # What belonged to a lost table went with it, and is no loss of its own.
    return {
        name: (kind, sql)
        for name, (kind, table, sql) in wanted.items()
        if name not in there and (name == table or table in there)
    }


def make_missing_indexes(connection: sqlite3.Connection) -> list[str]:
    """Make indexes that are missing; gives their names. Nothing else is made: a lost table is lost mail.

    Raises CacheError when one cannot be made (the rows contradict it).
    """
    lost = {name: sql for name, (kind, sql) in missing(connection).items() if kind == "index"}
    try:
        with transaction(connection):
            for sql in lost.values():
                connection.execute(sql)
    except sqlite3.DatabaseError as error:
        raise CacheError(f"an index of the cache cannot be made anew: {error}") from error
    return sorted(lost)


def _wanted() -> dict[str, tuple[str, str, str]]:
    """What a new cache of today would have: name to (kind, table, SQL)."""
    empty = sqlite3.connect(":memory:")
    try:
        for _, sql in migrations():
            for statement in statements(sql):
                empty.execute(statement)
        rows = empty.execute("SELECT name, type, tbl_name, sql FROM sqlite_schema WHERE sql IS NOT NULL").fetchall()
    finally:
        empty.close()
    return {name: (kind, table, sql) for name, kind, table, sql in rows}
