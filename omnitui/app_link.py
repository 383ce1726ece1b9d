"""How the screen hears that something changed: the worker's socket wakes it, the `change` table tells what.

Besides, `PRAGMA data_version` is looked at four times a second (19 microseconds), so that changes of the command line
and of other screens are seen too.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress

from omnitui.screens.session import Session
from omnitui.store import feed

Changed = Callable[[set[int]], Awaitable[None]]
POLL = 0.25
"""Seconds between two looks at the data version."""
LEAST_PAUSE = 0.1
"""Seconds between two rounds of changes: ten a second are enough for eyes."""
RECONNECT = 2.0
"""Seconds between two tries to reach the worker."""
_LONGEST_LINE = 1 << 20


class Link:
    """Follows the change feed, and talks to the worker."""

    def __init__(self, session: Session, spawn_worker: Callable[[], object] | None) -> None:
        self._session = session
        self._spawn = spawn_worker
        self._woken = asyncio.Event()
        self._stream: asyncio.StreamWriter | None = None

    @property
    def connected(self) -> bool:
        """The worker listens."""
        return self._stream is not None

    def wake(self) -> None:
        """Something was written here: look at once, and let the worker look."""
        self._woken.set()
        self.tell("wake")

    async def run(self, changed: Changed) -> None:
        """Tell `changed` of every change, until cancelled."""
        reader = self._session.reader
        at = await reader.first(feed.latest()) or 0
        if self._spawn is not None:
            await asyncio.to_thread(self._spawn)
        listening = asyncio.create_task(self._listen())
        try:
            version = -1
            while True:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._woken.wait(), POLL)
                self._woken.clear()
                seen = await reader.version()
                if seen == version:
                    continue
                version = seen
                rows = await reader.all(feed.since(at))
                if rows:
                    at = max(seq for seq, _ in rows)
                    await changed({id for _, id in rows})
                    await asyncio.sleep(LEAST_PAUSE)
        finally:
            listening.cancel()

    def tell(self, what: str) -> None:
        """Ask the worker to wake (outbox or drafts changed) or to sync; without a worker all stands in the cache."""
        if self._stream is not None and not self._stream.is_closing():
            self._stream.write(json.dumps({"do": what}).encode() + b"\n")

    async def _listen(self) -> None:
        """Hold the connection to the worker: every line it writes wakes us; what changed stands in the table."""
        path = self._session.places.socket
        while True:
            try:
                reader, self._stream = await asyncio.open_unix_connection(path, limit=_LONGEST_LINE)
                while await reader.readline():
                    self._woken.set()
            except (OSError, ValueError):
                pass
            finally:
                if self._stream is not None:
                    self._stream.close()
                self._stream = None
            await asyncio.sleep(RECONNECT)
