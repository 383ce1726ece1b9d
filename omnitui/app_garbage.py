"""When the screen looks for cyclic garbage: while nobody types, for a look at everything holds each key up.

Every page that is left is a cycle of widgets, so that garbage comes with use: looked for seldom, it is 30 MB after some
minutes, and takes a third of a second to clear away, amid typing.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

IDLE = 1.5
"""Seconds without a key after which the agent is thought to read."""
EVERY = 1.0
"""Seconds between two looks whether that is so."""
ROUNDS = 2
"""So many collections of the middle generation must have left something behind for a look at everything."""
THRESHOLDS = (5000, 5, 3)
"""For who never stops typing: a look at what is new since the last idle moment."""


class Garbage:
    """Begin once all is there; `touch` at every key, `look` now and then. Call all of them in one thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._touched = clock()

    def begin(self) -> None:
        """What is there after the start is not looked at again while somebody types."""
        gc.collect()
        gc.freeze()
        gc.enable()
        gc.set_threshold(*THRESHOLDS)

    def touch(self) -> None:
        """The agent does something."""
        self._touched = self._clock()

    def look(self) -> bool:
        """Look at everything (35 to 55 ms) where the agent is idle and it is worth it; whether it was done."""
        if self._clock() - self._touched < IDLE or gc.get_count()[2] < ROUNDS:
            return False
        # What was frozen may have become garbage since.
        gc.unfreeze()
        gc.collect()
        gc.freeze()
        return True
