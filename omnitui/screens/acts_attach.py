"""Files that go along: by a path that Tab completes, or all that a pattern stands for."""

from __future__ import annotations

import asyncio
from pathlib import Path

from omnitui.core.errors import Refused
from omnitui.core.models import Draft
from omnitui.screens.before_sending import CARRIED
from omnitui.screens.handlers import Call, handles
from omnitui.screens.inbox import InboxPage
from omnitui.screens.paths import existing, several_offers
from omnitui.store import messages
from omnitui.widgets.choices import Choice
from omnitui.widgets.picker import Question
from omnitui.widgets.words import several


@handles("compose.attach")
async def attach(page: InboxPage, call: Call) -> None:
    """A file by its path, or `*.pdf`; what cannot be read is said, and asked again."""
    _draft(page)
    if page.composing.chat is not None:
        page.composing.chat.must("attachments", "takes no files")
    found, text = None, call.args or "~/"
    while found is None:
        if not call.args:
            question = Question("Attach", several_offers, "path, or *.pdf", text=text, complete=True, free=True)
            value, _ = await page.ask(question)
            if not value:
                return
            text = value
        try:
            found = await asyncio.to_thread(existing, text)
        except Refused as error:
            if call.args:
                raise
            page.say(str(error), "warn")
    known = _draft(page).attachments
    new = [str(path) for path in found if str(path) not in known]
    await page.composing.change(attachments=(*known, *new))
    page.say(f"Attached {found[0].name}" if len(found) == 1 else f"Attached {several(len(found), 'file')}")


@handles("compose.detach")
async def detach(page: InboxPage, call: Call) -> None:
    """Take a file off again; of several it asks which."""
    names = _draft(page).attachments
    if not names:
        raise Refused("nothing is attached")
    files = await page.session.reader.all(messages.attachments([_draft(page).message_id or 0]))
    carried = {f"{CARRIED}{file.id}": file.name for file in files}
    rows = [Choice(name, carried.get(name, Path(name).name), key=str(n)) for n, name in enumerate(names, 1)]
    gone = names[0] if len(names) == 1 else await page.choose("Take off", rows)
    if gone is not None:
        await page.composing.change(attachments=tuple(name for name in names if name != gone))


def _draft(page: InboxPage) -> Draft:
    draft = page.composing.draft
    if draft is None or draft.kind == "note":
        raise Refused("a note carries no files; attach to an answer")
    return draft
