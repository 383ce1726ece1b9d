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
from omnitui.store.select import Deeper, Select
from omnitui.store.where import Where

_LOOK = 6
"""Matches looked at first for each conversation asked for; more when the matches of few threads filled the look."""
_DEEP_LOOK = 3000


@dataclass(frozen=True, slots=True)
class Hit:
    """A conversation with its newest matching message."""

    conversation_id: ConversationId
    message_id: MessageId
    at: Instant
    sender: str
    preview: str
    looked: int = 0
    """Matches looked at in all for the page that this is of."""


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
    quick, deep = (_look(text, where, before, limit, limit * each) for each in (_LOOK, _DEEP_LOOK))
    return Deeper(
        quick.sql,
        quick.params,
        _hit,
        lambda rows: len(rows) >= limit or not rows or rows[0].looked < limit * _LOOK,
        deep,
    )


def _look(text: Text, where: Where, before: int | None, limit: int, most: int) -> Select[Hit]:
    edge = "" if before is None else " AND fulltext.rowid < ?"
    matches = (
        "SELECT m.id, m.conversation_id FROM fulltext CROSS JOIN message m ON m.id = fulltext.rowid"
        " CROSS JOIN conversation c ON c.id = m.conversation_id"
        f" WHERE fulltext MATCH ?{edge}{text.sql} AND {where.full()} ORDER BY fulltext.rowid DESC LIMIT ?"
    )
    return Select(
        "SELECT m.id, m.conversation_id, m.at, m.from_name, m.from_address, m.preview, looked FROM"
        " (SELECT max(id) AS id, sum(count(*)) OVER () AS looked"
        f" FROM ({matches}) GROUP BY conversation_id ORDER BY 1 DESC LIMIT ?) AS newest"
        " CROSS JOIN message m ON m.id = newest.id ORDER BY m.id DESC",
        [text.match, *([] if before is None else [before]), *text.params, *where.params, most, limit],
        _hit,
    )


def _newest(where: Where, before: int | None, limit: int) -> Select[Hit]:
    edge = "" if before is None else " AND c.last_at < (SELECT at FROM message WHERE id = ?)"
    return Select(
        "SELECT m.id, m.conversation_id, m.at, m.from_name, m.from_address, m.preview, 0 AS looked FROM"
        f" (SELECT c.id FROM conversation c WHERE {where.full()}{edge} ORDER BY c.last_at DESC LIMIT ?) AS found"
        " CROSS JOIN message m ON m.id = (SELECT id FROM message WHERE conversation_id = found.id"
        "  ORDER BY at DESC, id DESC LIMIT 1)",
        [*where.params, *([] if before is None else [before]), limit],
        _hit,
    )


def _hit(row: sqlite3.Row) -> Hit:
    return Hit(
        row["conversation_id"],
        row["id"],
        row["at"],
        row["from_name"] or row["from_address"],
        row["preview"],
        row["looked"],
    )
