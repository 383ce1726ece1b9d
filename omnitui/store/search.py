"""Searching words: the conversations whose newest matching message is newest, with that message.

The index gives matches newest first without counting or ranking them, so a common word costs what a rare one costs.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from omnitui.core.models import ConversationId, ConversationRow, MessageId
from omnitui.core.query.ast import Node
from omnitui.core.times import Instant
from omnitui.store.conversations import ROW_COLUMNS, build_row
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


@dataclass(frozen=True, slots=True)
class Match:
    """A row of the list of a search; its `order_key` is the id of the conversation's newest matching message."""

    row: ConversationRow
    again: bool
    """It has a newer match, so an earlier page has shown it (only asked for behind the first page)."""
    looked: int


def has_words(node: Node) -> bool:
    """The full-text index is asked, so there is an order by newest match."""
    return text_of(node)[0] is not None


def page(node: Node, *, me: str, before: int | None = None, limit: int = 100) -> Select[Match]:
    """Rows of the list of a search with words, newest match first; `before` is the `order_key` of the row above.

    The page is the last when it is shorter than `limit`; rows that come `again` are for the caller to leave out.
    Raises ValueError for a query without words.
    """
    text, where = _asked(node, me)
    quick, deep = (_page(text, where, before, limit, limit * each) for each in (_LOOK, _DEEP_LOOK))
    return Deeper(quick.sql, quick.params, _match, _enough(limit), deep)


def page_above(node: Node, *, me: str, after: int | None, limit: int = 100) -> Select[ConversationRow]:
    """The rows next above the one with this `order_key`, nearest first; with None those at the end of the list."""
    text, where = _asked(node, me)
    edge = "" if after is None else " AND fulltext.rowid > ?"
    own = _SAYS.format("> fulltext.rowid", text.own)
    return Select(
        f"SELECT {ROW_COLUMNS}, m.id AS order_key FROM fulltext CROSS JOIN message m ON m.id = fulltext.rowid"
        " CROSS JOIN conversation c ON c.id = m.conversation_id"
        f" WHERE fulltext MATCH ?{edge}{text.sql} AND {where.full()} AND NOT {own} ORDER BY fulltext.rowid LIMIT ?",
        [text.match, *([] if after is None else [after]), *text.params, *where.params, *text.own_params, limit],
        build_row,
    )


def of_ids(node: Node, ids: Iterable[int], *, me: str) -> Select[ConversationRow]:
    """Those of these conversations that a search with words finds, in no order, with their places in it."""
    text, where = _asked(node, me)
    return Select(
        f"SELECT {ROW_COLUMNS}, newest.id AS order_key FROM (SELECT max(m.id) AS id, m.conversation_id AS found"
        " FROM json_each(?) AS wanted CROSS JOIN message m ON m.conversation_id = wanted.value"
        f" WHERE {text.own} GROUP BY m.conversation_id) AS newest CROSS JOIN conversation c ON c.id = newest.found"
        f" WHERE {where.full()}",
        [json.dumps(list(ids)), *text.own_params, *where.params],
        build_row,
    )


def count(node: Node, *, me: str, most: int = 1000) -> Select[Counted]:
    """How many conversations a search with words finds, looking at no more than a few thousand messages."""
    text, where = _asked(node, me)
    sql, params = _matches(text, where, None, most * _LOOK)
    return Select(
        f"SELECT count(DISTINCT conversation_id), count(*) FROM ({sql})",
        params,
        lambda row: Counted(min(row[0], most), row[0] > most or row[1] >= most * _LOOK),
    )


@dataclass(frozen=True, slots=True)
class Counted:
    """How many there are, or (`more`) how many were counted before it was enough."""

    n: int
    more: bool


def in_conversation(node: Node, conversation_id: int) -> Select[MessageId]:
    """The messages of one conversation that say the words of a query, oldest first; none for a query without."""
    text, _ = text_of(node)
    return Select(
        f"SELECT m.id FROM message m WHERE m.conversation_id = ? AND {text.own if text else '0'} ORDER BY m.at, m.id",
        [conversation_id, *(text.own_params if text else ())],
        lambda row: MessageId(row[0]),
    )


def _asked(node: Node, me: str) -> tuple[Text, Where]:
    text, parts = text_of(node)
    if text is None:
        raise ValueError("a query without words has no order by match")
    return text, rest_of(parts, me)


_SAYS = "EXISTS (SELECT 1 FROM message m WHERE m.conversation_id = c.id AND m.id {} AND {})"
"""Whether a conversation has another such message: by its stored text, which for a few costs less than the index."""


def _matching(text: Text, where: Where, before: int | None, limit: int) -> Select[Hit]:
    quick, deep = (_look(text, where, before, limit, limit * each) for each in (_LOOK, _DEEP_LOOK))
    return Deeper(quick.sql, quick.params, _hit, _enough(limit), deep)


def _enough(limit: int) -> Callable[[Sequence[Hit | Match]], bool]:
    """Whether a quick look has filled the page, or has seen every match that there is."""
    return lambda rows: len(rows) >= limit or not rows or rows[0].looked < limit * _LOOK


def _look(text: Text, where: Where, before: int | None, limit: int, most: int) -> Select[Hit]:
    newest, params = _newest_of(text, where, before, limit, most)
    return Select(
        "SELECT m.id, m.conversation_id, m.at, m.from_name, m.from_address, m.preview, looked"
        f" FROM ({newest}) AS newest CROSS JOIN message m ON m.id = newest.id ORDER BY m.id DESC",
        params,
        _hit,
    )


def _page(text: Text, where: Where, before: int | None, limit: int, most: int) -> Select[Match]:
    newest, params = _newest_of(text, where, before, limit, most)
    again = "0" if before is None else _SAYS.format(">= ?", text.own)
    return Select(
        f"SELECT {ROW_COLUMNS}, newest.id AS order_key, {again} AS again, looked"
        f" FROM ({newest}) AS newest CROSS JOIN conversation c ON c.id = newest.conversation_id"
        " ORDER BY newest.id DESC",
        [*(() if before is None else (before, *text.own_params)), *params],
        _match,
    )


def _newest_of(text: Text, where: Where, before: int | None, limit: int, most: int) -> tuple[str, list[Any]]:
    """The newest of the first `most` matches in each of `limit` conversations, and how many were looked at in all."""
    matches, params = _matches(text, where, before, most)
    return (
        "SELECT max(id) AS id, conversation_id, sum(count(*)) OVER () AS looked"
        f" FROM ({matches}) GROUP BY conversation_id ORDER BY 1 DESC LIMIT ?",
        [*params, limit],
    )


def _matches(text: Text, where: Where, before: int | None, most: int) -> tuple[str, list[Any]]:
    edge = "" if before is None else " AND fulltext.rowid < ?"
    return (
        "SELECT m.id, m.conversation_id FROM fulltext CROSS JOIN message m ON m.id = fulltext.rowid"
        " CROSS JOIN conversation c ON c.id = m.conversation_id"
        f" WHERE fulltext MATCH ?{edge}{text.sql} AND {where.full()} ORDER BY fulltext.rowid DESC LIMIT ?",
        [text.match, *([] if before is None else [before]), *text.params, *where.params, most],
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


def _match(row: sqlite3.Row) -> Match:
    *fields, again, looked = row
    return Match(build_row(fields), bool(again), looked)
