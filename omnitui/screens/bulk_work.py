"""Long work of triage beside the keys: a slice at a time on the writing thread, with a bar while it takes long."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from omnitui.core.errors import Refused
from omnitui.store.connection import Cache
from omnitui.triage.bulk import GAP, Progress

if TYPE_CHECKING:
    from omnitui.screens.base import Page

BAR_FROM = 2000
"""Conversations (or operations) of a piece of work for which a bar is shown."""

PATIENCE = 2.0
"""Seconds to wait for one's turn."""


async def drive(page: Page, title: str, begin: Callable[[Cache], Iterator[Progress]]) -> Progress | None:
    """Do all of it; other writes of this screen come between. Gives how it ended, None when there was nothing to do.

    Other such work has its turn first (`z z` in one breath are two steps). Raises Refused where it takes long, and
    what the work raises; what was done until then stays done.
    """
    session = page.session
    try:
        # What has a bar takes longer than anybody waits.
        async with asyncio.timeout(0 if page.status.shown.work else PATIENCE):
            await session.turn.acquire()
    except TimeoutError:
        raise Refused(f"“{session.at_work}” is still going on; then it is this one's turn") from None
    session.at_work = title
    last: Progress | None = None
    try:
        slices = await session.writer.do(begin)
        while (progress := await session.writer.do(_next, slices)) is not None:
            last = progress
            if progress.total > BAR_FROM:
                page.status.set(work=(title, progress.done, progress.total))
            if progress.done < progress.total:
                session.wake()
                await asyncio.sleep(GAP)
    finally:
        session.at_work = ""
        session.turn.release()
        page.status.set(work=None)
    return last


def _next(cache: Cache, slices: Iterator[Progress]) -> Progress | None:
    return next(slices, None)
