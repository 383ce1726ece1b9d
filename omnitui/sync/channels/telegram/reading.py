"""Values out of what a server sent, whatever it sent: a wrong type reads as nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from omnitui.core.channel_events import Person
from omnitui.core.times import SECOND, Instant

LATEST = 4_102_444_800
"""Seconds: 2100. A later time is a mistake."""
_PHONE = re.compile(r"\+?[\d\s().-]{5,30}")


def record(value: Any) -> Mapping[str, Any]:
    """An object."""
    return value if isinstance(value, dict) else {}


def items(value: Any) -> list[Any]:
    """An array."""
    return value if isinstance(value, list) else []


def words(value: Any) -> str:
    """A string, or a number as one."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def number(value: Any) -> int:
    """A whole number of the size that Telegram uses (52 bits, with room); else 0."""
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63 else 0


def seconds(value: Any, otherwise: Instant) -> Instant:
    """A Unix time."""
    found = number(value)
    return Instant(found * SECOND) if 0 < found < LATEST else otherwise


def user(value: Any) -> Person | None:
    """A `User`; None without an id."""
    given = record(value)
    if not number(given.get("id")):
        return None
    return Person(str(number(given["id"])), full_name(given), _handle(given))


def chat_person(value: Any) -> Person | None:
    """A `Chat` that writes (a channel, a group as such) or stands for its one person."""
    given = record(value)
    if not number(given.get("id")):
        return None
    return Person(str(number(given["id"])), words(given.get("title")) or full_name(given), _handle(given))


def full_name(given: Mapping[str, Any]) -> str:
    """First and last name."""
    return f"{words(given.get('first_name'))} {words(given.get('last_name'))}".strip()


def phone(value: Any) -> str:
    """A number in E.164; Telegram gives it with and without the +. Empty for what is none."""
    given = words(value).strip()
    digits = "".join(c for c in given if c in "0123456789")
    return f"+{digits}" if _PHONE.fullmatch(given) and 7 <= len(digits) <= 15 else ""


def utf16(text: str) -> int:
    """Its length as Telegram counts: UTF-16 code units."""
    return len(text) + sum(c > "\uffff" for c in text)


def _handle(given: Mapping[str, Any]) -> str:
    name = words(given.get("username"))
    return f"@{name}" if name else ""
