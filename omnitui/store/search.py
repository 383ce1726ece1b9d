"""Searching words: the conversations whose newest matching message is newest, with that message.

The index gives matches newest first without counting or ranking them, so a common word costs what a rare one costs.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from omnitui.core.models import ConversationId, MessageId
from omnitui.core.query.ast import Node
from omnitui.core.times import Instant
from omnitui.store.query_sql import Text, rest_of, text_of
from omnitui.store.select import Select
from omnitui.store.where import Where

_LOOK = 20
"""Matches looked at for each conversation asked for: how many of one thread may hide others."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A conversation with its newest matching message."""

    conversation_id: ConversationId
    message_id: MessageId
    at: Instant
    sender: str
    preview: str


def hits(node: Node, *, me: str, before: int | None = None, limit: int = 50) -> Select[Hit]:
    """At most `limit` conversations with matches older than message `before`, newest match first.

    A query without words gives the newest message of each conversation, newest first. A later page may bring a
    conversation again, by an older message of it.
    """
    text, parts = text_of(node)
    where = rest_of(parts, me)
    if text is None:
        return _newest(where, before, limit)
    return _matching(text, where, before, limit)


def _matching(text: Text, where: Where, before: int | None, limit: int) -> Select[Hit]:
    edge = "" if before is None else " AND fulltext.rowid < ?"
    matches = (
        "SELECT m.id, m.conversation_id FROM fulltext CROSS JOIN message m ON m.id = fulltext.rowid"
        " CROSS JOIN conversation c ON c.id = m.conversation_id"
        f" WHERE fulltext MATCH ?{edge}{text.sql} AND {where.full()} ORDER BY fulltext.rowid DESC LIMIT ?"
    )
    return Select(
        f"SELECT m.id, m.conversation_id, m.at, m.from_name, m.from_address, m.preview FROM"
        f" (SELECT max(id) AS id FROM ({matches}) GROUP BY conversation_id ORDER BY 1 DESC LIMIT ?) AS newest"
        " CROSS JOIN message m ON m.id = newest.id ORDER BY m.id DESC",
        [text.match, *([] if before is None else [before]), *text.params, *where.params, limit * _LOOK, limit],
        _hit,
    )


def _newest(where: Where, before: int | None, limit: int) -> Select[Hit]:
    edge = "" if before is None else " AND c.last_at < (SELECT at FROM message WHERE id = ?)"
    return Select(
        "SELECT m.id, m.conversation_id, m.at, m.from_name, m.from_address, m.preview FROM"
        f" (SELECT c.id FROM conversation c WHERE {where.full()}{edge} ORDER BY c.last_at DESC LIMIT ?) AS found"
        " CROSS JOIN message m ON m.id = (SELECT id FROM message WHERE conversation_id = found.id"
        "  ORDER BY at DESC, id DESC LIMIT 1)",
        [*where.params, *([] if before is None else [before]), limit],
        _hit,
    )


def _hit(row: sqlite3.Row) -> Hit:
    return Hit(row["conversation_id"], row["id"], row["at"], row["from_name"] or row["from_address"], row["preview"])
