"""What a picker offers, and which of it fits what was typed. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from omnitui.core.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Choice:
    """One row of a picker: `value` is what the asker gets, `key` picks it at once while nothing is typed."""

    value: Any
    title: str
    detail: str = ""
    hint: str = ""
    group: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Other:
    """The answer when the second thing to do with a row was asked for: its value."""

    value: Any


Filter = Callable[[str], Sequence[Choice]]
"""From what was typed to what is offered."""


def rank(text: str, choice: Choice) -> int | None:
    """How well a choice fits (smaller is better), None when it does not: all words must occur, as letters in order."""
    if not text:
        return 0
    title, rest = choice.title.lower(), f"{choice.detail} {choice.group}".lower()
    total = 0
    for word in text.lower().split():
        if title.startswith(word):
            continue
        if f" {word}" in title:
            total += 1
        elif word in title:
            total += 2
        elif word in rest:
            total += 4
        elif _in_order(word, title):
            total += 8
        else:
            return None
    return total


def _in_order(word: str, title: str) -> bool:
    letters = iter(title)
    return all(letter in letters for letter in word)


def fitting(choices: Sequence[Choice]) -> Filter:
    """A filter over a fixed set, best first, otherwise in the given order."""

    def narrow(text: str) -> Sequence[Choice]:
        if not text.strip():
            return choices
        ranked = [(fit, choice) for choice in choices if (fit := rank(text, choice)) is not None]
        ranked.sort(key=lambda pair: pair[0])
        return [choice for _, choice in ranked]

    return narrow
