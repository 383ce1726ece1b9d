"""When a snoozed conversation comes back: natural words to an instant, by a grammar of our own.

A wrong guess is worse than an error: what can mean two times is refused with what to write instead, and the time that
was understood is always said back (`describe`). Days are days of the calendar in the person's zone, hours are exact.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Set
from dataclasses import dataclass, field
from datetime import date, time, timedelta

from whenever import ZonedDateTime

from omnitui.core.errors import QueryError
from omnitui.core.query.dates import at_clock, instant_of, local, moved
from omnitui.core.query.operators import suggest
from omnitui.core.snooze_words import FILLERS, MONTHS, NAMED, PHRASES, UNITS, WEEKDAYS
from omnitui.core.times import DAY, HOUR, MINUTE, SECOND, Instant

EXAMPLES = "2h, tomorrow 9am, mon 8:30, next week, eod, in 3 business days, 2026-12-01 14:00"
_TOKEN = re.compile(
    r"(?P<date>\d{4}-\d{1,2}-\d{1,2})(?:t(?=\d))?"
    r"|(?P<european>\d{1,2}\.\d{1,2}\.\d{4})"
    r"|(?P<clock>\d{1,2}(?:[:.]\d{2}\s?(?:am|pm)?|\s?(?:am|pm)))(?![\w:])"
    r"|(?P<number>\d+)(?:st|nd|rd|th|e|º)?(?![\d:/])"
    r"|(?P<word>[^\W\d_](?:[^\W\d_]|'(?=\w))*)"
    r"|(?P<space>[\s,;]+)"
    r"|(?P<other>\S+)"
)
_LONGEST = 100
_FURTHEST_YEARS = 10


@dataclass(frozen=True, slots=True)
class DayHours:
    """What the parts of a day mean to this person."""

    morning: time = time(9)
    noon: time = time(12)
    afternoon: time = time(14)
    end: time = time(17)
    evening: time = time(18)


@dataclass(slots=True)
class _Reading:
    """What the words have said so far."""

    day: date | None = None
    clock: time | None = None
    steps: dict[str, int] = field(default_factory=dict)
    named: str = ""


def snooze_until(
    text: str, *, now: Instant, zone: str, hours: DayHours = DayHours(), holidays: Set[date] = frozenset()
) -> Instant:
    """The instant that `text` means, after `now`, in `zone` (an IANA name).

    Raises QueryError (column, suggestion) for what is not understood, ambiguous or past.
    """
    try:
        here = local(now, zone)
        reading = _read(text[: _LONGEST + 1], here, hours)
        moment = _resolve(reading, here, hours, holidays)
    except (ValueError, OverflowError) as error:
        raise QueryError(f'"{text[:_LONGEST]}" is no time that exists. Write one like {EXAMPLES}.', 0) from error
    at = instant_of(moment)
    if at <= now:
        raise QueryError(f"That is past: {describe(at, zone, now)}.", 0, "tomorrow")
    if moment.year > here.year + _FURTHEST_YEARS:
        raise QueryError(f"That is more than {_FURTHEST_YEARS} years away.", 0)
    return at


def describe(at: Instant, zone: str, now: Instant) -> str:
    """A time said back: "Mon 23 Nov 09:00 (in 4 d 17 h)", with the year where it is another."""
    moment, here = local(at, zone), local(now, zone)
    day = moment.date().to_stdlib()
    year = f" {day.year}" if day.year != here.year else ""
    apart = abs(at - now)
    if apart < MINUTE:
        length = f"{round(apart / SECOND)} s"
    elif apart < HOUR:
        length = f"{round(apart / MINUTE)} min"
    elif apart < DAY:
        length = f"{apart // HOUR} h {apart % HOUR // MINUTE} min"
    else:
        length = f"{apart // DAY} d {apart % DAY // HOUR} h"
    side = f"in {length}" if at >= now else f"{length} ago"
    return f"{day:%a} {day.day} {day:%b}{year} {moment.hour:02}:{moment.minute:02} ({side})"


def _read(text: str, here: ZonedDateTime, hours: DayHours) -> _Reading:
    words = unicodedata.normalize("NFC", text).lower().replace("’", "'")
    for phrase, token in PHRASES:
        if phrase in words:
            words = re.sub(rf"(?<!\w){re.escape(phrase)}(?!\w)", token, words)
    found = [match for match in _TOKEN.finditer(words) if match.lastgroup != "space"]
    reading = _Reading()
    at = 0
    while at < len(found):
        at += _take(reading, found, at, here, hours)
    if reading == _Reading():
        raise QueryError(f"Until when? Write one like {EXAMPLES}.", 0)
    return reading


def _take(reading: _Reading, found: list[re.Match[str]], at: int, here: ZonedDateTime, hours: DayHours) -> int:
    """Read the token at `at` and those that belong to it; how many they were."""
    token = found[at]
    text = token[0].rstrip()
    number = (found[at + 1]["number"] or "") if at + 1 < len(found) else ""
    match token.lastgroup:
        case "date":
            _set_day(reading, date.fromisoformat("-".join(part.zfill(2) for part in token["date"].split("-"))), token)
        case "european":
            day, month, year = map(int, text.split("."))
            _set_day(reading, date(year, month, day), token)
        case "clock":
            _set_clock(reading, _clock(text), token)
        case "number":
            return _number(reading, found, at, here)
        case "word" if text in MONTHS:
            if not 0 < len(number) < 3:
                raise QueryError(f"Which day of {text}?", token.start(), f"1 {text}")
            return 1 + _month_day(reading, MONTHS[text], int(number), found, at + 1, here)
        case "word":
            _word(reading, text, token, here, hours)
        case _:
            raise _not_understood(text, token)
    return 1


def _number(reading: _Reading, found: list[re.Match[str]], at: int, here: ZonedDateTime) -> int:
    """A number: before a unit a length, before a month a day, after a day an hour."""
    token = found[at]
    number = int(token["number"])
    following = found[at + 1] if at + 1 < len(found) else None
    if following is not None and following.lastgroup == "word":
        word = following[0]
        if word in UNITS and not (word == "h" and reading.day):
            unit = UNITS[word]
            reading.steps[unit] = reading.steps.get(unit, 0) + min(number, 100_000)
            return 2
        if word in MONTHS:
            return 1 + _month_day(reading, MONTHS[word], number, found, at + 1, here)
    if reading.day is None and not reading.named and not reading.steps and not _day_follows(found, at + 1):
        raise QueryError(f'"{number}" alone can be an hour or a number of days.', token.start(), f"{number}:00")
    if number > 23:
        raise _not_understood(token[0], token)
    if 1 <= number <= 6:
        raise QueryError(
            f"{number} can be {number}:00 or {number + 12}:00: write one of these.", token.start(), f"{number + 12}:00"
        )
    _set_clock(reading, time(number), token)
    following_text = following[0] if following is not None else ""
    return 2 if following_text in ("h", "u", "uur") else 1


def _day_follows(found: list[re.Match[str]], at: int) -> bool:
    return any(token[0] in WEEKDAYS or token[0] in NAMED or token.lastgroup == "date" for token in found[at:])


def _month_day(
    reading: _Reading, month: int, number: int, found: list[re.Match[str]], at: int, here: ZonedDateTime
) -> int:
    """A day and a month, and the year if one follows token `at`; how many tokens beyond the first were read."""
    following = found[at + 1][0] if at + 1 < len(found) else ""
    year = here.year
    if following.isdigit() and len(following) == 4:
        _set_day(reading, date(int(following), month, number), found[at])
        return 2
    wanted = date(year, month, number)
    today = here.date().to_stdlib()
    _set_day(reading, wanted if wanted >= today else date(year + 1, month, number), found[at])
    return 1


def _word(reading: _Reading, text: str, token: re.Match[str], here: ZonedDateTime, hours: DayHours) -> None:
    today = here.date().to_stdlib()
    if text in FILLERS:
        return
    if text in WEEKDAYS:
        ahead = (WEEKDAYS[text] - today.isoweekday()) % 7
        if ahead == 0:
            later = today + timedelta(days=7)
            raise QueryError(f"{text.capitalize()} is today: write today, or {later}.", token.start(), str(later))
        _set_day(reading, today + timedelta(days=ahead), token)
        return
    match NAMED.get(text):
        case "today":
            _set_day(reading, today, token)
        case "tomorrow":
            _set_day(reading, today + timedelta(days=1), token)
        case "overmorrow":
            _set_day(reading, today + timedelta(days=2), token)
        case "nextweek":
            _set_day(reading, today + timedelta(days=8 - today.isoweekday()), token)
        case "nextmonth":
            _set_day(reading, (today.replace(day=1) + timedelta(days=32)).replace(day=1), token)
        case "weekend":
            _set_day(reading, today + timedelta(days=(6 - today.isoweekday()) % 7 or 7), token)
        case "eow":
            _set_day(reading, today + timedelta(days=(5 - today.isoweekday()) % 7), token)
            _set_clock(reading, hours.end, token)
        case "morning" | "noon" | "afternoon" | "evening" as part:
            _set_clock(
                reading,
                {"morning": hours.morning, "noon": hours.noon, "afternoon": hours.afternoon}.get(part, hours.evening),
                token,
            )
            reading.named = part
        case "tonight" | "eod" as part:
            reading.day = reading.day or today
            _set_clock(reading, hours.evening if part == "tonight" else hours.end, token)
        case _ if text == "next":
            raise QueryError('"next" with a day can mean two weeks: write the day alone, or a date.', token.start())
        case _:
            raise _not_understood(text, token)


def _not_understood(text: str, token: re.Match[str]) -> QueryError:
    near = suggest(text, [*NAMED, *WEEKDAYS, *MONTHS, *UNITS])
    meant = f' Did you mean "{near}"?' if near else f" Write one like {EXAMPLES}."
    return QueryError(f'"{text}" is not understood.{meant}', token.start(), near)


def _set_day(reading: _Reading, day: date, token: re.Match[str]) -> None:
    if reading.day is not None and reading.day != day:
        raise QueryError(f"There are two days: {reading.day} and {day}.", token.start())
    reading.day = day


def _set_clock(reading: _Reading, clock: time, token: re.Match[str]) -> None:
    if reading.clock is not None and not reading.named:
        raise QueryError(f"There are two times: {reading.clock:%H:%M} and {clock:%H:%M}.", token.start())
    if reading.named in ("afternoon", "evening") and clock.hour < 12 and reading.clock is not None:
        clock = clock.replace(hour=clock.hour + 12)
    reading.clock = clock


def _clock(text: str) -> time:
    digits = re.findall(r"\d+", text)
    hour, minute = int(digits[0]), int(digits[1]) if len(digits) > 1 else 0
    if text.endswith(("am", "pm")):
        if not 1 <= hour <= 12:
            raise ValueError(text)
        hour = hour % 12 + (12 if text.endswith("pm") else 0)
    return time(hour, minute)


def _resolve(reading: _Reading, here: ZonedDateTime, hours: DayHours, holidays: Set[date]) -> ZonedDateTime:
    steps = dict(reading.steps)
    day = reading.day or here.date().to_stdlib()
    if steps and reading.day is not None:
        raise QueryError("A day and a length together can mean two times: write one of them.", 0)
    exact = steps.keys() <= {"hours", "minutes"}
    if steps and exact:
        if reading.clock is not None:
            raise QueryError("A time and a length together can mean two times: write one of them.", 0)
        return moved(here, steps)
    if steps:
        working = steps.pop("businessdays", 0)
        if steps.keys() & {"hours", "minutes"}:
            raise QueryError("Days and hours together: write the day and the time.", 0)
        day = _after_working_days(moved(here, steps).date().to_stdlib(), working, holidays)
    clock = reading.clock or hours.morning
    moment = at_clock(here, day, clock)
    if not steps and not reading.steps and reading.day is None and instant_of(moment) <= instant_of(here):
        return moved(moment, {"days": 1})
    return moment


def _after_working_days(day: date, count: int, holidays: Set[date]) -> date:
    if count > 2000:
        raise ValueError(count)
    while count:
        day += timedelta(days=1)
        count -= day.isoweekday() < 6 and day not in holidays
    return day
