"""Search: the list follows what is typed, and leaving restores the list exactly."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from omnitui.core.errors import Overtaken, QueryError
from omnitui.core.models import Order
from omnitui.screens.search_words import SearchWords
from omnitui.widgets.cells import wrap

if TYPE_CHECKING:
    from omnitui.screens.asking import Asked
    from omnitui.screens.inbox import InboxPage
    from omnitui.screens.list_pages import Spot

FAST = 0.06
"""Seconds between two keys below which the first of them is not searched for."""
FIRST = 24
"""Rows of the first page: few come quickly, and a whole page follows once they are painted."""
AFTER_ROWS = 0.03
"""Seconds for the rows to be painted, and for the next key, before they are counted."""
SLOW = 0.03
"""Seconds for a page from which on a look was slow."""
COUNTED = 1000
"""Conversations counted at most."""


class Search:
    """A query over all conversations, from the first letter on."""

    def __init__(self, page: InboxPage) -> None:
        self._page = page
        self._spot: Spot | None = None
        self._view: int | None = None
        self._typed_at = 0.0
        self._slow = False
        """What begins with a word took long the last time: the word itself is looked for first."""
        self._order: Order | None = None
        self.query = ""
        self.asked: Asked | None = None
        """What the list shows, once it could be read."""
        self.words = SearchWords(page)
        self.opening = False
        """The line is about to get the focus."""

    @property
    def active(self) -> bool:
        """The list shows a search."""
        return self._spot is not None

    async def look(self, query: str) -> None:
        """Show what fits, while one types; an error is said in words and the last result stays."""
        self.query = query
        self.words.typed(query)
        if not query.strip():
            self.asked = None
            self._mark()
            if self._spot is not None:
                await self._page.pages.show(self._spot.source)
            return
        await self._let_typing_pass()
        # The grammar of dates brings a library that the first frame can do without.
        from omnitui.screens.asking import readings

        try:
            asked = readings(query, self._page.session)
        except QueryError as error:
            self.words.tell_fault(query, error)
            return
        self._page.search_line.fault = None
        try:
            await self._show(query, asked)
        except Overtaken:
            return

    async def resort(self, order: Order | None) -> None:
        """Another order of what was found; None is by the newest match."""
        self._order = order
        if self.asked is not None:
            await self._show(self.query, [self.asked])

    @property
    def sortable_by_match(self) -> bool:
        """There are words by which to sort."""
        return self.asked is not None and self.asked.by_match

    async def _let_typing_pass(self) -> None:
        """One key of a fast series does not set off a search; a key after a rest does so at once."""
        now = asyncio.get_running_loop().time()
        fast, self._typed_at = now - self._typed_at < FAST, now
        if fast:
            await asyncio.sleep(FAST)

    async def _show(self, query: str, readings: list[Asked]) -> None:
        page, session, spot = self._page, self._page.session, self._spot
        await session.searcher.stop()
        clock = asyncio.get_running_loop().time
        for asked in readings if self._slow else readings[-1:]:
            source = asked.source(session, self._order, spot.source.order if spot else Order.WAITING)
            begun = clock()
            rows, done = await source.page(None, max(page.list.window.fits + 4, FIRST))
            if asked is readings[-1]:
                self._slow = clock() - begun > SLOW
            if not done:
                break
        if query != self.query or not self.active:
            return
        self.asked = asked
        page.list.empty = self._lines(f"No conversation matches {query}.")
        self._mark()
        page.pages.put(source, rows, done)
        page.views.here = None
        page.state.show_views()
        page.top.set(order=page.views.order_words(source.order, source.by_match))
        page.follow_now()
        if not rows:
            await self._explain(query)
            return
        count, more = len(rows), False
        if not done:
            await asyncio.sleep(AFTER_ROWS)
            await page.pages.more(above=False)
            count, more = await self._count(asked)
        if query == self.query:
            page.say(f"{count:,}{'+' if more else ''} found", "accent")

    async def _count(self, asked: Asked) -> tuple[int, bool]:
        from omnitui.store import conversations, search

        session = self._page.session
        if asked.by_match:
            counted = await session.searcher.first(search.count(asked.node, me=session.me, most=COUNTED))
            return (counted.n, counted.more) if counted else (0, False)
        n = await session.searcher.first(conversations.count(asked.where, COUNTED)) or 0
        return n, n == COUNTED

    async def _explain(self, query: str) -> None:
        """Nothing was found: say what may have been meant."""
        page = self._page
        page.say("Nothing found", "muted")
        hints = await self.words.meant(query)
        if hints and query == self.query:
            page.list.empty = self._lines(f"No conversation matches {query}.", *hints)
            page.list.refresh()

    def _lines(self, *texts: str) -> tuple[str, ...]:
        """Texts wrapped to the list's width."""
        width = max(self._page.list.size.width - 2, 20)
        return tuple(line for text in texts for _, line in wrap(text, width))

    def _mark(self) -> None:
        """Mark the words in the list and in what is read."""
        sought = self.asked.sought if self.asked else None
        self._page.list.set_sought(sought)
        self._page.find.mark()

    def keep(self) -> None:
        """The list gets the focus; the query stays until one leaves it."""
        self.opening = False
        self.words.put_away()
        self._page.panes.show_list()

    def begin(self) -> None:
        """Show the line; remember where the list stands."""
        page = self._page
        if self._spot is None:
            self._spot = page.pages.spot()
            self._view = page.views.here
        page.search_line.remove_class("-hidden")
        page.panes.show_list()
        self.opening = True
        page.search_line.focus()

    async def leave(self) -> None:
        """Back to exactly what was shown before."""
        spot, page = self._spot, self._page
        self.forget()
        if spot is not None:
            page.views.here = self._view
            page.state.show_views()
            page.top.set(order=page.views.order_words(spot.source.order))
            page.list.empty = page.empty_words()
            await page.pages.go_back(spot)
            page.say("")
        page.panes.show_list()

    def forget(self) -> None:
        """Hide the line, for another view takes the list."""
        self.opening = False
        self._spot, self.query, self.asked, self._order = None, "", None, None
        self._mark()
        self.words.put_away()
        line = self._page.search_line
        line.fault = None
        with line.prevent(line.Changed):
            line.value = ""
        line.add_class("-hidden")
