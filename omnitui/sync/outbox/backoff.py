"""How long to wait before another try."""

from __future__ import annotations

from omnitui.core.times import MINUTE, SECOND, Instant

PAUSES = (5 * SECOND, 15 * SECOND, 30 * SECOND, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE)
"""By how often it was tried; the last one from then on."""


def after(attempts: int, now: Instant) -> Instant:
    """When to try again after this many tries."""
    return Instant(now + PAUSES[min(max(attempts, 1), len(PAUSES)) - 1])
