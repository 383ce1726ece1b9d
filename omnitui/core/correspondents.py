"""Whom a mail may be meant for, from the first letters: who was written with lately and often comes first. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from omnitui.core.addresses import parse_addresses
from omnitui.core.errors import Refused
from omnitui.core.mail import Address
from omnitui.core.text.fold import match_words

HALF = 40
"""After so many messages in between, a message counts half."""
WRITTEN_TO = 3.0
"""Somebody we have written to counts as much as so many who wrote to us: they are whom one writes to again."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One message: its people, and whether it was ours."""

    people: tuple[Address, ...]
    ours: bool


def ranked(exchanges: Iterable[Exchange], typed: str, without: Collection[str] = ()) -> list[Address]:
    """Everybody in these messages (the newest first) whom the typed words may mean, likeliest first, each once.

    Each word must begin a word of the name or the address; accents do not matter. `without` are addresses in lower
    case that are not offered.
    """
    words = match_words(typed).split()
    scores: dict[str, float] = {}
    names: dict[str, Address] = {}
    for number, exchange in enumerate(exchanges):
        weight = (WRITTEN_TO if exchange.ours else 1.0) * 0.5 ** (number / HALF)
        for person in exchange.people:
            key = person.email.lower()
            if not key or key in without or not means(words, person):
                continue
            scores[key] = scores.get(key, 0.0) + weight
            if key not in names or (person.name and not names[key].name):
                names[key] = person
    return [names[key] for key in sorted(scores, key=lambda key: (-scores[key], key))]


def means(words: Iterable[str], person: Address) -> bool:
    """Each of the words (folded) begins one of the person's, or stands in a script that has no spaces."""
    known = match_words(f"{person.name} {person.email}")
    return all(f" {word}" in known or (not word.isascii() and word in known) for word in words)


def last_part(text: str) -> tuple[str, str]:
    """What is done of a line of addresses, and the last one, which is still being typed."""
    at, quoted = 0, False
    for index, char in enumerate(text):
        if char == '"':
            quoted = not quoted
        elif char in ",;" and not quoted:
            at = index + 1
    done, part = text[:at], text[at:]
    return done + part[: len(part) - len(part.lstrip())], part.lstrip()


def is_whole(part: str) -> bool:
    """It is an address as it stands (or nothing)."""
    try:
        return not part.strip() or "." in parse_addresses(part)[0].email.rpartition("@")[2]
    except Refused:
        return False
