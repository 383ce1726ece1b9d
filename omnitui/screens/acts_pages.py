"""The pages beside the main one, and what one does on them."""

from __future__ import annotations

from omnitui.core.errors import Refused
from omnitui.core.models import ConversationId
from omnitui.screens.base import Page
from omnitui.screens.handlers import Call, handles
from omnitui.screens.inbox import InboxPage
from omnitui.screens.pages import DraftsPage, OutboxPage, SheetPage, SyncPage, in_place
from omnitui.screens.replies_page import RepliesPage
from omnitui.store import drafts
from omnitui.triage import drafting, sending

_PAGES: dict[str, type[SheetPage]] = {
    "page.outbox": OutboxPage,
    "page.drafts": DraftsPage,
    "page.replies": RepliesPage,
    "page.errors": SyncPage,
}
_STEPS = {
    "cursor.down": 1.0,
    "cursor.up": -1.0,
    "cursor.half_down": 0.5,
    "cursor.half_up": -0.5,
    "cursor.page_down": 1.0,
    "cursor.page_up": -1.0,
    "cursor.first": -1e9,
    "cursor.last": 1e9,
}
_BESIDE = ("outbox", "drafts", "replies", "sync", "text", "bare", "why", "contacts")


@handles(*_PAGES)
def show(page: Page, call: Call) -> None:
    """Open a page; from another one it takes its place."""
    wanted = _PAGES[call.id]
    if not isinstance(page, wanted):
        in_place(page, wanted(page.session))


def _move(page: SheetPage, call: Call) -> None:
    step = _STEPS[call.id]
    sheet = page.sheet
    if abs(step) > 1:
        sheet.move_by(int(step))
    elif call.id in ("cursor.down", "cursor.up"):
        sheet.move_by(round(step) * (call.count or 1))
    else:
        lines = max(len(sheet.entries[sheet.at].lines), 1) if sheet.entries and sheet.has_cursor else 1
        sheet.move_by(round(step * max(sheet.size.height - 1, 1) / lines))


def _back(page: SheetPage, call: Call) -> None:
    page.leave()


for _name in _BESIDE:
    handles(*_STEPS, page=_name)(_move)
    handles("pane.back", page=_name)(_back)


async def _open(page: SheetPage, id: ConversationId) -> None:
    if page.leave() and isinstance(main := page.app.screen, InboxPage):
        await main.open_conversation(id)


@handles("row.open", page="outbox")
async def open_sent(page: OutboxPage, call: Call) -> None:
    """The conversation of an item."""
    row = page.row()
    if row is not None and row.conversation_id is not None:
        await _open(page, row.conversation_id)


@handles("row.open", page="drafts")
async def open_draft(page: DraftsPage, call: Call) -> None:
    """Write on."""
    draft = page.draft()
    if draft is not None and page.leave() and isinstance(main := page.app.screen, InboxPage):
        await main.write_on(draft)


@handles("draft.delete", page="drafts")
async def delete(page: DraftsPage, call: Call) -> None:
    """Throw a draft away; undo brings it back."""
    draft, session = page.draft(), page.session
    step = await session.writer.do(drafting.discard, session.agent, draft, session.now()) if draft is not None else None
    if step is not None:
        page.said_step(step)
        session.wake()
    await page.read()


def _item(page: OutboxPage) -> str:
    row = page.row()
    if row is None:
        raise Refused("there is no item here")
    return row.id


async def _answer(page: OutboxPage, words: str) -> None:
    page.say(words)
    page.session.wake()
    await page.read()


@handles("outbox.retry", page="outbox")
async def retry(page: OutboxPage, call: Call) -> None:
    """Send now: a held one at once, one that failed or asks again. Never one that may have arrived."""
    await page.session.writer.do(sending.send_now, _item(page), page.session.now())
    await _answer(page, "It goes out now")


@handles("outbox.again", page="outbox")
async def again(page: OutboxPage, call: Call) -> None:
    """The agent is sure that it has not arrived."""
    item = _item(page)
    if await page.confirm("Send it once more? Whoever has it already gets it twice.", "Yes, send it again"):
        await page.session.writer.do(sending.retry_send, item, page.session.now())
        await _answer(page, "It goes out again")


@handles("outbox.sent", page="outbox")
async def sent(page: OutboxPage, call: Call) -> None:
    """The agent knows that it has arrived."""
    await page.session.writer.do(sending.arrived, _item(page), page.session.now())
    await _answer(page, "Marked as sent")


@handles("outbox.cancel", page="outbox")
async def cancel(page: OutboxPage, call: Call) -> None:
    """Not sent; what was written is a draft again."""
    step = await page.session.writer.do(sending.give_up, page.session.agent, _item(page), page.session.now())
    await _answer(page, step.label if step is not None else "Cancelled")


@handles("outbox.edit", page="outbox")
async def edit(page: OutboxPage, call: Call) -> None:
    """Take it back and write on."""
    session = page.session
    before = {draft.id for draft in await session.reader.all(drafts.every(50))}
    await cancel(page, call)
    back = [draft for draft in await session.reader.all(drafts.every(50)) if draft.id not in before]
    if back and page.leave() and isinstance(main := page.app.screen, InboxPage):
        await main.write_on(back[0])


@handles("sync.now")
def sync(page: Page, call: Call) -> None:
    """Ask the worker to look at the servers."""
    page.session.sync()
    page.say("Asked the worker to look", "muted")
