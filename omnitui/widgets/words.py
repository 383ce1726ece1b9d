"""Times, ages and sizes in few cells, in the agent's own zone."""

from __future__ import annotations

from collections.abc import Iterable

from omnitui.core.channels import EMAIL
from omnitui.core.times import DAY, HOUR, MINUTE, Instant, as_datetime


def age(length: int) -> str:
    """A stretch of milliseconds in at most five cells: `9m`, `3h12`, `2d`, `5w`, `3y`."""
    length = max(length, 0)
    if length < HOUR:
        return f"{length // MINUTE}m"
    if length < 10 * HOUR:
        return f"{length // HOUR}h{length % HOUR // MINUTE:02d}"
    if length < DAY:
        return f"{length // HOUR}h"
    days = length // DAY
    if days < 14:
        return f"{days}d"
    return f"{days // 7}w" if days < 365 else f"{days // 365}y"


def clock(at: Instant) -> str:
    """The time of day."""
    return as_datetime(at).astimezone().strftime("%H:%M")


def day(at: Instant, now: Instant) -> str:
    """The day, in words while it is near."""
    then, today = as_datetime(at).astimezone(), as_datetime(now).astimezone()
    days = (today.date() - then.date()).days
    name = f"{then.strftime('%A')} {then.day} {then.strftime('%B')}"
    if days == 0:
        return f"Today, {name}"
    if days == 1:
        return f"Yesterday, {name}"
    return name if then.year == today.year else f"{name} {then.year}"


def moment(at: Instant, now: Instant) -> str:
    """When something was or will be, short: `10:14`, `12 Mar 10:14`, `12 Mar 2024`."""
    then, today = as_datetime(at).astimezone(), as_datetime(now).astimezone()
    if then.date() == today.date():
        return clock(at)
    date = f"{then.day} {then.strftime('%b')}"
    return f"{date} {clock(at)}" if abs(now - at) < 180 * DAY else f"{date} {then.year}"


def soon(at: Instant, now: Instant) -> str:
    """When something will be, in at most six cells: `17:00`, `26 Nov`."""
    then = as_datetime(at).astimezone()
    return clock(at) if then.date() == as_datetime(now).astimezone().date() else f"{then.day} {then.strftime('%b')}"


def size(octets: int) -> str:
    """A file's size."""
    for unit in ("B", "kB", "MB"):
        if octets < 1000:
            return f"{octets:.0f} {unit}" if unit != "MB" or octets >= 10 else f"{octets:.1f} {unit}"
        octets = octets / 1000  # type: ignore[assignment]
    return f"{octets:.1f} GB"


def said(channels: Iterable[str]) -> str:
    """What is counted there: mails where all of it is mail, else messages."""
    return "mail" if all(channel == EMAIL for channel in channels) else "message"


def several(count: int, one: str, many: str = "") -> str:
    """`1 mail`, `3 mails`, `12,480 mails`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
