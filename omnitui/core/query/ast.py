"""A query as a value: what the store compiles to SQL, rules evaluate and the screen explains.

`unparse` gives back text that parses to the same value (for the same now and zone).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from omnitui.core.times import Instant

_BARE = re.compile(r"[^\s()\"“”„:：*\\-][^\s()\"“”„:：*\\]*")
_CONNECTIVES = ("or", "and")


@dataclass(frozen=True, slots=True)
class Everything:
    """No condition: the empty query, or `*`."""


@dataclass(frozen=True, slots=True)
class Word:
    """A free word, or a quoted phrase, anywhere in the conversation. `prefix`: its last word may go on."""

    text: str
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """An operator with one of its declared values: `is:open`, `has:note`, `kind:bounce`."""

    operator: str
    value: str


@dataclass(frozen=True, slots=True)
class Match:
    """An operator with a text or a name: `from:ana`, `subject:"lost parcel"`, `tag:refund`, `assignee:me`."""

    operator: str
    text: str
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Moment:
    """`before` or `after` an instant. `operator` is one of these two, also where `older:` or `newer:` was written."""

    operator: str
    at: Instant
    written: str
    """The term as it was written, e.g. "older:30d"."""


@dataclass(frozen=True, slots=True)
class Number:
    """`id:1042`."""

    operator: str
    number: int


@dataclass(frozen=True, slots=True)
class Compare:
    """An amount compared: `priority:>=high` (the amount is `Priority`), `sla:<1h` (milliseconds until due)."""

    operator: str
    sign: str
    """=, <, <=, > or >=."""
    amount: int
    written: str


@dataclass(frozen=True, slots=True)
class Not:
    """What `part` is not true of."""

    part: Node


@dataclass(frozen=True, slots=True)
class And:
    """All of two or more."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Any of two or more."""

    parts: tuple[Node, ...]


Node = Everything | Word | Choice | Match | Moment | Number | Compare | Not | And | Or


def unparse(node: Node) -> str:
    """The query as text."""
    match node:
        case Everything():
            return "*"
        case Word(text, prefix):
            return _quoted(text, prefix)
        case Choice(operator, value):
            return f"{operator}:{value}"
        case Match(operator, text, prefix):
            return f"{operator}:{_quoted(text, prefix)}"
        case Moment() | Compare():
            return node.written
        case Number(operator, number):
            return f"{operator}:{number}"
        case Not(part):
            return f"-{_in_parentheses(part, (And, Or))}"
        case And(parts):
            return " ".join(_in_parentheses(part, (And, Or)) for part in parts)
        case Or(parts):
            return " or ".join(_in_parentheses(part, (Or,)) for part in parts)


def _in_parentheses(node: Node, kinds: tuple[type, ...]) -> str:
    return f"({unparse(node)})" if isinstance(node, kinds) else unparse(node)


def _quoted(text: str, prefix: bool) -> str:
    star = "*" if prefix else ""
    if _BARE.fullmatch(text) and text.lower() not in _CONNECTIVES:
        return text + star
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"{star}'
