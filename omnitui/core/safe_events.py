"""Events made fit for the store: every text in them through the one sanitiser, every time within reason.

Remote ids and file references stay as they are, since the channel must know them again; nobody is shown them.
Addresses of people are ids that are shown: what is hostile in one is escaped, so that it is nobody else's.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from omnitui.core.channel_events import Event
from omnitui.core.text.clean import safe_name, safe_text
from omnitui.core.times import DAY, Instant

T = TypeVar("T")
KEPT = frozenset({"conversation", "remote_id", "ref", "reply_to", "key", "merged_into", "also", "html", "url"})
"""Fields that are ids, or are never shown as they are."""
LINES = frozenset({"text"})
LONGEST = 200_000
"""Characters of a text; a longer one is cut, and says so."""
_LAST = 253_402_300_799_000
"""The end of the year 9999: what a channel calls later than that is a mistake."""


def safe_event(event: Event, now: Instant) -> Event:
    """The event with nothing in it that could drive a terminal; a time in the future becomes now."""
    cleaned = _cleaned(event)
    at: Any = getattr(cleaned, "at", None)
    checked: Any = {} if at is None else {"at": _time(at, now)}
    return replace(cleaned, **checked)


def safe_address(address: str) -> str:
    """The address with each character that must not be shown as `%` and its code point. Usual ones stay as they are."""
    if address.isascii() and address.isprintable():
        return address
    return "".join(one if one == " " or safe_text(one, lines=False) == one else f"%{ord(one):02X}" for one in address)


def _time(at: Any, now: Instant) -> Instant:
    """A channel's clock may be a little ahead of ours; a day ahead is a mistake of somebody's."""
    given = at if isinstance(at, int) and 0 <= at <= _LAST else now
    return Instant(given if given <= now + DAY else now)


def _cleaned(value: T) -> T:
    changes: dict[str, Any] = {}
    for spec in fields(value):  # type: ignore[arg-type]
        found = getattr(value, spec.name)
        made = _field(type(value).__name__, spec.name, found)
        if made is not found:
            changes[spec.name] = made
    return replace(value, **changes) if changes else value  # type: ignore[type-var]


def _field(owner: str, name: str, found: Any) -> Any:
    if isinstance(found, str) and type(found) is str:
        if name in KEPT:
            return found
        if name in ("address", "other_address"):
            return safe_address(found)
        if owner == "RemoteFile" and name == "name":
            return safe_name(found) if found else found
        return _text(found, lines=name in LINES)
    if isinstance(found, tuple):
        made = tuple(_field(owner, name, one) for one in found)
        return found if all(a is b for a, b in zip(made, found, strict=True)) else made
    return _cleaned(found) if is_dataclass(found) else found


def _text(found: str, *, lines: bool) -> str:
    if len(found) > LONGEST:
        found = f"{found[:LONGEST]}\n[cut here: {len(found):,} characters]"
    cleaned = safe_text(found, lines=lines)
    return found if cleaned == found else cleaned
