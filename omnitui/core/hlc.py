"""A hybrid logical clock: times of operations that never run backwards, whatever the machine's clock does.

A reading is text that sorts as it counts: fifteen digits of milliseconds, a dash, four digits of a counter (Kulkarni
and others, "Logical Physical Clocks", 2014).
"""

from __future__ import annotations

from omnitui.core.times import Instant

_MOST = 9999


def tick(last: str, now: Instant) -> str:
    """The reading after `last` (empty, or a reading with or without a counter) when the machine's clock says `now`."""
    at, count = read(last)
    if now > at:
        return _reading(now, 0)
    return _reading(at, count + 1) if count < _MOST else _reading(at + 1, 0)


def read(reading: str) -> tuple[int, int]:
    """Milliseconds and counter of a reading; anything that is none counts as the beginning of time."""
    at, _, count = reading.partition("-")
    if not (at.isascii() and at.isdigit() and (not count or (count.isascii() and count.isdigit()))):
        return (0, 0)
    return (int(at), int(count or 0))


def _reading(at: int, count: int) -> str:
    return f"{at:015d}-{count:04d}"
