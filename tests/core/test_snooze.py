"""Natural words for a time: right, or refused with what to write instead."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnitui.core.errors import QueryError
from omnitui.core.snooze import EXAMPLES, describe, snooze_until
from omnitui.core.snooze_words import FILLERS, MONTHS, NAMED, PHRASES, UNITS, WEEKDAYS
from omnitui.core.times import Instant, instant

ZONE = "Europe/Amsterdam"


def at(*parts: int) -> Instant:
    return instant(datetime(*parts, tzinfo=ZoneInfo(ZONE)))


NOW = at(2026, 11, 18, 15, 30)  # a Wednesday


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2h", at(2026, 11, 18, 17, 30)),
        ("1h30m", at(2026, 11, 18, 17, 0)),
        ("45 min", at(2026, 11, 18, 16, 15)),
        ("in 90 minutes", at(2026, 11, 18, 17, 0)),
        ("3d", at(2026, 11, 21, 9)),
        ("in 3 days", at(2026, 11, 21, 9)),
        ("3d 14:00", at(2026, 11, 21, 14)),
        ("2w", at(2026, 12, 2, 9)),
        ("1 month", at(2026, 12, 18, 9)),
        ("1y", at(2027, 11, 18, 9)),
        ("tomorrow", at(2026, 11, 19, 9)),
        ("tomorrow 9am", at(2026, 11, 19, 9)),
        ("Tomorrow at 4PM", at(2026, 11, 19, 16)),
        ("tomorrow at 9", at(2026, 11, 19, 9)),
        ("tomorrow 12am", at(2026, 11, 19, 0)),
        ("tomorrow afternoon", at(2026, 11, 19, 14)),
        ("tomorrow morning 8:15", at(2026, 11, 19, 8, 15)),
        ("day after tomorrow", at(2026, 11, 20, 9)),
        ("mon", at(2026, 11, 23, 9)),
        ("mon 8:30", at(2026, 11, 23, 8, 30)),
        ("monday 9", at(2026, 11, 23, 9)),
        ("8:30 on monday", at(2026, 11, 23, 8, 30)),
        ("fri", at(2026, 11, 20, 9)),
        ("thu 17.45", at(2026, 11, 19, 17, 45)),
        ("next week", at(2026, 11, 23, 9)),
        ("next week 14:00", at(2026, 11, 23, 14)),
        ("next month", at(2026, 12, 1, 9)),
        ("weekend", at(2026, 11, 21, 9)),
        ("eod", at(2026, 11, 18, 17)),
        ("end of day", at(2026, 11, 18, 17)),
        ("tomorrow eod", at(2026, 11, 19, 17)),
        ("eow", at(2026, 11, 20, 17)),
        ("tonight", at(2026, 11, 18, 18)),
        ("this evening", at(2026, 11, 18, 18)),
        ("18:00", at(2026, 11, 18, 18)),
        ("9am", at(2026, 11, 19, 9)),
        ("noon", at(2026, 11, 19, 12)),
        ("2026-12-01", at(2026, 12, 1, 9)),
        ("2026-12-01 14:00", at(2026, 12, 1, 14)),
        ("2026-12-01T14:00", at(2026, 12, 1, 14)),
        ("1.12.2026 8:00", at(2026, 12, 1, 8)),
        ("1 dec", at(2026, 12, 1, 9)),
        ("Dec 1st 10am", at(2026, 12, 1, 10)),
        ("3 march", at(2027, 3, 3, 9)),
        ("3 march 2028", at(2028, 3, 3, 9)),
        ("in 3 business days", at(2026, 11, 23, 9)),
        ("next business day", at(2026, 11, 19, 9)),
        ("5bd", at(2026, 11, 25, 9)),
        ("morgen 9 uur", at(2026, 11, 19, 9)),
        ("overmorgen", at(2026, 11, 20, 9)),
        ("maandag om 8:30", at(2026, 11, 23, 8, 30)),
        ("over 3 dagen", at(2026, 11, 21, 9)),
        ("volgende week", at(2026, 11, 23, 9)),
        ("vanavond", at(2026, 11, 18, 18)),
        ("over 2 werkdagen", at(2026, 11, 20, 9)),
        ("mañana a las 9", at(2026, 11, 19, 9)),
        ("pasado mañana", at(2026, 11, 20, 9)),
        ("el lunes 10h", at(2026, 11, 23, 10)),
        ("en 3 días", at(2026, 11, 21, 9)),
        ("en 3 días hábiles", at(2026, 11, 23, 9)),
        ("la próxima semana", at(2026, 11, 23, 9)),
        ("明天 9:30", at(2026, 11, 19, 9, 30)),
        ("ngày mai 10:00", at(2026, 11, 19, 10)),
    ],
)
def test_meaning(text: str, moment: Instant) -> None:
    assert snooze_until(text, now=NOW, zone=ZONE) == moment, describe(snooze_until(text, now=NOW, zone=ZONE), ZONE, NOW)


@pytest.mark.parametrize(
    ("text", "says", "suggestion"),
    [
        ("", "Until when?", ""),
        ("at the", "Until when?", ""),
        ("9", "alone can be", "9:00"),
        ("monday 5", "5:00 or 17:00", "17:00"),
        ("next friday", "can mean two weeks", ""),
        ("wed", "is today", "2026-11-25"),
        ("mon tue", "two days", ""),
        ("tomorrow 9am 10am", "two times", ""),
        ("tomorow evning", "not understood", "evening"),
        ("mondey", "not understood", "monday"),
        ("1/12", "not understood", ""),
        ("2026-02-30", "no time that exists", ""),
        ("2020-01-01", "past", "tomorrow"),
        ("today 9am", "past", "tomorrow"),
        ("mon 2h", "2:00 or 14:00", "14:00"),
        ("mon 2 hours", "can mean two times", ""),
        ("december", "Which day of december?", "1 december"),
        ("99999y", "no time that exists", ""),
        ("20y", "more than 10 years", ""),
        ("tomorrow 25:00", "no time that exists", ""),
        ("tomorrow 13pm", "no time that exists", ""),
        ("💥", "not understood", ""),
    ],
)
def test_what_is_not_clear_is_refused(text: str, says: str, suggestion: str) -> None:
    with pytest.raises(QueryError) as raised:
        snooze_until(text, now=NOW, zone=ZONE)
    assert says in str(raised.value)
    assert raised.value.suggestion == suggestion


def test_the_clock_change() -> None:
    before = at(2026, 10, 24, 15)  # the clock goes back on the 25th
    assert snooze_until("tomorrow 15:00", now=before, zone=ZONE) - before == 25 * 3_600_000
    assert snooze_until("24h", now=before, zone=ZONE) - before == 24 * 3_600_000
    spring = at(2026, 3, 28, 12)
    assert snooze_until("tomorrow 2:30", now=spring, zone=ZONE) == at(2026, 3, 29, 3, 30)


def test_holidays_are_no_business_days() -> None:
    christmas = at(2026, 12, 23, 10)
    holidays = frozenset({date(2026, 12, 25)})
    assert snooze_until("2 business days", now=christmas, zone=ZONE, holidays=holidays) == at(2026, 12, 28, 9)


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (at(2026, 11, 23, 9), "Mon 23 Nov 09:00 (in 4 d 17 h)"),
        (at(2026, 11, 18, 17), "Wed 18 Nov 17:00 (in 1 h 30 min)"),
        (at(2027, 1, 4, 8, 5), "Mon 4 Jan 2027 08:05 (in 46 d 16 h)"),
        (at(2026, 11, 18, 15), "Wed 18 Nov 15:00 (30 min ago)"),
        (Instant(NOW + 10_000), "Wed 18 Nov 15:30 (in 10 s)"),
    ],
)
def test_a_time_is_said_back(moment: Instant, said: str) -> None:
    assert describe(moment, ZONE, NOW) == said


def test_the_examples_we_give_are_understood() -> None:
    for example in EXAMPLES.split(", "):
        assert snooze_until(example, now=NOW, zone=ZONE) > NOW


WORDS = [
    *FILLERS,
    *MONTHS,
    *NAMED,
    *UNITS,
    *WEEKDAYS,
    *(phrase for phrase, _ in PHRASES),
    "9am",
    "8:30",
    "3",
    "12",
    "2026-12-01",
    "next",
    ".",
]


ZONES = st.sampled_from(
    ["Europe/Amsterdam", "America/Santiago", "Asia/Taipei", "Australia/Lord_Howe", "Pacific/Apia", "UTC"]
)
SENTENCES = st.lists(st.one_of(st.sampled_from(WORDS), st.text(max_size=5)), max_size=6).map(" ".join)


@given(SENTENCES, st.integers(0, 4_000_000_000_000), ZONES)
def test_any_words_give_a_later_time_or_a_refusal(text: str, now: int, zone: str) -> None:
    moment: int | None = None
    refused: QueryError | None = None
    try:
        moment = snooze_until(text, now=Instant(now), zone=zone)
    except QueryError as error:
        refused = error
    assert (moment is not None and moment > now) or (refused is not None and refused.column >= 0 and str(refused))
