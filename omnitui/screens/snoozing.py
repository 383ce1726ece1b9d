"""Until when: a menu, or words of one's own, always said back before anything happens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from omnitui.core.errors import QueryError
from omnitui.core.snooze import EXAMPLES, describe, snooze_until
from omnitui.core.snooze_words import THEY_REPLY
from omnitui.core.times import Instant
from omnitui.screens.base import Page
from omnitui.screens.session import Session
from omnitui.widgets.choices import Choice, rank
from omnitui.widgets.picker import Question

OFFERED = ("2h", "end of day", "tomorrow 9:00", "mon 9:00", "next week")


@dataclass(frozen=True, slots=True)
class Until:
    """A time (None: until they reply), and how it was said."""

    until: Instant | None
    words: str = ""
    said: str = ""


async def when(
    page: Page, words: str, *, reply: bool = True, title: str = "Snooze until", offered: Sequence[str] = OFFERED
) -> Until | None:
    """Ask until when; with `words` only read them. `reply`: "until they reply" is an answer, and the last answer is
    offered again. None when left.

    Raises QueryError for words that mean no time.
    """
    session = page.session
    if words:
        return _reply() if reply and words.lower() in THEY_REPLY else _read(session, words)
    fixed = _choices(session, reply, offered)

    def offers(text: str) -> list[Choice]:
        if not text.strip():
            return fixed
        try:
            own = _read(session, text)
        except QueryError as error:
            return [c for c in fixed if rank(text, c) is not None] or [Choice(None, str(error))]
        return [Choice(own, text, own.words)]

    chosen, _ = await page.ask(Question(title, offers, EXAMPLES))
    if isinstance(chosen, Until):
        session.last_snooze = chosen.said if reply else session.last_snooze
        return chosen
    return None


def _choices(session: Session, reply: bool, offered: Sequence[str]) -> list[Choice]:
    choices = [Choice(_reply(), "until they reply", key="r")] if reply else []
    last = session.last_snooze
    if last and reply:
        again = _reply() if last == "reply" else _read(session, last)
        choices.insert(0, Choice(again, f"again: {last}", again.words, key="s"))
    found = [until for words in offered if (until := _possible(session, words)) is not None]
    # Toward the end of a week two of them may mean the same time.
    times = list({until.until: until for until in reversed(found)}.values())[::-1]
    return choices + [Choice(until, until.said, until.words, key=str(n)) for n, until in enumerate(times, 1)]


def _possible(session: Session, words: str) -> Until | None:
    """The time, unless it is past or not clear today."""
    try:
        return _read(session, words)
    except QueryError:
        return None


def _reply() -> Until:
    return Until(None, "", "reply")


def _read(session: Session, words: str) -> Until:
    now = session.now()
    at = snooze_until(words, now=now, zone=session.zone)
    return Until(at, describe(at, session.zone, now), words)
