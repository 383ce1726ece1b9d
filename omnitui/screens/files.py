"""A file of a mail as a file on disk, brought by the worker: out of the original kept here, or from the server."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from omnitui.core.errors import Refused
from omnitui.core.models import AttachmentRow
from omnitui.core.text.clean import safe_name
from omnitui.screens.session import Session
from omnitui.store import fetch_order, messages

PATIENCE = 60.0
"""Seconds to wait for the worker to bring a file; it comes later all the same."""
_LOOK = 0.25


async def stored(session: Session, file: AttachmentRow) -> Path:
    """The file under its hash in the folder of attachments. Raises Refused, in words, when it cannot be had now."""
    row = await session.reader.first(messages.attachment(file.id))
    if row is None:
        raise Refused(f"{file.name} is gone")
    if not row.sha256:
        await session.writer.do(fetch_order.order, file.id, session.now())
        session.wake()
        row = await _wait(session, file)
    path = session.places.attachments / row.sha256
    if await asyncio.to_thread(path.exists):
        return path
    return Path(await session.order({"do": "file", "attachment": file.id}))


async def named(session: Session, file: AttachmentRow) -> Path:
    """The same under its own safe name, for programs that open it."""
    source = await stored(session, file)
    return await asyncio.to_thread(
        _link, source, session.places.cache / "open" / source.name[:12], safe_name(file.name)
    )


async def _wait(session: Session, file: AttachmentRow) -> messages.ReceivedFile:
    for _ in range(int(PATIENCE / _LOOK)):
        row = await session.reader.first(messages.attachment(file.id))
        if row is not None and row.sha256:
            return row
        await asyncio.sleep(_LOOK)
    raise Refused(f"{file.name} has not come from the server yet; it is ordered and will come")


def _link(source: Path, folder: Path, name: str) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = folder / name
    if not target.exists():
        os.link(source, target)
    return target
