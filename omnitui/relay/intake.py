"""The way between requests and the file: webhooks that come at one time share a commit, pulls wait for new ones.

One thread works on the file. Whoever waits for `keep` is told only when the commit has reached the disk.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import Counter, defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeAlias, TypeVar

from omnitui.core.errors import CacheError
from omnitui.core.times import Instant
from omnitui.relay.store import Arrival, Kept, RelayStore, Standing

AT_ONCE = 500
"""Webhooks in one commit at most."""
TIDY_SECONDS = 600.0
T = TypeVar("T")
_Waiting: TypeAlias = tuple[Arrival, "asyncio.Future[int | None]"]
log = logging.getLogger(__name__)


class Intake:
    """Belongs to one event loop: `start()` within it, `await close()` before it ends."""

    def __init__(self, store: RelayStore, clock: Callable[[], Instant]) -> None:
        self._store, self._clock = store, clock
        self._thread = ThreadPoolExecutor(1, "relay-store")
        self._pending: list[_Waiting] = []
        self._refused: Counter[tuple[str, str]] = Counter()
        self._wake = asyncio.Event()
        self._news: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self._tasks: list[asyncio.Task[None]] = []
        self._closing = False
        self._crowded = asyncio.Event()

    def start(self, keep_days: int, replay_days: int) -> None:
        """Begin to commit, and to tidy up now and then."""
        self._tasks = [
            asyncio.create_task(self._commit_all()),
            asyncio.create_task(self._tidy_all(keep_days, replay_days)),
        ]

    def let_go(self) -> None:
        """The server is about to end: whoever waits for news is answered now, new webhooks are refused."""
        self._closing = True
        self._wake.set()
        for news in self._news.values():
            news.set()

    async def close(self) -> None:
        """Commit what is waiting and let go of the file."""
        self.let_go()
        if self._tasks:
            commits, tidying = self._tasks
            tidying.cancel()
            await asyncio.gather(commits, tidying, return_exceptions=True)
        await self._work(self._store.close)
        self._thread.shutdown()

    async def keep(self, arrival: Arrival) -> int | None:
        """The id once it is on the disk; 0: it was there already; None: no room. Raises CacheError for the disk."""
        if self._closing:
            raise CacheError("the relay is about to end, the vendor will send it again")
        waiting: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()
        self._pending.append((arrival, waiting))
        self._wake.set()
        return await waiting

    def refused(self, source: str, reason: str) -> None:
        """A genuine webhook was turned away; told to the worker later."""
        self._refused[source, reason] += 1
        self._wake.set()

    async def after(self, source: str, number: int, limit: int, wait: float) -> tuple[list[Kept], bool]:
        """The next ones after this id; waits so many seconds for the first to come. Raises CacheError."""
        until = asyncio.get_running_loop().time() + wait
        while True:
            # Taken before the file is read: what is committed meanwhile sets it.
            news = self._news[source]
            found, more = await self._work(self._store.after, source, number, limit)
            if found or not limit or wait <= 0 or self._closing:
                return found, more
            try:
                async with asyncio.timeout_at(until):
                    await news.wait()
            except TimeoutError:
                return [], False

    async def at_of(self, source: str, number: int) -> Instant | None:
        """When the webhook of this id came. Raises CacheError."""
        return await self._work(self._store.at_of, source, number)

    async def standing(self, source: str) -> Standing:
        """How the source stands. Raises CacheError."""
        return await self._work(self._store.standing, source)

    async def confirm(self, source: str, up_to: int) -> None:
        """These need not be kept any more. Raises CacheError."""
        await self._work(self._store.confirm, source, up_to)

    async def _work(self, call: Callable[..., T], *values: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, lambda: call(*values))

    async def _commit_all(self) -> None:
        while not (self._closing and not self._pending):
            await self._wake.wait()
            self._wake.clear()
            while self._pending or self._refused:
                batch, self._pending = self._pending[:AT_ONCE], self._pending[AT_ONCE:]
                refused, self._refused = self._refused, Counter()
                await self._commit(batch, refused)

    async def _commit(self, batch: list[_Waiting], refused: Counter[tuple[str, str]]) -> None:
        try:
            made = await self._work(self._store.add, [arrival for arrival, _ in batch], refused, self._clock())
        except CacheError as error:
            log.error("%d webhooks could not be kept and were answered 503: %s", len(batch), error)
            for _, waiting in batch:
                if not waiting.done():
                    waiting.set_exception(error)
            return
        for (_, waiting), number in zip(batch, made, strict=True):
            if not waiting.done():
                waiting.set_result(number)
        for source in {arrival.source for (arrival, _), number in zip(batch, made, strict=True) if number}:
            self._news.pop(source, asyncio.Event()).set()
        if self._store.crowded:
            self._crowded.set()

    async def _tidy_all(self, keep_days: int, replay_days: int) -> None:
        while True:
            more = False
            try:
                more = await self._work(self._store.tidy, self._clock(), keep_days, replay_days)
            except CacheError as error:
                log.error("old webhooks could not be thrown away: %s", error)
            if more:
                await asyncio.sleep(0.05)
                continue
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(TIDY_SECONDS):
                    await self._crowded.wait()
            self._crowded.clear()
