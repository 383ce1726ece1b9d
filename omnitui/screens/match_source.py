"""The rows of a search with words: whose newest matching message is newest comes first."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from omnitui.core.models import ConversationId, ConversationRow, Order
from omnitui.core.query.ast import Node
from omnitui.screens.list_source import Key
from omnitui.store import search
from omnitui.store.access import Reader
from omnitui.store.where import Where


@dataclass(frozen=True)
class ByMatch:
    """A search in the order of its matches."""

    reader: Reader
    where: Where
    node: Node
    me: str
    order: Order = Order.NEWEST
    by_match: bool = True

    async def page(self, after: Key | None, limit: int, backwards: bool = False) -> tuple[list[ConversationRow], bool]:
        """A page of the index; conversations that an earlier page has shown are left out."""
        edge = None if after is None else after[0]
        if backwards:
            rows = await self.reader.all(search.page_above(self.node, me=self.me, after=edge, limit=limit))
            return rows, len(rows) < limit
        while True:
            found = await self.reader.all(search.page(self.node, me=self.me, before=edge, limit=limit))
            rows = [match.row for match in found if not match.again]
            if rows or len(found) < limit:
                return rows, len(found) < limit
            edge = found[-1].row.order_key

    async def of_ids(self, ids: Collection[ConversationId]) -> list[ConversationRow]:
        """By their ids, each at its newest match."""
        return await self.reader.all(search.of_ids(self.node, ids, me=self.me))
