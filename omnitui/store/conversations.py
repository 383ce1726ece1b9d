"""The conversation list: pages by keyset in either direction, single rows, counts and positions.

A page is found by its place in the order, never by an offset, so the ten-thousandth costs what the first costs.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from functools import cache
from typing import Any

from omnitui.core.dataclass import dataclass
from omnitui.core.models import ConversationId, ConversationRow, Order, Priority, State
from omnitui.store.select import Gauged, Select
from omnitui.store.where import MANY, Where

Key = tuple[int, int]
"""A place in an order: (`order_key`, `id`)."""


@dataclass(frozen=True, slots=True)
class _Sorting:
    column: str
    descending: bool


_SORTINGS = {
    Order.WAITING: _Sorting("c.waiting_order", False),
    Order.NEWEST: _Sorting("c.last_at", True),
    Order.OLDEST: _Sorting("c.last_at", False),
}
ROW_COLUMNS = """c.id, c.key, c.channel, (SELECT a.name FROM account a WHERE a.id = c.account_id) AS account, c.subject,
    c.contact_id, c.contact_name, c.preview, c.state, c.snoozed_until, c.assignee, c.priority, c.starred, c.tags,
    c.message_count, c.unread_count, c.attachment_count, c.note_count, c.draft_count, c.failed_count, c.queued_count,
    c.first_at, c.last_at, c.last_customer_at, c.last_agent_at, c.waiting_since, c.follow_up_at, c.follow_up"""


def page(
    where: Where, order: Order = Order.WAITING, after: Key | None = None, limit: int = 100, *, backwards: bool = False
) -> Select[ConversationRow]:
    """At most `limit` rows behind `after` in `order`, or from the start.

    With `backwards` those before `after`, or from the end: the nearest first, so in reverse of the order.
    """
    near = _Page(order, after, limit, backwards)
    finder = where.finder
    stop = after is None or not backwards
    condition = (where.walked if finder else where).full(order, stop=stop)
    if finder is None:
        return near.select(condition, where.params, found=where.few)
    few = near.select(*where.found, found=True, source=where.source)
    many = near.select(condition, where.params, found=False)
    return Gauged(few.sql, few.params, build_row, Select(finder.size, finder.gauge_params, _number), MANY, many)


@dataclass(frozen=True, slots=True)
class _Page:
    """A stretch of a list in its order."""

    order: Order
    after: Key | None
    limit: int
    backwards: bool

    def select(
        self, condition: str, params: tuple[Any, ...], *, found: bool, source: str = "conversation c"
    ) -> Select[ConversationRow]:
        """Rows with `condition`; those that are `found` by themselves are sorted, the others met along the order."""
        sorting = _SORTINGS[self.order]
        falling = sorting.descending != self.backwards
        direction = "DESC" if falling else "ASC"
        column, id_ = (f"+{sorting.column}", "+c.id") if found else (sorting.column, "c.id")
        edge = f" AND ({column}, {id_}) {'<' if falling else '>'} (?, ?)" if self.after is not None else ""
        sql = (
            f"SELECT {ROW_COLUMNS}, {sorting.column} AS order_key FROM {source} WHERE {condition}{edge}"
            f" ORDER BY {column} {direction}, {id_} {direction} LIMIT ?"
        )
        return Select(sql, [*params, *(self.after or ()), self.limit], build_row)


def by_ids(ids: Iterable[int], order: Order = Order.WAITING, where: Where | None = None) -> Select[ConversationRow]:
    """These rows, in no order; with `where` only those that (still) fit it, else hidden and merged ones too."""
    condition = "" if where is None else f" AND {where.full()}"
    return Select(
        f"SELECT {ROW_COLUMNS}, {_SORTINGS[order].column} AS order_key FROM conversation c"
        f" WHERE c.id IN (SELECT value FROM json_each(?)){condition}",
        [json.dumps(list(ids)), *(where.params if where else ())],
        build_row,
    )


def by_id(conversation_id: int, order: Order = Order.WAITING) -> Select[ConversationRow]:
    """One row, hidden or merged as it may be."""
    return by_ids([conversation_id], order)


def of_contact(contact_id: int, before: Key | None = None, limit: int = 50) -> Select[ConversationRow]:
    """All conversations with one person, newest first; `before` is (`last_at`, `id`)."""
    edge = "" if before is None else " AND (c.last_at, c.id) < (?, ?)"
    return Select(
        f"SELECT {ROW_COLUMNS}, c.last_at AS order_key FROM conversation c"
        f" WHERE c.contact_id = ? AND c.merged_into IS NULL{edge} ORDER BY c.last_at DESC, c.id DESC LIMIT ?",
        [contact_id, *(before or ()), limit],
        build_row,
    )


def count(where: Where, most: int | None = None) -> Select[int]:
    """How many there are, counting no further than `most`. Default views have theirs for nothing: `views.counts`."""
    found = _counted(*where.found, most, where.source)
    if where.finder is None or most is None or where.finder.rest != "1":
        return found
    gauge = Select(where.finder.size, where.finder.gauge_params, _number)
    return Gauged(found.sql, found.params, _number, gauge, MANY, _counted(where.full(), where.params, most))


def _counted(condition: str, params: tuple[Any, ...], most: int | None, source: str = "conversation c") -> Select[int]:
    return Select(
        f"SELECT count(*) FROM (SELECT 1 FROM {source} WHERE {condition} LIMIT ?)",
        [*params, -1 if most is None else most],
        _number,
    )


def position(where: Where, order: Order, key: Key) -> Select[int]:
    """How many rows stand before `key` in `order`."""
    sorting = _SORTINGS[order]
    condition, params = (where.full(order), where.params) if where.finder is None else where.found
    return Select(
        f"SELECT count(*) FROM {where.source} WHERE {condition}"
        f" AND ({sorting.column}, c.id) {'>' if sorting.descending else '<'} (?, ?)",
        [*params, *key],
        _number,
    )


def ids(where: Where, limit: int | None = None) -> Select[int]:
    """The ids alone, for work on a whole query."""
    condition, params = where.found
    return Select(
        f"SELECT c.id FROM {where.source} WHERE {condition} LIMIT ?", [*params, -1 if limit is None else limit], _number
    )


def find(reference: str) -> Select[int]:
    """The id of the conversation with this number or this stable key, following a merge."""
    number = int(reference) if reference.isascii() and reference.isdigit() and len(reference) < 19 else -1
    return Select(
        "SELECT coalesce(c.merged_into, c.id) FROM conversation c WHERE c.id = ? OR c.key = ? ORDER BY c.id LIMIT 1",
        [number, reference],
        _number,
    )


def _number(row: sqlite3.Row) -> int:
    return int(row[0])


@cache
def _tags(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def build_row(row: Iterable[Any]) -> ConversationRow:
    """A row selected with ROW_COLUMNS and `order_key`."""
    fields: list[Any] = list(row)
    fields[0] = ConversationId(fields[0])
    fields[8] = State(fields[8])
    fields[11] = Priority(fields[11])
    fields[12] = bool(fields[12])
    fields[13] = _tags(fields[13])
    *fields, follow_up_at, follow_up, order_key = fields
    followed_up_at = json.loads(follow_up).get("due") if follow_up else None
    return ConversationRow(*[*fields, order_key, follow_up_at, followed_up_at])
