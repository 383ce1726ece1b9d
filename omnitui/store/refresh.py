"""Derived columns of conversations: made anew from messages, drafts and outbox whenever one of those changes.

The counting runs in the index `message_conversation` alone, so a conversation of thousands is as cheap as it can be.
The rule of the wait is that of `core/waiting.py`, said again in SQL; a property test holds the two together.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from typing import Any

from omnitui.core.waiting import UNANSWERING
from omnitui.store import feed, identities

_UNANSWERING = ", ".join(f"'{state}'" for state in UNANSWERING)
_MAIL = "('customer', 'auto', 'human', 'machine')"
_COUNTS = f"""
SELECT c.id, c.channel, c.room, c.wait_from, c.contact_id, c.draft_count, c.failed_count, c.last_at AS had_last_at,
    c.waiting_since, c.hidden,
    (SELECT count(*) FROM draft WHERE conversation_id = c.id) AS drafts,
    (SELECT count(*) FROM outbox WHERE conversation_id = c.id AND kind = 'send'
        AND state IN ('failed', 'unknown', 'asking')) AS failed,
    (SELECT count(*) FROM outbox WHERE conversation_id = c.id AND kind = 'send'
        AND state IN ('held', 'queued', 'sending')) AS queued,
    (SELECT id FROM message WHERE conversation_id = c.id AND class IN {_MAIL} ORDER BY at, id LIMIT 1) AS first_id,
    (SELECT id FROM message WHERE conversation_id = c.id AND class IN {_MAIL}
        ORDER BY at DESC, id DESC LIMIT 1) AS last_id,
    coalesce(
        (SELECT id FROM message WHERE conversation_id = c.id AND class = 'customer' ORDER BY at, id LIMIT 1),
        (SELECT id FROM message WHERE conversation_id = c.id AND class = 'human' ORDER BY at, id LIMIT 1)
    ) AS contact_from,
    total(m.class IN {_MAIL}) AS messages,
    total(m.seen = 0 AND m.class IN ('customer', 'auto')) AS unread,
    total(m.attachment_count) AS attachments,
    total(m.class = 'note') AS notes,
    max(m.class IN ('customer', 'auto')) AS from_outside,
    min(m.at) AS first_at,
    coalesce(max(CASE WHEN m.class <> 'note' THEN m.at END), max(m.at)) AS last_at,
    max(CASE WHEN m.class = 'customer' THEN m.at END) AS customer_at,
    max(CASE WHEN m.class = 'human' THEN m.at END) AS agent_at,
    max(CASE WHEN m.class = 'human' AND m.delivery NOT IN ({_UNANSWERING}) OR m.class = 'customer' AND m.answered
        THEN m.at END) AS settled_at
FROM json_each(?) AS wanted CROSS JOIN conversation c ON c.id = wanted.value
LEFT JOIN message m ON m.conversation_id = c.id
WHERE c.merged_into IS NULL GROUP BY c.id
"""
_WAITS = "SELECT min(at) FROM message WHERE conversation_id = ? AND class = 'customer' AND at > ?"
_BLOCKED = """
SELECT c.id FROM json_each(?) AS wanted CROSS JOIN conversation c ON c.id = wanted.value
WHERE EXISTS (SELECT 1 FROM conversation_identity ci JOIN identity i ON i.id = ci.identity_id
    WHERE ci.conversation_id = c.id AND i.blocked = 1)
AND NOT EXISTS (SELECT 1 FROM message m
    LEFT JOIN identity i ON i.channel = c.channel
        AND i.address = CASE c.channel WHEN 'email' THEN lower(m.from_address) ELSE m.from_address END
    WHERE m.conversation_id = c.id AND m.class IN ('customer', 'auto') AND coalesce(i.blocked, 0) = 0)
"""
_AMONG_US = """
SELECT c.id FROM json_each(?) AS wanted CROSS JOIN conversation c ON c.id = wanted.value
WHERE EXISTS (SELECT 1 FROM conversation_identity WHERE conversation_id = c.id)
AND NOT EXISTS (SELECT 1 FROM conversation_identity ci JOIN identity i ON i.id = ci.identity_id
    WHERE ci.conversation_id = c.id AND i.ours = 0)
"""
_PLAIN = (
    "subject = ?, contact_name = ?, preview = ?, message_count = ?, unread_count = ?, attachment_count = ?,"
    " note_count = ?, queued_count = ?, first_at = ?, last_customer_at = ?, last_agent_at = ?"
)
_ORDERING = "contact_id = ?, draft_count = ?, failed_count = ?, last_at = ?, waiting_since = ?, hidden = ?"
_UPDATE_PLAIN = f"UPDATE conversation SET {_PLAIN} WHERE id = ?"
_UPDATE = f"UPDATE conversation SET {_PLAIN}, {_ORDERING} WHERE id = ?"

_HAD = ("contact_id", "draft_count", "failed_count", "had_last_at", "waiting_since", "hidden")
"""What a row of `_COUNTS` says of the columns of `_ORDERING` as they stand."""


def refresh(connection: sqlite3.Connection, conversation_ids: Iterable[int]) -> None:
    """Recompute every derived column of these conversations and tell the change feed; in the caller's transaction."""
    ids = sorted(set(conversation_ids))
    counts = connection.execute(_COUNTS, (json.dumps(ids),)).fetchall()
    shown = _shown(connection, counts)
    contacts = _contacts(connection, counts, shown)
    hidden = _hidden(connection, counts)
    plain, moved = [], []
    for row in counts:
        ordering = _ordering(connection, row, contacts.get(row["id"]), row["id"] in hidden)
        columns = _plain(row, shown, contacts)
        # SQLite writes every index of a column that is set, changed or not, and the list has many.
        if ordering == tuple(row[name] for name in _HAD):
            plain.append((*columns, row["id"]))
        else:
            moved.append((*columns, *ordering, row["id"]))
    connection.executemany(_UPDATE_PLAIN, plain)
    connection.executemany(_UPDATE, moved)
    feed.note(connection, ids)


