"""Messages of a chat from before its first one here: whether there are some, orders for them, how far back one is.

The worker brings them, page by page (`backfilled.py`).
"""

from __future__ import annotations

import json
import sqlite3
import uuid

from omnitui.core.channels import History, from_json
from omnitui.core.models import Older, OlderState
from omnitui.core.times import Instant
from omnitui.store import outbox
from omnitui.store.connection import Cache, joined
from omnitui.store.outbox import OutboxItem
from omnitui.store.select import Select

_ROOMS = (
    " FROM conversation o JOIN conversation c ON c.id = coalesce(o.merged_into, o.id)"
    " JOIN conversation x ON x.id = c.id OR x.merged_into = c.id"
    " JOIN remote_conversation r ON r.conversation_id = x.id AND r.account_id = c.account_id"
    " JOIN account a ON a.id = c.account_id"
    " LEFT JOIN older h ON h.account_id = r.account_id AND h.remote = r.remote WHERE o.id = ?"
)
"""Every chat at the other side that leads to a conversation, with how far back it was read."""
_ASKED = (
    "FROM outbox w WHERE w.conversation_id = c.id AND w.kind = 'fetch' AND w.state IN ('held', 'queued', 'sending')"
    " AND json_extract(w.payload, '$.older') IS NOT NULL"
)
_TALKED_OF = ("call", "voicemail")
"""Kinds that no channel knows a place in the talk for."""


def standing(conversation_id: int) -> Select[Older]:
    """What is known of the time before a conversation's first message; no row where there is no such thing."""
    return Select(
        "SELECT coalesce(nullif(c.capabilities, ''), a.capabilities), count(*), total(coalesce(h.ended, 0)),"
        " total(coalesce(h.refusal, '') <> ''), max(coalesce(h.refusal, '')),"
        f" (SELECT count(*) {_ASKED}), (SELECT coalesce(max(w.detail), '') {_ASKED}){_ROOMS}"
        " AND a.channel <> 'email' GROUP BY c.id",
        (conversation_id,),
        _older,
    )


def _older(row: sqlite3.Row) -> Older:
    capabilities, rooms, ended, refused, refusal, asked, detail = tuple(row)
    if from_json(capabilities).history is History.NONE:
        return Older(OlderState.NONE)
    if asked:
        return Older(OlderState.ASKED, detail)
    if ended + refused < rooms:
        return Older(OlderState.MORE)
    return Older(OlderState.REFUSED, refusal) if refused else Older(OlderState.ENDED)


def order(connection: Cache, conversation_id: int, now: Instant, *, again: bool = False) -> Older:
    """The worker shall bring what is older; what is on its way, or known to be all, is not asked for once more.

    With `again` also what was refused. Gives how it stands then.
    """
    with joined(connection):
        for row in connection.execute(
            f"SELECT c.id, c.account_id, r.remote, coalesce(h.ended, 0), coalesce(h.refusal, '') {_ROOMS}",
            (conversation_id,),
        ).fetchall():
            number, account_id, remote, ended, refusal = tuple(row)
            if not ended and (again or not refusal) and _possible(connection, number):
                _enqueue(connection, number, account_id, remote, now)
        return standing(conversation_id).first(connection) or Older(OlderState.NONE)


def _possible(connection: sqlite3.Connection, conversation_id: int) -> bool:
    found = standing(conversation_id).first(connection)
    return found is not None and found.state is not OlderState.NONE


def _enqueue(connection: sqlite3.Connection, number: int, account_id: int, remote: str, now: Instant) -> None:
    waits = connection.execute(
        "SELECT 1 FROM outbox WHERE account_id = ? AND kind = 'fetch' AND state IN ('held', 'queued', 'sending')"
        " AND json_extract(payload, '$.older') = ?",
        (account_id, remote),
    ).fetchone()
    if waits is None:
        item = OutboxItem(uuid.uuid4().hex, "fetch", account_id, number, None, {"older": remote}, created_at=now)
        outbox.enqueue(connection, item)


def place(connection: sqlite3.Connection, account_id: int, remote: str) -> str:
    """The channel's id of the message before which to ask; empty: of the newest.

    At first that is the oldest one here. Where several chats were merged into one, nobody knows which is whose: then
    it is read from the end, and what is known already is passed over.
    """
    row = connection.execute(
        "SELECT before FROM older WHERE account_id = ? AND remote = ?", (account_id, remote)
    ).fetchone()
    if row is not None:
        return str(row[0])
    found = connection.execute(
        "SELECT m.remote_id FROM remote_conversation r JOIN conversation o ON o.id = r.conversation_id"
        " JOIN message m ON m.conversation_id = coalesce(o.merged_into, o.id) AND m.remote_id <> ''"
        " AND m.kind NOT IN (SELECT value FROM json_each(?3))"
        " WHERE r.account_id = ?1 AND r.remote = ?2 AND o.merged_into IS NULL AND NOT EXISTS"
        " (SELECT 1 FROM conversation x WHERE x.merged_into = o.id) ORDER BY m.at, m.id LIMIT 1",
        (account_id, remote, json.dumps(_TALKED_OF)),
    ).fetchone()
    return "" if found is None else str(found[0])


def refused(connection: sqlite3.Connection, account_id: int, remote: str, why: str, now: Instant) -> None:
    """It cannot be had; said at the top of the thread."""
    connection.execute(
        "INSERT INTO older(account_id, remote, before, refusal, at) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE"
        " SET refusal = ?4, at = ?5",
        (account_id, remote, place(connection, account_id, remote), why, now),
    )
