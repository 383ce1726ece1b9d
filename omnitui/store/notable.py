"""What came in and may deserve a notification: messages of customers and notes, newer than a moment."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection
from dataclasses import dataclass

from omnitui.core.models import ConversationId, MessageClass, MessageId, State
from omnitui.core.times import Instant
from omnitui.store.accounts import LOCAL
from omnitui.store.select import Select
from omnitui.store.where import Where, of_ids

MOST = 200
"""Arrivals of one look; a burst of more is told as a burst anyway."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A new message with what the rules ask of its conversation."""

    id: MessageId
    conversation_id: ConversationId
    class_: MessageClass
    author: str
    name: str
    address: str
    subject: str
    preview: str
    at: Instant
    seen: bool
    account: str
    state: State
    assignee: str
    waiting_since: Instant | None


def arrivals(conversation_ids: Collection[int], since: Instant) -> Select[Arrival]:
    """New in these conversations: written at `since` or later by the server's clock, and fetched since.

    What a first sync brings is older, and what is read from files has no server; neither is ever among them.
    """
    return Select(
        "SELECT m.*, a.name AS account, c.state, c.assignee, c.waiting_since, c.contact_name, c.subject AS topic"
        " FROM json_each(?) AS wanted CROSS JOIN message m ON m.conversation_id = wanted.value AND m.at >= ?"
        " JOIN conversation c ON c.id = m.conversation_id JOIN account a ON a.id = m.account_id"
        " WHERE m.class IN ('customer', 'note') AND m.fetched_at >= ? AND c.hidden = 0 AND c.merged_into IS NULL"
        " AND a.state <> ? ORDER BY m.at, m.id LIMIT ?",
        (json.dumps(list(conversation_ids)), since, since, LOCAL, MOST),
        _arrival,
    )


def within(where: Where, conversation_ids: Collection[int]) -> Select[int]:
    """Which of these conversations are in a view."""
    both = of_ids(conversation_ids) & where
    return Select(
        f"SELECT c.id FROM conversation c WHERE {both.full(stop=False)}", both.params, lambda row: int(row[0])
    )


def _arrival(row: sqlite3.Row) -> Arrival:
    return Arrival(
        MessageId(row["id"]), ConversationId(row["conversation_id"]), MessageClass(row["class"]), row["author"],
        row["from_name"] or row["contact_name"], row["from_address"], row["topic"] or row["subject"], row["preview"],
        Instant(row["at"]), bool(row["seen"]), row["account"], State(row["state"]), row["assignee"],
        None if row["waiting_since"] is None else Instant(row["waiting_since"]),
    )  # fmt: skip
