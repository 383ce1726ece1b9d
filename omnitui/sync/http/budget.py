"""How often one credential may be used: every call with it takes its turn here, whoever makes it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from omnitui.sync.http.messages import Answer, TooMany
from omnitui.sync.http.policy import retry_after

YIELD = 0.05
"""Seconds after which a poll looks again whether those who are waited for have had their turn."""


@dataclass(frozen=True, slots=True)
class Rate:
    """`count` calls in `seconds`; the last `kept` of them are for urgent ones."""

    count: int
    seconds: float
    kept: int = 0


class Budget:
    """The turns of one credential. Belongs to one event loop.

    `asked` reads from an answer how long the server wants us to wait, in seconds, where it says so in a way of its own.
    """

    def __init__(
        self,
        rate: Rate | None = None,
        *,
        asked: Callable[[Answer], float | None] = lambda answer: None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._rate = rate
        self._asked = asked
        self._clock, self._sleep = clock, sleep
        self._left = float(rate.count) if rate else 0.0
        self._at = clock()
        self._held_until = 0.0
        self._urgent = 0

    async def turn(self, *, urgent: bool = False, patience: float = 30.0) -> float:
        """Wait for a turn and take it; gives the seconds waited. Raises TooMany when it would take longer."""
        started = self._clock()
        self._urgent += urgent
        try:
            while True:
                wait = self._wait(urgent=urgent)
                waited = self._clock() - started
                if wait <= 0:
                    self._left -= 1
                    return waited
                if waited + wait > patience:
                    raise TooMany(f"the server allows no more calls now; the next is in {wait:.0f} s", wait)
                await self._sleep(wait)
        finally:
            self._urgent -= urgent

    def hold(self, seconds: float) -> None:
        """No call before so many seconds have passed: the server said so."""
        self._held_until = max(self._held_until, self._clock() + seconds)

    def heed(self, answer: Answer) -> float | None:
        """Take from an answer what the server says about waiting; gives the seconds where it says so."""
        asked = [wait for wait in (self._asked(answer), retry_after(answer.headers)) if wait is not None]
        if not asked:
            return None
        self.hold(max(asked))
        return max(asked)

    def _wait(self, *, urgent: bool) -> float:
        now = self._clock()
        held = self._held_until - now
        if held > 0:
            return held
        if self._urgent and not urgent:
            return YIELD
        if self._rate is None:
            return 0.0
        each = self._rate.seconds / self._rate.count
        self._left = min(float(self._rate.count), self._left + (now - self._at) / each)
        self._at = now
        missing = 1 + (0 if urgent else self._rate.kept) - self._left
        # A float of seconds rounds: what is a millionth of a call short is there.
        return missing * each if missing > 1e-6 else 0.0
