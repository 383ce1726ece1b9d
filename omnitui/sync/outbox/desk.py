"""The outbox's own connection to the cache: every commit on the disk, never on the event loop's time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from omnitui.store.connection import Cache, Role, open_cache
from omnitui.sync.threads import to_its_end

P = ParamSpec("P")
T = TypeVar("T")


class Desk:
    """Runs functions of the store in a thread, one at a time, on one connection."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache
        self._lock = asyncio.Lock()

    @classmethod
    def open(cls, path: Path) -> Desk:
        """A desk with a connection of its own to the cache at `path`. Blocks for a moment."""
        return cls(open_cache(path, Role.OPERATIONS, threads=True))

    async def do(self, work: Callable[Concatenate[Cache, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of `work(connection, ...)`; even when the caller is cancelled, the work is done whole first."""
        async with self._lock:
            return await to_its_end(work, self._cache, *args, **kwargs)

    def close(self) -> None:
        """Close the connection."""
        self._cache.close()
