"""Where messages and their parts lie on the server now: what the worker needs to carry out an order."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from omnitui.store import feed
from omnitui.store.select import Select


@dataclass(frozen=True, slots=True)
class Place:
    """One UID of a message."""

    message_id: int
    mid: str
    folder_id: int
    folder: str
    role: str
    uidvalidity: int
    uid: int


@dataclass(frozen=True, slots=True)
class FlagOrder:
    """An order about the flags of a message: {"add": [...], "remove": [...]}."""

    message_id: int
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class RemotePart:
    """An attachment that was left on the server."""

    id: int
    message_id: int
    part: str
    name: str
    size: int


def places(message_ids: Iterable[int]) -> Select[Place]:
    """Every place where the server has these messages."""
    return Select(
        "SELECT m.id AS message_id, m.mid, f.id AS folder_id, f.name AS folder, f.role, l.uidvalidity, l.uid"
        " FROM json_each(?) AS wanted CROSS JOIN message m ON m.id = wanted.value"
        " JOIN ledger l ON l.message_id = m.id AND l.gone_at IS NULL"
        " JOIN folder f ON f.id = l.folder_id AND f.uidvalidity = l.uidvalidity ORDER BY f.id, l.uid",
        (json.dumps(sorted(message_ids)),),
        lambda row: Place(*row),
    )


def flag_orders(message_ids: Iterable[int]) -> Select[FlagOrder]:
    """Every order about flags of these messages that was not taken back, oldest first: the last about a flag holds."""
    return Select(
        "SELECT o.message_id, o.payload FROM json_each(?) AS wanted CROSS JOIN outbox o ON o.message_id = wanted.value"
        " WHERE o.kind = 'flag' AND o.state <> 'cancelled' ORDER BY o.created_at, o.rowid",
        (json.dumps(sorted(message_ids)),),
        lambda row: FlagOrder(row[0], json.loads(row[1])),
    )


def remote_part(attachment_id: int) -> Select[RemotePart]:
    """An attachment that is not here yet; nothing when it is."""
    return Select(
        "SELECT id, message_id, part, name, size FROM attachment WHERE id = ? AND here = 0",
        (attachment_id,),
        lambda row: RemotePart(*row),
    )


def part_arrived(connection: sqlite3.Connection, part: RemotePart, sha256: str, size: int) -> None:
    """The attachment's file is in place, under its hash."""
    connection.execute("UPDATE attachment SET here = 1, sha256 = ?, size = ? WHERE id = ?", (sha256, size, part.id))
    row = connection.execute("SELECT conversation_id FROM message WHERE id = ?", (part.message_id,)).fetchone()
    feed.note(connection, [row[0]] if row else [])
