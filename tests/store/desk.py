"""A small support mailbox for tests of triage: real tables, filled the way sync fills them."""

from __future__ import annotations

import sqlite3
import zlib
from pathlib import Path
from typing import Any

from omnitui.core.blocks import Block, BlockKind, blocks_to_json
from omnitui.core.mail import Address
from omnitui.core.people import people_json
from omnitui.core.times import Instant
from omnitui.store import accounts, fulltext, identities
from omnitui.store.connection import Role, open_cache, transaction
from omnitui.store.message_ids import MessageIds
from omnitui.store.refresh import refresh

NOW = Instant(1_800_000_000_000)
MINUTE = 60_000
PEOPLE = ("anna", "ben", "chi", "dolores")


def make(path: Path, conversations: int = 4, each: int = 3) -> sqlite3.Connection:
    """Conversation n is of person n: `each` mails in the inbox, the first read, written minutes apart."""
    connection = open_cache(path, Role.OPERATIONS)
    with transaction(connection):
        account = accounts.upsert(connection, "support", "email", "support@shop.example")
        for number, role in enumerate(("inbox", "archive", "junk", "sent"), 1):
            connection.execute(
                "INSERT INTO folder (id, account_id, name, role, uidvalidity) VALUES (?, ?, ?, ?, 7)",
                (number, account, role.capitalize(), role),
            )
        for number in range(1, conversations + 1):
            _conversation(connection, account, number, each)
        refresh(connection, range(1, conversations + 1))
        connection.execute("DELETE FROM change")
    return connection


def _conversation(connection: sqlite3.Connection, account: int, number: int, each: int) -> None:
    name = PEOPLE[(number - 1) % len(PEOPLE)]
    person = Address(name.capitalize(), f"{name}@example.org")
    identity = identities.ensure(connection, "email", [person])[person.email]
    root = f"c{number}.0@example.org"
    connection.execute(
        "INSERT INTO conversation (id, key, account_id, channel) VALUES (?, ?, ?, 'email')",
        (number, f"support {root}", account),
    )
    identities.took_part(connection, [(number, identity.id)])
    for n in range(each):
        mail(connection, number, person, n, uid=number * 100 + n, seen=n == 0)


def mail(
    connection: sqlite3.Connection, conversation: int, person: Address, n: int, *, uid: int = 0, seen: bool = False
) -> int:
    """One mail of a customer, as sync leaves it; `uid` 0 is nowhere on the server."""
    at = NOW - (1000 - conversation * 10 - n) * MINUTE
    mid, text = f"c{conversation}.{n}@example.org", f"Mail {n} of {person.name} about a parcel"
    id_ = MessageIds(connection).take(at)
    connection.execute(
        "INSERT INTO message (id, account_id, conversation_id, mid, class, from_name, from_address, people, subject,"
        " preview, at, fetched_at, seen, join_reason) VALUES (?, 1, ?, ?, 'customer', ?, ?, ?, ?, ?, ?, ?, ?, 'root')",
        (
            id_, conversation, mid, person.name, person.email, people_json(to=[Address("", "support@shop.example")]),
            f"Question {conversation}", text, at, at, seen,
        ),
    )  # fmt: skip
    blocks = zlib.compress(blocks_to_json([Block(BlockKind.PARAGRAPH, text)]).encode())
    connection.execute("INSERT INTO body (message_id, text, blocks) VALUES (?, ?, ?)", (id_, text, blocks))
    connection.execute("INSERT OR IGNORE INTO reference VALUES (1, ?, ?)", (mid, conversation))
    fulltext.add(connection, fulltext.searchable(connection, [id_]))
    if uid:
        connection.execute(
            "INSERT INTO ledger (folder_id, uidvalidity, uid, outcome, message_id, flags)"
            " VALUES (1, 7, ?, 'stored', ?, ?)",
            (uid, id_, "\\Seen" if seen else ""),
        )
    return id_


NOT_COMPARED = ("operation", "step", "change", "meta", "sqlite_sequence")
_CHANCE = {"outbox": ("id", "step_id", "created_at")}
"""Columns of outbox rows that are made anew each time; a send's are not, they are in its frozen content."""


def everything(connection: sqlite3.Connection) -> dict[str, list[tuple[Any, ...]]]:
    """Every table, row by row, with what full text finds: the whole state but for the log of how it came to be."""
    tables = connection.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'fulltext%' ORDER BY name"
    ).fetchall()
    state = {}
    for (name,) in tables:
        if name in NOT_COMPARED:
            continue
        rows = [dict(row) for row in connection.execute(f"SELECT * FROM {name}")]
        if name == "tally":
            rows = [row for row in rows if row["n"]]
        for row in rows:
            if row.get("kind") != "send":
                for column in _CHANCE.get(name, ()):
                    row.pop(column)
            elif name == "outbox":
                row.pop("step_id")
        state[name] = sorted((tuple(row.items()) for row in rows), key=repr)
    words = ("parcel", "anna", "question", "note", "answer")
    state["found"] = [
        (word, *(row[0] for row in connection.execute("SELECT rowid FROM fulltext WHERE fulltext MATCH ?", (word,))))
        for word in words
    ]
    return state
