"""Dates and ages in a query: absolute ("2026-01-05"), by name ("yesterday", "mon", "jan") or as an age ("2w").

A day begins at midnight in the zone of the person who asks; ages of days and more go by the calendar, so that a
change of the clock does not move them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, time, timedelta

from whenever import Instant as Time
from whenever import PlainDateTime, ZonedDateTime

from omnitui.core.times import Instant

_AGE = re.compile(r"(\d{1,5})\s?([a-z]+)")
_UNITS = {
    name: unit
    for unit, names in {
        "minutes": "min mins minute minutes",
        "hours": "h hr hrs hour hours",
        "days": "d day days",
        "weeks": "w week weeks",
        "months": "mo month months",
        "years": "y yr year years",
    }.items()
    for name in names.split()
}
_ABSOLUTE = re.compile(r"(\d{4})(?:[-/](\d{1,2})(?:[-/](\d{1,2}))?)?(?:[t ](\d{1,2}):(\d{2}))?")
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
DATE_EXAMPLES = "today, yesterday, mon, jan, 3d, 2w, 2026-01-05"
AGE_EXAMPLES = "30min, 12h, 3d, 2w, 6mo, 1y"


def local(now: Instant, zone: str) -> ZonedDateTime:
    """`now` on the clocks of `zone` (an IANA name); ValueError for a zone that is not known."""
    return Time.from_timestamp(now, unit="millisecond").to_tz(zone)


def instant_of(moment: ZonedDateTime) -> Instant:
    """A local time as an instant."""
    return Instant(moment.to_instant().timestamp(unit="millisecond"))


def moved(moment: ZonedDateTime, by: Mapping[str, int]) -> ZonedDateTime:
    """`moment` some years to days (by the calendar), hours and minutes (exact) later; ValueError out of range."""
    years, months, weeks, days, hours, minutes = (
        by.get(unit, 0) for unit in ("years", "months", "weeks", "days", "hours", "minutes")
    )
    return moment.add(
        years=years, months=months, weeks=weeks, days=days, hours=hours, minutes=minutes, disambiguation="compatible"
    )


def at_clock(here: ZonedDateTime, day: date, clock: time = time()) -> ZonedDateTime:
    """A day and a time of day in the zone of `here`; a time that the clock skips is the one after the gap."""
    return PlainDateTime(day.year, day.month, day.day, clock.hour, clock.minute).assume_tz(
        here.tz_id or "UTC", disambiguation="compatible"
    )


def age(text: str, now: Instant, zone: str) -> Instant | None:
    """The instant "3d", "2w", "6mo" before now; None when `text` is no age, ValueError when it is ambiguous."""
    found = _AGE.fullmatch(text.strip().lower())
    if not found:
        return None
    number, unit = int(found[1]), found[2]
    if unit == "m":
        raise ValueError(f"{text} can be minutes or months: write {number}min or {number}mo.")
    if unit not in _UNITS:
        return None
    try:
        return instant_of(moved(local(now, zone), {_UNITS[unit]: -number}))
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{text} is too long ago.") from error


def day(text: str, now: Instant, zone: str) -> Instant | None:
    """The start of the day `text` names (in the past); None for no date, ValueError for an impossible one."""
    word = text.strip().lower()
    here = local(now, zone)
    wanted: date | None = None
    if word == "now":
        return now
    if absolute := _ABSOLUTE.fullmatch(word):
        return _absolute(absolute, here)
    today = here.date().to_stdlib()
    if word in ("today", "yesterday"):
        wanted = today - timedelta(days=word == "yesterday")
    elif len(word) >= 3:
        for number, name in enumerate(_DAYS):
            if name.startswith(word):
                wanted = today - timedelta(days=(today.weekday() - number) % 7)
        for number, name in enumerate(_MONTHS, start=1):
            if name.startswith(word):
                wanted = date(today.year - (number > today.month), number, 1)
    return instant_of(at_clock(here, wanted)) if wanted else None


def _absolute(found: re.Match[str], here: ZonedDateTime) -> Instant:
    year, month, number, hour, minute = (int(group) if group else 0 for group in found.groups())
    try:
        return instant_of(at_clock(here, date(year, month or 1, number or 1), time(hour, minute)))
    except (ValueError, OverflowError) as error:
        raise ValueError(f"There is no {found[0]}.") from error
