"""Reading JSON that others wrote: what is missing or of another type is empty, never an error."""

from __future__ import annotations

import math
from typing import Any

MOST_WORDS = 200_000
"""Characters of a text at most; an event is 65,536 bytes, so that only a broken server sends more."""


def record(value: Any) -> dict[str, Any]:
    """An object, else an empty one."""
    return value if isinstance(value, dict) else {}


def records(value: Any) -> list[dict[str, Any]]:
    """The objects of a list; whatever else stands in it is left out."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def rows(value: Any) -> list[list[Any]]:
    """The lists of a list."""
    return [item for item in value if isinstance(item, list)] if isinstance(value, list) else []


def words(value: Any) -> str:
    """A text, else an empty one."""
    return value[:MOST_WORDS] if isinstance(value, str) else ""


def texts(value: Any) -> list[str]:
    """The texts of a list."""
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def number(value: Any, most: int = 2**53) -> int:
    """A whole number from 0 to `most`, else 0."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return 0
    return int(value) if 0 <= value <= most else 0
