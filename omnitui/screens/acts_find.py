"""Finding in the open thread."""

from __future__ import annotations

from omnitui.core.errors import Refused
from omnitui.screens.handlers import Call, handles
from omnitui.screens.inbox import InboxPage


@handles("find")
async def find(page: InboxPage, call: Call) -> None:
    """Show the line over the thread; from the list, the conversation at the cursor is opened first."""
    if page.list.has_focus and page.list.window.cursor is not None and not page.panes.thread_beside:
        await page.open_conversation(page.list.window.cursor)
    if page.reading.id is None:
        raise Refused("open a conversation first")
    await page.find.begin(call.args)


@handles("find.next", "find.previous")
async def step(page: InboxPage, call: Call) -> None:
    """From hit to hit."""
    await page.find.step(1 if call.id == "find.next" else -1)
