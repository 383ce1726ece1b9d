"""Fills the list: pages of a query around the cursor, and what changed in them."""

from __future__ import annotations

from collections.abc import Awaitable, Collection, Sequence

from omnitui.core.dataclass import dataclass
from omnitui.core.errors import OmnituiError, Overtaken
from omnitui.core.models import ConversationId, ConversationRow, Order
from omnitui.screens.list_source import InOrder, Key, Source, falls_before, first_place
from omnitui.screens.session import Session
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

    source: Source
    cursor: ConversationId | None
    line: int
    before: Key | None
    """Place of the row above the window's part that is kept, or None for the start."""


class ListPages:
    """Which conversations the list shows, and in what order."""

    def __init__(self, session: Session, view: ConversationList) -> None:
        self._session = session
        self._view = view
        self.source: Source = InOrder(session.reader, EVERYTHING, Order.WAITING)
        self.filling = False
        """A first sync goes on: until the agent moves the cursor, the list stays at its beginning."""
        self._turn = 0
        self._news: set[ConversationId] = set()

    @property
    def where(self) -> Where:
        """Which conversations the list shows."""
        return self.source.where

    @property
    def order(self) -> Order:
        """In what order."""
        return self.source.order

    async def open(self, where: Where, order: Order) -> bool:
        """Show another query from its start; False when it was overtaken by a newer one."""
        return await self.show(InOrder(self._session.reader, where, order))

    async def show(self, source: Source) -> bool:
        """Show what a source gives, from its start; False when it was overtaken by a newer one."""
        self.source = source
        self._turn += 1
        found = await self._page(None, PAGE)
        if found is None:
            return False
        self.put(source, *found)
        return True

    def put(self, source: Source, rows: list[ConversationRow], at_end: bool) -> None:
        """Show a first page that was read already."""
        self.source = source
        self._turn += 1
        self._news.clear()
        self._view.set_news(0)
        window = self._view.window
        window.cursor, window.top, window.touched = None, 0, False
        self._view.show(rows, at_start=True, at_end=at_end)

    async def more(self, above: bool) -> None:
        """The page above or below what is there; asked for again where the list has got another edge meanwhile."""
        edge = self._edge(above)
        if edge is None:
            return
        try:
            found = await self._page(edge, PAGE, backwards=above)
        except OmnituiError:
            self._view.gave_up(above)
            raise
        if found is not None and self._edge(above) != edge:
            self._view.ask_again(above)
        elif found is not None:
            page, done = found
            self._view.extend(page[::-1] if above else page, above=above, done=done)
            self._see_news()

    def end(self) -> Awaitable[None] | None:
        """To the last row. At once where it is here, so that keys right behind this one count from there."""
        if self._view.window.at_end:
            self._view.move_to(len(self._view.window.rows) - 1)
            return None
        return self._last_page()

    async def _last_page(self) -> None:
        """It is read from the end, so nothing is counted."""
        found = await self._page(None, PAGE, backwards=True)
        if found is not None:
            rows, done = found
            self._view.show(rows[::-1], at_start=done, at_end=True)
            self._view.move_to(len(rows) - 1)

    def start(self) -> Awaitable[None] | None:
        """To the first row. At once where it is here, so that keys right behind this one count from there."""
        if self._view.window.at_start:
            self._view.move_to(0)
            self._see_news()
            return None
        return self._first_page()

    async def _first_page(self) -> None:
        await self.show(self.source)

    async def changed(self, ids: Collection[ConversationId]) -> None:
        """Read again what changed: rows in place, others around the cursor; what came above is only counted."""
        window, turn = self._view.window, self._turn
        if not window.loaded:
            return
        if len(ids) > MANY:
            await self.reload()
            return
        try:
            fresh = await self.source.of_ids(ids)
        except Overtaken:
            return
        if turn != self._turn:
            return
        found = {row.id: row for row in fresh}
        inside = [id for id in ids if window.index_of(id) is not None]
        moved = [id for id in inside if id not in found or place(found[id]) != self._place_of(id)]
        added = [row for row in fresh if window.index_of(row.id) is None]
        added += [
            found[id] for id in moved if id in found and falls_before(place(found[id]), self._place_of(id), self.order)
        ]
        if moved or any(self._falls_in(place(row)) for row in added):
            await self._reload_near(ids, fresh)
            added = [
                row for row in added if window.index_of(row.id) is None or (window.index_of(row.id) or 0) < window.top
            ]
        else:
            self._view.update_rows(found)
        if window.top > 0 or not window.at_start:
            first = first_place(window.rows, window.top)
            self._news.update(row.id for row in added if falls_before(place(row), first, self.order))
        self._see_news()

    async def reload(self) -> None:
        """Read the window anew around the cursor, which stays on its conversation and its line."""
        window = self._view.window
        # With more above, the first row is where reading begins; it comes again with the page above.
        begins = [] if window.at_start else window.rows[:1]
        await self._show_anew(begins, begins if window.at == 0 else [], window.at + window.fits + PAGE)

    async def _reload_near(self, ids: Collection[ConversationId], fresh: Sequence[ConversationRow]) -> None:
        """Read anew what is in view and near it; of the rows further above only what changed: `ids`, now `fresh`."""
        window = self._view.window
        from_ = max(0, window.top - PAGE // 3)
        if not from_ and not window.at_start:
            from_ = 1
        above = window.rows[:from_]
        limit = max(window.at - from_ + PAGE, window.fits + PAGE)
        await self._show_anew(above, self._put_right(above, set(ids), fresh), limit)

    def _put_right(
        self, above: Sequence[ConversationRow], ids: Collection[ConversationId], fresh: Sequence[ConversationRow]
    ) -> list[ConversationRow]:
        """Rows with what changed among them: gone, come, or at another place."""
        if not above:
            return []
        first, last, order = place(above[0]), place(above[-1]), self.order
        come = [
            row
            for row in fresh
            if not falls_before(last, place(row), order)
            and (self._view.window.at_start or not falls_before(place(row), first, order))
        ]
        kept = [row for row in above if row.id not in ids]
        return sorted([*kept, *come], key=place, reverse=order is Order.NEWEST)

    async def _show_anew(self, above: Sequence[ConversationRow], kept: Sequence[ConversationRow], limit: int) -> None:
        """Show `kept`, and behind it what is read from the end of `above` on (from the start when that is empty)."""
        window = self._view.window
        if self.filling and not window.touched:
            await self.show(self.source)
            return
        # A page above that comes meanwhile is not in what is shown then, nor is what it says of the start true of it.
        at_start = window.at_start
        found = await self._page(place(above[-1]) if above else None, limit)
        if found is not None:
            rows, done = found
            there = {row.id for row in rows}
            whole = [*(row for row in kept if row.id not in there), *rows]
            self._view.show(whole, at_start=at_start, at_end=done, still=True)

    def spot(self) -> Spot:
        """Where the list stands now."""
        window = self._view.window
        before = None
        if window.rows and (window.top > 0 or not window.at_start):
            before = place(window.rows[max(window.top - 1, 0)])
        return Spot(self.source, window.cursor, window.at - window.top, before)

    async def go_back(self, spot: Spot) -> None:
        """Show exactly what was shown at that spot."""
        self.source = spot.source
        self._turn += 1
        found = await self._page(spot.before, PAGE)
        if found is not None:
            rows, done = found
            window = self._view.window
            window.cursor, window.top = None, 0
            self._view.show(rows, at_start=spot.before is None, at_end=done)
            if spot.cursor is not None:
                window.go_to(spot.cursor)
                window.top = window.at - spot.line
            window.settle()
            self._view.move_to(window.at)
            self._view.refresh()

    async def _page(
        self, after: Key | None, limit: int, *, backwards: bool = False
    ) -> tuple[list[ConversationRow], bool] | None:
        """A page and whether it is the last; None when the list shows something else by now."""
        turn = self._turn
        try:
            found = await self.source.page(after, limit, backwards)
        except Overtaken:
            return None
        return found if turn == self._turn else None

    def _edge(self, above: bool) -> Key | None:
        """Place of the first row, or of the last."""
        rows = self._view.window.rows
        return place(rows[0 if above else -1]) if rows else None

    def _place_of(self, id: ConversationId) -> Key:
        window = self._view.window
        return place(window.rows[window.index_of(id) or 0])

    def _falls_in(self, key: tuple[int, int]) -> bool:
        window = self._view.window
        if not window.rows:
            return True
        after_first = window.at_start or not falls_before(key, place(window.rows[0]), self.order)
        before_last = window.at_end or falls_before(key, place(window.rows[-1]), self.order)
        return after_first and before_last

    def _see_news(self) -> None:
        window = self._view.window
        if not self._news:
            return
        seen = {row.id for row in window.rows[max(window.top, 0) :]}
        if window.at_start and window.top <= 0:
            self._news.clear()
        self._news -= seen
        self._view.set_news(len(self._news))
