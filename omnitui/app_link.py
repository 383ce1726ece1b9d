"""How the screen hears that something changed: the worker's socket wakes it, the `change` table tells what.

Besides, `PRAGMA data_version` is looked at four times a second (19 microseconds), so that changes of the command line
and of other screens are seen too.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from omnitui.core.errors import CacheError, OmnituiError, Refused
from omnitui.screens.session import Session
from omnitui.store import feed

Changed = Callable[[set[int]], Awaitable[None]]
Trouble = Callable[[str], Awaitable[None]]
POLL = 0.25
"""Seconds between two looks at the data version."""
LEAST_PAUSE = 0.1
"""Seconds between two rounds of changes: ten a second are enough for eyes."""
SLOW_PAUSE = 1.0
"""The same over a slow line, which a list that changes would fill."""
ORDER_PATIENCE = 90.0
"""Seconds that the worker has to open something."""
START_PATIENCE = 20.0
"""Seconds that a worker may take to start."""
LOOK_AT_FILE = 2.0
"""Seconds between two looks whether the cache's file still stands in its place."""
AFTER_TROUBLE = 1.0
"""Seconds until the cache is tried again when it could not be read."""
RECONNECT = 2.0
"""Seconds between two tries to reach the worker."""
RESTART = 5.0
"""Seconds until a worker that is gone, or does not come, is started again; each time twice as long if it dies soon."""
LONGEST_PAUSE = 300.0
_LONGEST_LINE = 1 << 20


class Link:
    """Follows the change feed, and talks to the worker."""

    def __init__(self, session: Session, spawn_worker: Callable[[], object] | None) -> None:
        self._session = session
        self._spawn = spawn_worker
        self._woken = asyncio.Event()
        self._stream: asyncio.StreamWriter | None = None
        self._at, self._version, self._look_at = -1, -1, 0.0

    @property
    def connected(self) -> bool:
        """The worker listens."""
        return self._stream is not None

    def wake(self) -> None:
        """Something was written here: look at once, and let the worker look."""
        self._woken.set()
        self.tell("wake")

    async def run(self, changed: Changed, trouble: Trouble) -> None:
        """Tell `changed` of every change, until cancelled; where the cache cannot be read, tell `trouble` the reason
        once, try again, and tell it "" when all is well again."""
        listening: asyncio.Task[None] | None = None
        told = ""
        try:
            while True:
                try:
                    if self._at < 0:
                        self._at = await self._session.reader.first(feed.latest()) or 0
                    if listening is None:
                        await self._meet_worker()
                        listening = asyncio.create_task(self._listen())
                    await self._round(changed)
                    words = ""
                except OmnituiError as error:
                    words = str(error)
                    self._version = -1
                if words != told:
                    told = words
                    await trouble(words)
                if words:
                    await asyncio.sleep(AFTER_TROUBLE)
        finally:
            if listening is not None:
                listening.cancel()

    async def _meet_worker(self) -> None:
        """Start one where none runs and there is something for it to do."""
        if self._spawn is not None and self._session.settings.names:
            try:
                await asyncio.to_thread(self._spawn)
            except OSError as error:
                raise CacheError(f"No worker can be started: {error.strerror}. Nothing comes in or goes out") from error

    async def _round(self, changed: Changed) -> None:
        """Wait for the next change, and tell it. What could not be told is told by the next round."""
        reader = self._session.reader
        with suppress(TimeoutError):
            await asyncio.wait_for(self._woken.wait(), POLL)
        self._woken.clear()
        await self._look_at_file()
        seen = await reader.version()
        if seen == self._version:
            return
        rows = await reader.all(feed.since(self._at))
        if rows:
            await changed({id for _, id in rows})
            self._at = max(seq for seq, _ in rows)
        self._version = seen
        if rows:
            await asyncio.sleep(SLOW_PAUSE if self._session.slow else LEAST_PAUSE)

    async def _look_at_file(self) -> None:
        now = asyncio.get_running_loop().time()
        if now >= self._look_at:
            await self._session.reader.in_place()
            self._look_at = now + LOOK_AT_FILE

    def tell(self, what: str) -> None:
        """Ask the worker to wake (outbox or drafts changed) or to sync; without a worker all stands in the cache."""
        if self._stream is not None and not self._stream.is_closing():
            self._stream.write(json.dumps({"do": what}).encode() + b"\n")

    async def order(self, asked: dict[str, Any]) -> str:
        """Ask the worker to open something of a stored mail; gives the path of what it made.

        Where none listens one is started. Raises Refused with what the worker said, or with what to do.
        """
        try:
            async with asyncio.timeout(ORDER_PATIENCE):
                reader, writer = await self._reached()
                try:
                    writer.write(json.dumps(asked).encode() + b"\n")
                    while line := await reader.readline():
                        answer = json.loads(line)
                        if "done" in answer:
                            return str(answer["done"])
                        if "refused" in answer:
                            raise Refused(str(answer["refused"]))
                finally:
                    writer.close()
        except (OSError, ValueError) as error:
            raise Refused("the worker went away meanwhile; try again") from error
        raise Refused("the worker ended before it answered; try again")

    async def _reached(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection of its own to the worker; one that does not run is started, and waited for."""
        path, started = self._session.places.socket, False
        for _ in range(int(START_PATIENCE / LEAST_PAUSE)):
            try:
                return await asyncio.open_unix_connection(path, limit=_LONGEST_LINE)
            except OSError:
                if self._spawn is None:
                    raise Refused(
                        "files are opened by the worker, and none runs; start it with: omnitui sync"
                    ) from None
            if not started:
                started = True
                await asyncio.to_thread(self._spawn)
            await asyncio.sleep(LEAST_PAUSE)
        raise Refused("the worker does not start; `omnitui doctor` tells why. The file is safe in its mail")

    async def _listen(self) -> None:
        """Hold the connection to the worker: every line it writes wakes us; what changed stands in the table."""
        path, events = self._session.places.socket, asyncio.get_running_loop()
        pause, start_at = RESTART, events.time() + RESTART
        while True:
            met = events.time()
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
            if events.time() - met > START_PATIENCE:
                pause, start_at = RESTART, 0.0
            if events.time() >= start_at:
                # It has died, or was ended: nothing would leave any more.
                with suppress(CacheError):
                    await self._meet_worker()
                pause, start_at = min(2 * pause, LONGEST_PAUSE), events.time() + pause
            await asyncio.sleep(RECONNECT)
