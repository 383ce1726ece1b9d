"""What may stand at the cursor of a query being typed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from omnitui.core.query.operators import OPERATORS, Operator, ValueKind, operator_named

_DATES = ("today", "yesterday", "mon", "7d", "2w", "1mo")
_AGES = ("1h", "1d", "7d", "2w", "1mo", "1y")
_ENDS = '()"“”'


@dataclass(frozen=True, slots=True)
class Candidate:
    """Put `text` in place of what stands from `start` to `end`; `help` says what it does."""

    text: str
    start: int
    end: int
    help: str


def complete(text: str, cursor: int, known: Mapping[str, Sequence[str]] | None = None) -> list[Candidate]:
    """Candidates for the word that ends at `cursor`, in the table's order.

    `known`: for operators that take names (tag, assignee, account, channel, folder) the names that exist.
    """
    cursor = max(0, min(cursor, len(text)))
    start = cursor
    while start > 0 and not text[start - 1].isspace() and text[start - 1] not in _ENDS:
        start -= 1
    if text[start : start + 1] == "-":
        start += 1
    name, colon, value = text[start:cursor].partition(":")
    if not colon:
        return [
            Candidate(f"{operator.name}:", start, cursor, operator.help)
            for operator in OPERATORS
            if operator.name.startswith(name.lower())
            or any(alias.startswith(name.lower()) for alias in operator.aliases if name)
        ]
    operator = operator_named(name)
    if operator is None:
        return []
    begin = start + len(name) + 1
    wanted = value.lower()
    return [
        Candidate(_spelled(word), begin, cursor, help_)
        for word, help_ in _values(operator, (known or {}).get(operator.name, ()))
        if word.lower().startswith(wanted)
    ]


def _values(operator: Operator, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    yield from operator.values
    fixed = {value for value, _ in operator.values}
    yield from ((name, "") for name in names if name not in fixed)
    if operator.kind is ValueKind.DATE:
        yield from ((value, "") for value in _DATES)
    elif operator.kind is ValueKind.AGE:
        yield from ((value, "") for value in _AGES)


def _spelled(word: str) -> str:
    return f'"{word}"' if any(char.isspace() or char in _ENDS for char in word) else word
