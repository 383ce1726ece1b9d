"""Reading single values of an answer, any of which may be missing, null, of another type or absurd."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

from omnitui.core.times import Instant, instant

LATEST = 4_102_444_800
"""Seconds: a time after the year 2100 is none."""
LARGEST = 2**53


def record(value: Any) -> dict[str, Any]:
    """An object, or an empty one."""
    return value if isinstance(value, dict) else {}


def records(value: Any) -> list[dict[str, Any]]:
    """The objects of a list."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def words(value: Any) -> str:
    """A text; a number as its digits; empty for all else."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def number(value: Any) -> int | None:
    """A whole number, also one written as text."""
    if isinstance(value, bool):
        return None
    if isinstance(value, float):
        return int(value) if math.isfinite(value) and abs(value) < LARGEST else None
    if isinstance(value, int):
        return value if abs(value) < LARGEST else None
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 16:
        return int(value)
    return None


def moment(value: Any) -> Instant | None:
    """A time, given as seconds since 1970 or in ISO 8601 (Chatwoot does both, by field); None for none, 0 too."""
    if isinstance(value, str) and not value.isdigit():
        try:
            found = datetime.fromisoformat(value)
            at = instant(found if found.tzinfo else found.replace(tzinfo=UTC))
        except (ValueError, OverflowError):
            return None
        return at if 0 < at < LATEST * 1000 else None
    if isinstance(value, float) and math.isfinite(value) and 0 < value < LATEST:
        return Instant(round(value * 1000))
    seconds = number(value)
    return Instant(seconds * 1000) if seconds and 0 < seconds < LATEST else None
