"""Asking for addresses: those known are offered from the first letters, and what was typed is never lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from omnitui.core.addresses import parse_addresses
from omnitui.core.correspondents import is_whole, last_part, means, ranked
from omnitui.core.errors import Refused
from omnitui.core.mail import Address
from omnitui.core.text.fold import match_words
from omnitui.screens.base import Page
from omnitui.store import correspondents
from omnitui.widgets.choices import Choice
from omnitui.widgets.picker import Question

_MOST = 30
"""Offered at once."""
_ODD = frozenset(',;<>"')


async def ask(page: Page, title: str, known: Sequence[Address]) -> tuple[Address, ...] | None:
    """Ask to whom; None when it was left. What is no address is said, and asked again."""
    offers = _Offers(page)
    question = Question(title, offers.now, "anna@example.org, ...", written(known), complete=True, later=offers.later)
    while True:
        value, _ = await page.ask(question)
        if value is None:
            return None
        try:
            return parse_addresses(value)
        except Refused as error:
            page.say(str(error), "warn")
            question = replace(question, text=value)


class _Offers:
    """What is offered for the address that is being typed: at once from what was found last, then anew."""

    def __init__(self, page: Page) -> None:
        self._reader = page.session.reader
        self._found: list[Address] = []
        self._ours: set[str] | None = None

    def now(self, text: str) -> list[Choice]:
        """What is known so far."""
        before, part = last_part(text)
        words = match_words(part).split()
        fitting = [person for person in self._found if means(words, person)]
        offered = [Choice(f"{before}{written([p])}, ", p.name or p.email, p.email if p.name else "") for p in fitting]
        typed = Choice(text, text.strip() or "(nobody)", "" if is_whole(part) else "no address yet")
        return ([typed, *offered] if is_whole(part) else [*offered, typed])[:_MOST]

    async def later(self, text: str) -> list[Choice]:
        """After a look at the newest messages with somebody of that name."""
        before, part = last_part(text)
        if self._ours is None:
            self._ours = set(await self._reader.all(correspondents.ours()))
        there = {person.email.lower() for person in _readable(before)}
        exchanges = await self._reader.all(correspondents.exchanges(part))
        self._found = ranked(exchanges, part, self._ours | there)
        return self.now(text)


def _readable(text: str) -> tuple[Address, ...]:
    try:
        return parse_addresses(text)
    except Refused:
        return ()


def written(people: Sequence[Address]) -> str:
    """Addresses as one types them."""
    return ", ".join(f"{_quoted(person.name)} <{person.email}>" if person.name else person.email for person in people)


def _quoted(name: str) -> str:
    return f'"{name.replace(chr(34), "")}"' if _ODD & set(name) else name
