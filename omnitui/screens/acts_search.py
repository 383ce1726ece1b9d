"""Search: the query line over the list."""

from __future__ import annotations

from omnitui.screens.handlers import Call, handles
from omnitui.screens.inbox import InboxPage


@handles("search")
async def search(page: InboxPage, call: Call) -> None:
    """Open the line; with a query, search at once."""
    page.search.begin()
    if call.args:
        page.search_line.value = call.args
        page.search.keep()
