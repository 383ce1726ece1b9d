"""Undo and redo, on every page."""

from __future__ import annotations

from omnitui.screens.base import Page
from omnitui.screens.bulk_work import drive
from omnitui.screens.handlers import Call, handles
from omnitui.store import drafts
from omnitui.triage import bulk


@handles("undo")
async def undo(page: Page, call: Call) -> None:
    """Take the last step back; an answer that has not left comes back into the composer."""
    session = page.session
    before = {draft.id for draft in await session.reader.all(drafts.every(20))}
    now = session.now()
    ended = await drive(page, "Undo", lambda cache: bulk.undoing(cache, session.agent, now))
    if ended is None or ended.step is None:
        page.say("Nothing to take back", "muted")
        return
    step = ended.step
    again = session.keymap.keys_of("redo")
    page.say(f"Took back: {step.label}", way_back=f"{again[0]} redo" if again else "")
    session.wake()
    back = [draft for draft in await session.reader.all(drafts.every(20)) if draft.id not in before]
    if back:
        await page.write_on(back[0])


@handles("redo")
async def redo(page: Page, call: Call) -> None:
    """Do it again."""
    session = page.session
    now = session.now()
    ended = await drive(page, "Redo", lambda cache: bulk.redoing(cache, session.agent, now))
    if ended is None or ended.step is None:
        page.say("Nothing to do again", "muted")
        return
    page.said_step(ended.step)
    session.wake()
