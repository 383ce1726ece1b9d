"""Bringing snoozed conversations back, exactly when they are due: asked by the worker."""

from __future__ import annotations

from omnitui.core.times import Instant
from omnitui.store import snoozed
from omnitui.store.connection import Cache


def wake(cache: Cache, now: Instant) -> list[int]:
    """Open what is due; returns the conversations."""
    return snoozed.wake(cache, now)


def next_due(cache: Cache) -> Instant | None:
    """When to call `wake` next; None while nothing is snoozed until a time."""
    at = snoozed.next_due().first(cache)
    return None if at is None else Instant(at)
