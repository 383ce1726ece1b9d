"""Files that go along: by a path that Tab completes."""

from __future__ import annotations

import asyncio
from pathlib import Path

from omnitui.core.errors import Refused
from omnitui.screens.handlers import Call, handles
from omnitui.screens.inbox import InboxPage
from omnitui.screens.paths import offers
from omnitui.widgets.picker import Question


@handles("compose.attach")
async def attach(page: InboxPage, call: Call) -> None:
    """A file, by its path; Tab completes."""
    draft = page.composing.draft
    if draft is None or draft.kind == "note":
        raise Refused("a note carries no files; attach to an answer")
    path = call.args
    if not path:
        value, _ = await page.ask(Question("Attach a file", offers, "path", text="~/", complete=True))
        path = value or ""
    if not path:
        return
    file = await asyncio.to_thread(_existing, path)
    await page.composing.change(attachments=(*draft.attachments, file))


def _existing(path: str) -> str:
    file = Path(path).expanduser()
    if not file.is_file():
        raise Refused(f"{file} is no file")
    return str(file.absolute())
