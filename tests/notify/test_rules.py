"""What deserves a notice, in which words, and when there is quiet."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from omnitui.config.schema import QUIET, NotifySettings
from omnitui.core.models import ConversationId, MessageClass, MessageId, State
from omnitui.core.times import Instant, instant
from omnitui.notify import terminal
from omnitui.notify.notice import Kind, notice, together
from omnitui.notify.rules import about, is_quiet, mentions
from omnitui.store.notable import Arrival

AT = Instant(1_760_000_000_000)
MAIL = Arrival(
    MessageId(1), ConversationId(7), MessageClass.CUSTOMER, "", "Anna", "anna@x.example", "Where is it?", "Hello",
    AT, False, "shop", State.OPEN, "", AT,
)  # fmt: skip
LATER = replace(MAIL, at=Instant(AT + 60_000))
NOTE = replace(MAIL, class_=MessageClass.NOTE, author="Ben", preview="Ask @ana about it, please")


@pytest.mark.parametrize(
    ("arrival", "settings", "told"),
    [
        (MAIL, {}, True),
        (LATER, {}, False),
        (replace(LATER, assignee="Ana"), {}, True),
        (replace(LATER, assignee="Ben"), {}, False),
        (replace(MAIL, assignee="Ben"), {}, True),
        (replace(MAIL, assignee="Ben"), {"others": "off"}, False),
        (replace(MAIL, assignee="Ana"), {"mine": "off"}, False),
        (replace(LATER, assignee="Ana"), {"mine": "first"}, False),
        (LATER, {"others": "each"}, True),
        (replace(MAIL, seen=True), {}, False),
        (replace(MAIL, state=State.SPAM), {}, False),
        (replace(MAIL, waiting_since=None), {}, False),
        (NOTE, {}, True),
        (NOTE, {"mentions": False}, False),
        (replace(NOTE, author="Ana"), {}, False),
        (replace(NOTE, preview="mail ana@anastasia.example"), {}, False),
    ],
)
def test_what_deserves_a_notice(arrival: Arrival, settings: dict[str, object], told: bool) -> None:
    assert (about(arrival, NotifySettings(**settings), "Ana") is not None) is told  # type: ignore[arg-type]


def test_a_notice_says_who_and_what_and_nothing_else() -> None:
    hostile = replace(MAIL, name="4;\x1b]52;c;aGk=\x07" + "x" * 500, subject="a\u202eb\x9b31m;c\r\n" + "y" * 500)
    told = about(hostile, NotifySettings(), "Ana")
    assert told is not None
    assert told.title.startswith("New from 4;]52;c;aGk=xxx")
    assert len(told.title) <= 60
    assert told.text.startswith("ab31m;c yyy")
    assert len(told.text) <= 160
    for how in ("osc9", "osc777"):
        sequence = terminal.desktop(how, told, {"TERM": "xterm"})
        inner = sequence.removeprefix("\x1b]").removesuffix("\x07")
        assert inner.isprintable()
        assert not inner.startswith("9;4")
        assert inner.count(";") == {"osc9": 1, "osc777": 3}[how]
    assert terminal.desktop("osc9", told, {"TERM": "linux"}) == ""
    assert terminal.desktop("osc9", told, {"TERM": "tmux-256color", "TMUX": "1"}).startswith("\x1bPtmux;\x1b\x1b]9;")
    assert terminal.title(0) == "\x1b]2;omnitui\x1b\\"
    assert terminal.title(12) == "\x1b]2;(12) omnitui\x1b\\"


def test_a_burst_is_one_notice() -> None:
    names = ["Anna", "Ben", "Anna", "Chi", "Dolores", "Eva"]
    many = together([notice(Kind.MESSAGE, f"New from {name}", "x") for name in names])
    assert (many.title, many.text) == ("6 new", "Anna, Ben, Chi and 2 more")


@pytest.mark.parametrize(
    ("text", "found"),
    [("@Ana look", True), ("see (@ana)", True), ("@Anastasia", False), ("me@ana.example", False), ("Ana", False)],
)
def test_mentions(text: str, found: bool) -> None:
    assert mentions(text, "Ana") is found


@pytest.mark.parametrize(
    ("entry", "when", "quiet"),
    [
        ("22:00-07:00", "2026-11-16 23:30", True),
        ("22:00-07:00", "2026-11-17 06:59", True),
        ("22:00-07:00", "2026-11-17 07:00", False),
        ("12:00-13:00", "2026-11-16 12:30", True),
        ("sun", "2026-11-15 10:00", True),
        ("sun", "2026-11-16 10:00", False),
        ("fri 18:00-24:00", "2026-11-20 23:59", True),
        ("fri 18:00-24:00", "2026-11-19 23:59", False),
        ("fri 22:00-06:00", "2026-11-21 05:00", True),
        ("fri 22:00-06:00", "2026-11-20 05:00", False),
    ],
)
def test_quiet_hours_are_in_the_agents_zone(entry: str, when: str, quiet: bool) -> None:
    assert QUIET.pattern.fullmatch(entry)
    # Amsterdam is an hour ahead of UTC in November.
    moment = datetime.fromisoformat(f"{when}+01:00").astimezone(UTC)
    assert is_quiet((entry,), instant(moment), "Europe/Amsterdam") is quiet


@pytest.mark.parametrize("entry", ["", "25:00-07:00", "Sunday", "9-17", "sun 9:00-10:00", "mon tue"])
def test_what_is_not_an_hour(entry: str) -> None:
    assert not QUIET.pattern.fullmatch(entry)
