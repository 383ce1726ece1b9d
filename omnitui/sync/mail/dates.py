"""The claimed time of a mail (RFC 5322 section 3.3, its obsolete forms, and what senders make of them)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz
from functools import lru_cache

from omnitui.core.times import Instant, instant

EARLIEST = 1969
LATEST = 2100
"""Years outside these are not believed. A clock at zero west of Greenwich says 1969."""

_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: number for number, name in enumerate(_NAMES, 1)}
_COMMON = re.compile(
    r"(?:[A-Za-z]{3,9},?\s+)?(\d{1,2})\s+([A-Za-z]{3})[a-z]*\s+(\d{4})\s+(\d{1,2}):(\d{2})(?::(\d{2}))?"
    r"\s+([+-])(\d{2}):?(\d{2})\b"
)
_ISO = re.compile(r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(?:\.\d+)?\s*(Z|[+-]\d{2}:?\d{2})?")


def claimed_date(value: str) -> tuple[str, Instant | None]:
    """ISO 8601 with the sender's offset, and the instant; ("", None) when absent or absurd. Never raises."""
    text = " ".join(value[:200].split())
    try:
        moment = _common(text) or _iso(text) or _any(text)
    except (ValueError, OverflowError, TypeError, IndexError):
        return "", None
    if moment is None or not EARLIEST <= moment.year <= LATEST:
        return "", None
    return moment.isoformat(), instant(moment)


@lru_cache(maxsize=256)
def _zone(sign: str, hours: int, minutes: int) -> timezone:
    """The offset; one beyond 15 hours is not believed and read as UTC."""
    offset = timedelta(hours=hours, minutes=minutes)
    if offset > timedelta(hours=15):
        return UTC
    return timezone(-offset if sign == "-" else offset)


def _common(text: str) -> datetime | None:
    found = _COMMON.match(text)
    month = _MONTHS.get(found[2].lower()) if found else None
    if found is None or month is None:
        return None
    zone = _zone(found[7], int(found[8]), int(found[9]))
    second = min(int(found[6] or 0), 59)
    return datetime(int(found[3]), month, int(found[1]), int(found[4]), int(found[5]), second, tzinfo=zone)


def _iso(text: str) -> datetime | None:
    found = _ISO.match(text)
    if found is None:
        return None
    zone = (found[3] or "Z").replace("Z", "+00:00")
    return datetime.fromisoformat(f"{found[1]}T{found[2]}{zone}")


def _any(text: str) -> datetime | None:
    """Everything else the standard library makes something of."""
    found = parsedate_tz(text)
    if found is None:
        return None
    offset = found[9] or 0
    zone = timezone(timedelta(seconds=offset)) if abs(offset) <= 15 * 3600 else UTC
    return datetime(*found[:5], min(found[5], 59), tzinfo=zone)
