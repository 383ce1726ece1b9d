"""Reading single fields of what Twilio answers: each may be missing, null or of another type than promised."""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from omnitui.core.times import Instant, instant

Item = Mapping[str, Any]


def text(item: Item, name: str) -> str:
    """A text field, or nothing."""
    value = item.get(name)
    return value if isinstance(value, str) else ""


def number(item: Item, name: str) -> int:
    """A count, which Twilio writes as text, or 0."""
    value = item.get(name)
    if type(value) is int:
        return max(value, 0)
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10 else 0


def time(item: Item, *names: str) -> Instant | None:
    """The first of these fields that holds a time (RFC 2822)."""
    for name in names:
        value = item.get(name)
        if isinstance(value, str) and len(value) < 100:
            try:
                found = parsedate_to_datetime(value)
                return instant(found) if found.tzinfo is not None else None
            except (ValueError, TypeError, OverflowError, IndexError):
                continue
    return None
