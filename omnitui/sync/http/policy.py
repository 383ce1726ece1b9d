"""When a request is tried again and after how long: pure rules.

What certainly did not arrive may always be sent again; what may have arrived, only when doing it twice does no harm.
"""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from enum import Enum

TRIES = 4
"""Times that one request is sent at most."""
REFUSED_FOR_NOW = frozenset({429})
"""The server says that it did nothing (RFC 6585)."""
TROUBLE = frozenset({408, 425, 500, 502, 503, 504})
"""Passes by itself most times; whether anything was done is not known."""
LONGEST_HOLD = 24 * 3600.0
"""Seconds: what a server may ask us to wait at most is taken at its word up to a day."""


class Broken(Enum):
    """How a try failed without an answer."""

    NOT_SENT = "not sent"
    """No connection: nothing of it has left."""
    UNKNOWN = "unknown"
    """It may have arrived."""


def try_again(outcome: int | Broken, *, may_repeat: bool, tries: int) -> bool:
    """Whether to send once more after this status or break; `tries` counts those made."""
    if tries >= TRIES:
        return False
    if outcome is Broken.NOT_SENT or outcome in REFUSED_FOR_NOW:
        return True
    return may_repeat and (outcome is Broken.UNKNOWN or outcome in TROUBLE)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds the server asks to wait (RFC 9110 10.2.3: a number, or a date read against the answer's own Date)."""
    given = headers.get("retry-after", "").strip()
    if not given:
        return None
    try:
        seconds = float(given) if not given[:1].isalpha() else _until(given, headers.get("date", ""))
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(seconds, 0.0), LONGEST_HOLD) if seconds == seconds else None


def _until(when: str, now: str) -> float:
    return (parsedate_to_datetime(when) - parsedate_to_datetime(now)).total_seconds()
