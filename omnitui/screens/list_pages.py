"""Fills the list: pages of a query around the cursor, and what changed in them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from omnitui.core.models import ConversationId, Order
from omnitui.screens.session import Session
from omnitui.store import conversations
from omnitui.store.where import EVERYTHING, Where
from omnitui.widgets.conversation_list import ConversationList
from omnitui.widgets.window import place

PAGE = 96
"""Rows of a page."""
MANY = 500
"""So many changes at once (a first sync) are not looked at one by one."""


@dataclass(frozen=True)
class Spot:
    """Where the list stood, to go back there exactly."""

    where: Where
    order: Order
    cursor: ConversationId | None
    line: int
    before: tuple[int, int] | None
    """Place of the row above the window's part that is kept, or None for the start."""


class ListPages:
    """Which conversations the list shows, and in what order."""

    def __init__(self, session: Session, view: ConversationList) -> None:
        self._session = session
        self._view = view
        self.where: Where = EVERYTHING
        self.order = Order.WAITING
        self.filling = False
        """A first sync goes on: until the agent moves the cursor, the list stays at its beginning."""
        self._turn = 0
        self._news: set[ConversationId] = set()

    async def open(self, where: Where, order: Order) -> bool:
        """Show another query from its start; False when it was overtaken by a newer one."""
        self.where, self.order = where, order
        self._turn += 1
        turn = self._turn
        rows = await self._session.reader.all(conversations.page(where, order, limit=PAGE))
        if turn != self._turn:
            return False
        self._news.clear()
        self._view.set_news(0)
        window = self._view.window
        window.cursor, window.top, window.touched = None, 0, False
        self._view.show(rows, at_start=True, at_end=len(rows) < PAGE)
        return True

    async def more(self, above: bool) -> None:
        """The page above or below what is there."""
        rows, turn = self._view.window.rows, self._turn
        if not rows:
            return
        edge = place(rows[0] if above else rows[-1])
        select = conversations.page(self.where, self.order, edge, PAGE, backwards=above)
        page = await self._session.reader.all(select)
        if turn == self._turn:
            self._view.extend(page[::-1] if above else page, above=above, done=len(page) < PAGE)
            self._see_news()

    async def end(self) -> None:
        """The last page: it is read from the end, so nothing is counted."""
        if self._view.window.at_end:
            self._view.move_to(len(self._view.window.rows) - 1)
            return
        turn = self._turn
        rows = await self._session.reader.all(conversations.page(self.where, self.order, limit=PAGE, backwards=True))
        if turn == self._turn:
            self._view.show(rows[::-1], at_start=len(rows) < PAGE, at_end=True)
            self._view.move_to(len(rows) - 1)

    async def start(self) -> None:
        """The first page."""
        if self._view.window.at_start:
            self._view.move_to(0)
            self._see_news()
        else:
            await self.open(self.where, self.order)

    async def changed(self, ids: Collection[ConversationId]) -> None:
        """Read again what changed: rows in place, others around the cursor; what came above is only counted."""
        window, turn = self._view.window, self._turn
        if not window.loaded:
            return
        if len(ids) > MANY:
            await self.reload()
            return
        fresh = await self._session.reader.all(conversations.by_ids(ids, self.order, self.where))
        if turn != self._turn:
            return
        found = {row.id: row for row in fresh}
        inside = [id for id in ids if window.index_of(id) is not None]
        moved = [
            id for id in inside if id not in found or place(found[id]) != place(window.rows[window.index_of(id) or 0])
        ]
        added = [row for row in fresh if window.index_of(row.id) is None]
        if moved or any(self._falls_in(place(row)) for row in added):
            await self.reload()
            added = [
                row for row in added if window.index_of(row.id) is None or (window.index_of(row.id) or 0) < window.top
            ]
        else:
            self._view.update_rows(found)
        if window.top or not window.at_start:
            first = place(window.rows[window.top]) if window.rows else (0, 0)
            self._news.update(row.id for row in added if self._before(place(row), first))
        self._see_news()

    async def reload(self) -> None:
        """Read the window anew around the cursor, which stays on its conversation and its line."""
        window, turn = self._view.window, self._turn
        if self.filling and not window.touched:
            await self.open(self.where, self.order)
            return
        from_ = max(0, window.top - PAGE // 3)
        if not from_ and not window.at_start:
            from_ = 1
        kept = window.rows[:from_]
        limit = max(window.at - from_ + PAGE, window.fits + PAGE)
        after = place(kept[-1]) if kept else None
        rows = await self._session.reader.all(conversations.page(self.where, self.order, after, limit))
        if turn == self._turn:
            self._view.show([*kept, *rows], at_start=window.at_start, at_end=len(rows) < limit)

    def spot(self) -> Spot:
        """Where the list stands now."""
        window = self._view.window
        before = None
        if window.rows and (window.top or not window.at_start):
            before = place(window.rows[max(window.top - 1, 0)])
        return Spot(self.where, self.order, window.cursor, window.at - window.top, before)

    async def go_back(self, spot: Spot) -> None:
        """Show exactly what was shown at that spot."""
        self.where, self.order = spot.where, spot.order
        self._turn += 1
        turn = self._turn
        rows = await self._session.reader.all(conversations.page(spot.where, spot.order, spot.before, PAGE))
        if turn == self._turn:
            window = self._view.window
            window.cursor, window.top = None, 0
            self._view.show(rows, at_start=spot.before is None, at_end=len(rows) < PAGE)
            if spot.cursor is not None:
                window.go_to(spot.cursor)
                window.top = window.at - spot.line
            window.settle()
            self._view.move_to(window.at)
            self._view.refresh()

    def _falls_in(self, key: tuple[int, int]) -> bool:
        window = self._view.window
        if not window.rows:
            return True
        after_first = window.at_start or not self._before(key, place(window.rows[0]))
        before_last = window.at_end or self._before(key, place(window.rows[-1]))
        return after_first and before_last

    def _before(self, one: tuple[int, int], other: tuple[int, int]) -> bool:
        return one > other if self.order is Order.NEWEST else one < other

    def _see_news(self) -> None:
        window = self._view.window
        if not self._news:
            return
        seen = {row.id for row in window.rows[window.top :]}
        if window.at_start and not window.top:
            self._news.clear()
        self._news -= seen
        self._view.set_news(len(self._news))
