"""Where the rows of the list come from: a condition in one of the orders; `match_source.py` has the other kind."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from omnitui.core.dataclass import dataclass
from omnitui.core.models import ConversationId, ConversationRow, Order
from omnitui.store import conversations
from omnitui.store.access import Reader
from omnitui.store.where import Where
from omnitui.widgets.window import place

Key = tuple[int, int]
"""A place in the list: (`order_key`, `id`)."""


class Source(Protocol):
    """Which conversations, and in what order. `order` is that of the comparison of places."""

    @property
    def where(self) -> Where:
        """The condition, for work on all of them."""

    @property
    def order(self) -> Order:
        """How places compare; a search by match falls like the newest first."""

    @property
    def by_match(self) -> bool:
        """Ordered by the newest match."""

    async def page(self, after: Key | None, limit: int, backwards: bool = False) -> tuple[list[ConversationRow], bool]:
        """Rows behind a place (before it, nearest first, when `backwards`), and whether there are no more."""

    async def of_ids(self, ids: Collection[ConversationId]) -> list[ConversationRow]:
        """Those of these conversations that belong in the list."""


@dataclass(frozen=True)
class InOrder:
    """A condition in one of the orders of the list."""

    reader: Reader
    where: Where
    order: Order
    by_match: bool = False

    async def page(self, after: Key | None, limit: int, backwards: bool = False) -> tuple[list[ConversationRow], bool]:
        """A keyset page."""
        rows = await self.reader.all(
            conversations.page(self.where, self.order, after, limit, backwards=backwards),
        )
        return rows, len(rows) < limit

    async def of_ids(self, ids: Collection[ConversationId]) -> list[ConversationRow]:
        """By their ids."""
        return await self.reader.all(conversations.by_ids(ids, self.order, self.where))


def falls_before(one: Key, other: Key, order: Order) -> bool:
    """Whether a place comes before another in this order."""
    return one > other if order is Order.NEWEST else one < other


def first_place(rows: list[ConversationRow], top: int) -> Key:
    """The place of the first row in view; before everything when there is none."""
    return place(rows[max(top, 0)]) if rows else (0, 0)
