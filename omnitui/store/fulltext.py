"""The full-text index: what of a message is searched, putting it in and taking it out.

The index keeps no text. A row is taken out by giving it again, so its columns are functions of stored text alone.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from omnitui.core.mail import Address
from omnitui.core.people import people_of, people_text
from omnitui.core.text.fold import index_text

USES = ("to", "cc", "bcc", "reply_to")


class Searchable(NamedTuple):
    """What is searched of one message, as stored (not yet folded)."""

    id: int
    subject: str
    people: str
    body: str
    files: str


def searchable(connection: sqlite3.Connection, message_ids: Sequence[int]) -> list[Searchable]:
    """What the index holds of these messages, made again from what is stored."""
    rows = connection.execute(
        "SELECT m.id, m.subject, m.from_name, m.from_address, m.people, coalesce(b.text, '') AS text,"
        " coalesce((SELECT group_concat(name, ' ') FROM"
        "  (SELECT name FROM attachment WHERE message_id = m.id ORDER BY id)), '') AS files"
        " FROM json_each(?) AS wanted CROSS JOIN message m ON m.id = wanted.value"
        " LEFT JOIN body b ON b.message_id = m.id ORDER BY m.id",
        (json.dumps(list(message_ids)),),
    )
    return [Searchable(row["id"], row["subject"], people_text(_people(row)), row["text"], row["files"]) for row in rows]


def add(connection: sqlite3.Connection, rows: Iterable[Searchable]) -> None:
    """Put messages in; ids ascending, for the index writes itself out whenever they fall."""
    add_folded(connection, map(_folded, rows))


def add_folded(connection: sqlite3.Connection, rows: Iterable[tuple[int, str, str, str, str]]) -> None:
    """As `add`, of columns that are folded already."""
    connection.executemany("INSERT INTO fulltext(rowid, subject, people, body, files) VALUES (?, ?, ?, ?, ?)", rows)


def remove(connection: sqlite3.Connection, rows: Iterable[Searchable]) -> None:
    """Take messages out; `rows` must be what was put in (ask `searchable` before the message changes)."""
    connection.executemany(
        "INSERT INTO fulltext(fulltext, rowid, subject, people, body, files) VALUES ('delete', ?, ?, ?, ?, ?)",
        map(_folded, rows),
    )


def merge(connection: sqlite3.Connection, pages: int = 500) -> bool:
    """Merge a bounded part of the index, for idle moments. True while there is more to do."""
    before = connection.total_changes
    connection.execute("INSERT INTO fulltext(fulltext, rank) VALUES ('merge', ?)", (pages,))
    return connection.total_changes - before >= 2


def _people(row: sqlite3.Row) -> list[Address]:
    uses = people_of(row["people"])
    return [
        Address(row["from_name"], row["from_address"]),
        *(person for use in USES for person in uses.get(use, ())),
    ]


def _folded(row: Searchable) -> tuple[int, str, str, str, str]:
    return (row.id, index_text(row.subject), index_text(row.people), index_text(row.body), index_text(row.files))
