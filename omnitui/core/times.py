"""Time as the store keeps it: whole milliseconds since 1970 in UTC. Zones exist only at the edges of the program."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NewType

Instant = NewType("Instant", int)
"""Milliseconds since 1970-01-01T00:00:00Z."""

SECOND = 1000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def instant(moment: datetime) -> Instant:
    """An aware datetime as an instant; a naive one is a bug and raises ValueError."""
    if moment.tzinfo is None:
        raise ValueError("a time without a zone has no instant")
    return Instant(round(moment.timestamp() * 1000))


def as_datetime(at: Instant) -> datetime:
    """An instant as an aware UTC datetime."""
    return datetime.fromtimestamp(at / 1000, UTC)


def iso(at: Instant) -> str:
    """An instant as ISO 8601 in UTC, to the millisecond."""
    return as_datetime(at).isoformat(timespec="milliseconds").replace("+00:00", "Z")