def _plain(row: sqlite3.Row, shown: dict[int, sqlite3.Row], contacts: dict[int, sqlite3.Row]) -> tuple[Any, ...]:
    """What `_PLAIN` sets: columns that no list is ordered or narrowed by."""
    first, last, contact = shown.get(row["first_id"]), shown.get(row["last_id"]), contacts.get(row["id"])
    return (
        (first["subject"] if first else "") or row["room"],
        contact["name"] if contact else "",
        last["preview"] if last else "",
        *(int(row[name]) for name in ("messages", "unread", "attachments", "notes", "queued")),
        row["first_at"] or 0,
        row["customer_at"],
        row["agent_at"],
    )


def _ordering(
    connection: sqlite3.Connection, row: sqlite3.Row, contact: sqlite3.Row | None, hidden: bool
) -> tuple[Any, ...]:
    """What `_ORDERING` sets."""
    settled = max(-1 if row["settled_at"] is None else row["settled_at"], row["wait_from"])
    waits = None
    if row["customer_at"] is not None and row["customer_at"] > settled:
        waits = connection.execute(_WAITS, (row["id"], settled)).fetchone()[0]
    last_at = row["last_at"] or 0
    return (contact["id"] if contact else None, row["drafts"], row["failed"], last_at, waits, int(hidden))


def _hidden(connection: sqlite3.Connection, counts: list[sqlite3.Row]) -> set[int]:
    """Those in which every customer is blocked, in which only we wrote, or in which nothing stands yet."""
    hidden = {row["id"] for row in counts if row["last_at"] is None and not row["drafts"]}
    for sql, outside in ((_BLOCKED, True), (_AMONG_US, False)):
        ids = [row["id"] for row in counts if bool(row["from_outside"]) is outside]
        hidden |= {id for (id,) in connection.execute(sql, (json.dumps(ids),))}
    return hidden


def _shown(connection: sqlite3.Connection, counts: list[sqlite3.Row]) -> dict[int, sqlite3.Row]:
    """The messages from which subject, preview and contact are taken."""
    wanted = {row[name] for row in counts for name in ("first_id", "last_id", "contact_from")} - {None}
    rows = connection.execute(
        "SELECT m.id, m.subject, m.preview, m.from_address, m.people, m.class FROM json_each(?) AS wanted"
        " CROSS JOIN message m ON m.id = wanted.value",
        (json.dumps(sorted(wanted)),),
    )
    return {row["id"]: row for row in rows}


def _contacts(
    connection: sqlite3.Connection, counts: list[sqlite3.Row], shown: dict[int, sqlite3.Row]
) -> dict[int, sqlite3.Row]:
    """For each conversation its contact: who wrote first, else whom we wrote to first."""
    said: dict[int, list[str]] = {}
    for row in counts:
        message = shown.get(row["contact_from"]) or shown.get(row["first_id"])
        if message is not None:
            said[row["id"]] = _parties(message, row["channel"])
    known: dict[str, sqlite3.Row] = {}
    for channel in {row["channel"] for row in counts}:
        for found in connection.execute(
            "SELECT i.address, i.ours, coalesce(t.id, c.id) AS id,"
            " coalesce(nullif(coalesce(t.name, c.name), ''), i.address) AS name"
            " FROM json_each(?) AS wanted CROSS JOIN identity i ON i.channel = ? AND i.address = wanted.value"
            " JOIN contact c ON c.id = i.contact_id LEFT JOIN contact t ON t.id = c.merged_into",
            (json.dumps(sorted({address for parties in said.values() for address in parties})), channel),
        ):
            known[found["address"]] = found
    contacts = {}
    for conversation, parties in said.items():
        rows = [known[address] for address in parties if address in known]
        outside = [row for row in rows if not row["ours"]] or rows
        if outside:
            contacts[conversation] = outside[0]
    return contacts


def _parties(message: sqlite3.Row, channel: str) -> list[str]:
    """Who may be the contact of a message, likeliest first: its writer, whom to answer, its first recipients."""
    people = json.loads(message["people"])
    addresses = [message["from_address"], *(a[1] for a in people.get("reply_to", ()))]
    if message["class"] in ("human", "machine"):
        addresses = [a[1] for a in people.get("to", ())[:5]]
    return [identities.key(address, channel) for address in addresses if address]
