"""Dates and ages in a query: absolute ("2026-01-05"), by name ("yesterday", "mon", "jan") or as an age ("2w").

A day begins at midnight in the zone of the person who asks; ages of days and more go by the calendar, so that a
change of the clock does not move them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from whenever import Instant as Time
from whenever import ZonedDateTime

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
    return moment.add(years=years, months=months, weeks=weeks, days=days, hours=hours, minutes=minutes)


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
    today = here.start_of("day")
    if word in ("now", "today"):
        return now if word == "now" else instant_of(today)
    if word == "yesterday":
        return instant_of(today.subtract(days=1))
    if len(word) >= 3:
        for number, name in enumerate(_DAYS):
            if name.startswith(word):
                back = (here.day_of_week().value - 1 - number) % 7
                return instant_of(today.subtract(days=back))
        for number, name in enumerate(_MONTHS, start=1):
            if name.startswith(word):
                year = here.year if number <= here.month else here.year - 1
                return instant_of(today.replace(year=year, month=number, day=1))
    return _absolute(word, text, today)


def _absolute(word: str, text: str, today: ZonedDateTime) -> Instant | None:
    found = _ABSOLUTE.fullmatch(word)
    if not found:
        return None
    year, month, number, hour, minute = (int(group) if group else None for group in found.groups())
    try:
        wanted = date(year or 1, month or 1, number or 1)
        moment = today.replace(year=wanted.year, month=wanted.month, day=wanted.day)
        if hour is not None:
            moment = moment.replace(hour=hour, minute=minute or 0)
        return instant_of(moment)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"There is no {text}.") from error
