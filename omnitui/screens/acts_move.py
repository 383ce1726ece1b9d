"""Moving about: cursor, panes, conversations."""

from __future__ import annotations

from collections.abc import Awaitable

from omnitui.core.models import ConversationId
from omnitui.screens.handlers import Call, handles
from omnitui.screens.inbox import InboxPage

_STEPS = {
    "cursor.down": (1, False),
    "cursor.up": (-1, False),
    "cursor.half_down": (0.5, True),
    "cursor.half_up": (-0.5, True),
    "cursor.page_down": (1, True),
    "cursor.page_up": (-1, True),
}
_FAR = 1_000_000
"""Lines: further than any thread."""


@handles(*_STEPS)
def move(page: InboxPage, call: Call) -> None:
    """Move the cursor of the pane that has the focus."""
    step, pages = _STEPS[call.id]
    count = call.count or 1
    if page.thread.choosing:
        page.thread.move_caret(round(step * (page.thread.page if pages else count)))
    elif page.thread.has_focus:
        page.thread.scroll_lines(round(step * (page.thread.page if pages else count)))
    elif page.contact.has_focus:
        page.contact.move_by(round(step * (page.contact.size.height if pages else count)))
    else:
        page.list.move_by(round(step * (page.list.window.fits if pages else count)))


@handles("cursor.first")
def first(page: InboxPage, call: Call) -> Awaitable[None] | None:
    """The first row, or the oldest message here."""
    if page.thread.choosing:
        page.thread.move_caret(-_FAR)
        return None
    if page.thread.has_focus:
        page.thread.scroll_first()
        return None
    return page.pages.start()


@handles("cursor.last")
def last(page: InboxPage, call: Call) -> Awaitable[None] | None:
    """The last row, or the newest message."""
    if page.thread.choosing:
        page.thread.move_caret(_FAR)
        return None
    if page.thread.has_focus:
        page.thread.scroll_last()
        return None
    return page.pages.end()


@handles("row.open")
async def open_row(page: InboxPage, call: Call) -> None:
    """Open what the cursor is on."""
    if page.contact.has_focus:
        if page.contact.chosen is not None:
            await page.open_conversation(page.contact.chosen)
        return
    row = page.list.window.row
    if row is not None:
        await page.open_conversation(row.id)


@handles("pane.back")
async def back(page: InboxPage, call: Call) -> None:
    """Leave the pane; in the list leave a search, then marks."""
    if page.contact.has_focus:
        page.panes.show_thread() if page.reading.id is not None else page.panes.show_list()
    elif page.thread.selection is not None:
        page.thread.deselect()
        page.say("")
    elif page.thread.has_focus and page.find.active:
        page.find.leave()
    elif not page.list.has_focus:
        page.panes.show_list()
    elif page.search.active:
        await page.search.leave()
    elif page.list.marked:
        page.list.set_marked(set())
        page.say("")
    elif not page.status.shown.way_back:
        quits = " or ".join(page.session.keymap.keys_of("quit")) or "the palette"
        page.say(f"This is the list; {quits} leaves the program", "muted")


@handles("pane.next", "pane.previous")
def next_pane(page: InboxPage, call: Call) -> None:
    """Focus another pane."""
    page.panes.cycle(1 if call.id == "pane.next" else -1)


@handles("pane.zoom")
def zoom(page: InboxPage, call: Call) -> None:
    """This pane alone, or all."""
    page.panes.toggle_zoom()


@handles("pane.contact")
async def contact(page: InboxPage, call: Call) -> None:
    """Show or hide the contact."""
    page.panes.toggle_contact()
    await page.show_contact()


@handles("conversation.next", "conversation.previous")
async def neighbour(page: InboxPage, call: Call) -> None:
    """The next conversation of the list, opened where one reads."""
    window, forward = page.list.window, call.id == "conversation.next"
    before = window.cursor
    if forward and _left_the_list(page):
        before = None
    else:
        page.list.move_by(1 if forward else -1)
    row = window.row
    if row is None or row.id == before:
        page.say("This is the last one" if forward else "This is the first one", "muted")
    elif not page.list.has_focus:
        await page.open_conversation(row.id)


@handles("read.on")
async def read_on(page: InboxPage, call: Call) -> None:
    """Scroll the thread; at its end go to the next that waits. Closes nothing."""
    if page.list.has_focus:
        await open_row(page, call)
    elif not page.thread.scroll_lines(page.thread.page):
        await next_waiting(page, call)


@handles("waiting.next")
async def next_waiting(page: InboxPage, call: Call) -> None:
    """The next conversation below that waits for us; after the last, the first."""
    rows, at = page.list.window.rows, page.list.window.at
    start = at if _left_the_list(page) else at + 1
    around = [*rows[start:], *rows[:start]]
    here = page.reading.id if not page.list.has_focus else page.list.window.cursor
    found = next((row for row in around if row.waiting_since is not None and row.id != here), None)
    if found is None:
        page.say("Nobody else is waiting here", "ok")
        return
    await _go(page, found.id)


def _left_the_list(page: InboxPage) -> bool:
    """What is read is no longer in the list (answered, closed), so the cursor stands on the next one already."""
    return (
        not page.list.has_focus and page.reading.id is not None and page.list.window.index_of(page.reading.id) is None
    )


async def _go(page: InboxPage, id: ConversationId) -> None:
    if page.list.has_focus:
        page.list.move_to(page.list.window.index_of(id) or 0)
    else:
        await page.open_conversation(id)
