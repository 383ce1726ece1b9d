"""Search: the list follows what is typed, and leaving restores the list exactly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events
from textual.message import Message
from textual.widgets import Input

from omnitui.core.errors import QueryError
from omnitui.store import conversations

if TYPE_CHECKING:
    from omnitui.screens.inbox import InboxPage
    from omnitui.screens.list_pages import Spot


class SearchLine(Input):
    """The line one types the query in."""

    class Ready(Message):
        """It has the focus."""

    class Left(Message):
        """Esc."""

    class Kept(Message):
        """Enter: the result stays."""

    def on_focus(self) -> None:
        """What was typed ahead has come."""
        self.post_message(self.Ready())

    def on_key(self, event: events.Key) -> None:
        """Esc leaves, Enter and down go into the list."""
        if event.key in ("escape", "ctrl+g"):
            self.post_message(self.Left())
        elif event.key in ("enter", "down", "ctrl+j", "tab"):
            self.post_message(self.Kept())
        else:
            return
        event.stop()
        event.prevent_default()


class Search:
    """A query over the present view's list, from the first letter on."""

    def __init__(self, page: InboxPage) -> None:
        self._page = page
        self._spot: Spot | None = None
        self._view: int | None = None
        self.query = ""
        self.opening = False
        """The line is about to get the focus."""

    @property
    def active(self) -> bool:
        """The list shows a search."""
        return self._spot is not None

    async def look(self, query: str) -> None:
        """Show what fits, while one types; an error is said in words and the last result stays."""
        page, session = self._page, self._page.session
        self.query = query
        if not query.strip():
            if self._spot is not None:
                await page.pages.open(self._spot.where, self._spot.order)
            return
        # The grammar of dates brings a library that the first frame can do without.
        from omnitui.core.query.parser import parse
        from omnitui.store.query_sql import compile_query

        try:
            node = parse(query, now=session.now(), zone=session.zone)
            where = compile_query(node, me=session.me)
        except QueryError as error:
            more = f"; did you mean {error.suggestion}?" if error.suggestion else ""
            page.say(f"{error}{more}", "warn")
            return
        if query != self.query:
            return
        page.list.empty = (f"No conversation matches {query}.",)
        if await page.pages.open(where, page.pages.order) and query == self.query:
            page.views.here = None
            page.state.show_views()
            count = await session.reader.first(conversations.count(where, 1000)) or 0
            page.say(
                f"{count:,}{'+' if count == 1000 else ''} found" if count else "Nothing found",
                "accent" if count else "muted",
            )
            page.follow_now()

    def keep(self) -> None:
        """The list gets the focus; the query stays until one leaves it."""
        self.opening = False
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
            page.top.set(order=page.views.order_words(spot.order))
            await page.pages.go_back(spot)
            page.say("")
        page.panes.show_list()

    def forget(self) -> None:
        """Hide the line, for another view takes the list."""
        self.opening = False
        self._spot, self.query = None, ""
        line = self._page.search_line
        with line.prevent(Input.Changed):
            line.value = ""
        line.add_class("-hidden")
