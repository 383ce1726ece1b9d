"""Keeps the cache tidy while the worker has nothing better to do."""

from __future__ import annotations

import asyncio
import logging

from omnitui.store import upkeep
from omnitui.store.trouble import lived_through
from omnitui.sync.writer import Writer

log = logging.getLogger("omnitui.sync")
QUIET = 20.0
"""Seconds without new mail or any other change before tidying begins."""
BETWEEN = 0.05
"""Seconds between two steps, in which others may write."""


async def keep_tidy(writer: Writer, quiet: float = QUIET) -> None:
    """For ever: once the cache has been quiet for a while after changes, do its upkeep. Stops at any new change."""
    tidied = -1
    before = await asyncio.to_thread(_changes, writer)
    while True:
        await asyncio.sleep(quiet)
        now = await asyncio.to_thread(_changes, writer)
        if now == before and now != tidied:
            tidied = now
            with lived_through(log, "the cache's upkeep has to wait"):
                now = tidied = await _tidy(writer, now)
        before = now


async def _tidy(writer: Writer, at: int) -> int:
    """Step by step; gives the number of changes when it ended."""
    more = True
    while more:
        after, more = await asyncio.to_thread(_step, writer, at)
        if after is None:
            return await asyncio.to_thread(_changes, writer)
        at = after
        await asyncio.sleep(BETWEEN)
    await asyncio.to_thread(_finish, writer)
    return await asyncio.to_thread(_changes, writer)


def _changes(writer: Writer) -> int:
    with writer.reading() as cache:
        return cache.total_changes


def _step(writer: Writer, at: int) -> tuple[int | None, bool]:
    """One step, if nothing has been written since `at`: the changes after it (else None); whether more is to do."""
    with writer.reading() as cache:
        if cache.total_changes != at:
            return None, False
        more = upkeep.step(cache)
        return cache.total_changes, more


def _finish(writer: Writer) -> None:
    with writer.reading() as cache:
        upkeep.finish(cache)
