"""One kind of work for an account, an item after the other, whenever one is due; lanes do not wait for each other."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from omnitui.core.times import Instant
from omnitui.store import outbox, sending
from omnitui.sync.outbox.desk import Desk

log = logging.getLogger("omnitui.outbox")
LOOK = 1.0
"""Seconds after which is looked, called or not, where something may be due."""
SHORTEST = 0.05
AFTER_FAULT = 30.0
"""Seconds until a lane with a fault of ours goes on."""


@dataclass(frozen=True)
class Work:
    """What a lane does: `turn` does all that is due, and says how much that was."""

    turn: Callable[[], Awaitable[int]]
    kinds: tuple[str, ...] = ()
    """Of outbox items; without any it has a turn at every call."""
    may_begin: Callable[[], bool] = lambda: True
    """False: what is due may have to wait for something else, and is looked at now and then."""
    busy: Callable[[], bool] = lambda: False
    """It has to have another turn soon, whatever stands in the outbox."""


class Lane:
    """`run` until `stop`, or `turn` by hand. What a dead worker has left of these kinds is taken over first."""

    def __init__(self, desk: Desk, account_id: int, work: Work, clock: Callable[[], Instant]) -> None:
        self._desk, self._account_id, self._work, self._clock = desk, account_id, work, clock
        self._wake, self._stopping = asyncio.Event(), asyncio.Event()
        self._recovered = not work.kinds

    def wake(self) -> None:
        """Something may be due: look now."""
        self._wake.set()

    def stop(self) -> None:
        """Begin nothing more."""
        self._stopping.set()
        self.wake()

    async def turn(self) -> int:
        """Do all that is due now. After a fault of ours, which is raised, the next turn recovers what it has left."""
        kinds, account_id = self._work.kinds, self._account_id
        if not self._recovered:
            # Nobody has any of these under way: one worker at a time holds the lock, and a lane does one at a time.
            await self._desk.do(outbox.recover, "", self._clock(), kinds=kinds, account_id=account_id)
            self._recovered = True
        try:
            return await self._work.turn()
        except Exception:
            self._recovered = not kinds
            raise

    async def run(self) -> None:
        """Work until `stop`, or until cancelled."""
        while not self._stopping.is_set():
            self._wake.clear()
            try:
                if not self._work.kinds or await self._open():
                    await self.turn()
                await _wait(self._wake, await self._pause())
            except Exception:
                log.exception("the outbox had a fault; it goes on in %.0f seconds", AFTER_FAULT)
                await _wait(self._stopping, AFTER_FAULT)

    async def _open(self) -> bool:
        return bool(await self._desk.do(sending.anything_open(self._account_id, self._work.kinds).first))

    async def _pause(self) -> float | None:
        """Seconds until something may be due; None: when called."""
        work = self._work
        if work.busy():
            return LOOK
        if not work.kinds or not await self._open():
            return None
        # What is due and has to wait must not make this loop spin.
        due = await self._desk.do(sending.next_due(self._account_id, work.kinds).first) if work.may_begin() else None
        return LOOK if due is None else min(LOOK, max(SHORTEST, (due - self._clock()) / 1000))


async def _wait(event: asyncio.Event, seconds: float | None) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
