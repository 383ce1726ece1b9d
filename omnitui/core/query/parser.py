"""The query language: text to `Node`.

    query   = [any]
    any     = all ("or" all)*
    all     = one+                    (also joined by "and")
    one     = "-" one | "(" any ")" | operator ":" value | word | "quoted phrase"

Any text either parses or raises QueryError with the column and, where one is near, a suggestion.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from omnitui.core.errors import QueryError
from omnitui.core.query import dates
from omnitui.core.query.ast import And, Choice, Compare, Everything, Match, Moment, Node, Not, Number, Or, Word
from omnitui.core.query.lexer import Token, TokenKind, tokens
from omnitui.core.query.operators import PRIORITIES, Operator, ValueKind, operator_named, suggest
from omnitui.core.text.fold import index_terms
from omnitui.core.times import DAY, HOUR, MINUTE, Instant

_DEEPEST = 50
_MOST_TERMS = 300
_COMPARED = re.compile(r"(<=|>=|<|>|=)?\s?(.+)")
_DURATION = re.compile(r"(\d{1,5})\s?(m|min|h|d)")
_DURATIONS = {"m": MINUTE, "min": MINUTE, "h": HOUR, "d": DAY}


def parse(text: str, *, now: Instant, zone: str) -> Node:
    """`text` as a query; dates are meant in `zone` (an IANA name) as seen at `now`. Raises QueryError, nothing else."""
    return _Parser(text, now, zone).query()


class _Parser:
    """One query being read, from left to right."""

    def __init__(self, text: str, now: Instant, zone: str) -> None:
        self._text = text
        self._now = now
        self._zone = zone
        self._tokens = tokens(text)
        self._at = 0
        self._depth = 0
        if len(self._tokens) > _MOST_TERMS:
            raise QueryError(f"The query has more than {_MOST_TERMS} words.", self._tokens[_MOST_TERMS].column)

    def query(self) -> Node:
        """The whole text."""
        if not self._tokens:
            return Everything()
        node = self._any()
        if self._at < len(self._tokens):
            raise QueryError('There is a ")" too many.', self._tokens[self._at].column)
        if _is_vain(node):
            raise QueryError("There is no letter and no digit in it to search for; * finds everything.", 0)
        return node

    def _peek(self) -> TokenKind | None:
        return self._tokens[self._at].kind if self._at < len(self._tokens) else None

    def _any(self) -> Node:
        parts = [self._all()]
        while self._peek() is TokenKind.OR:
            self._at += 1
            parts.append(self._all())
        flat = [inner for part in parts for inner in (part.parts if isinstance(part, Or) else (part,))]
        return flat[0] if len(flat) == 1 else Or(tuple(flat))

    def _all(self) -> Node:
        parts = [self._one()]
        while (kind := self._peek()) not in (None, TokenKind.OR, TokenKind.CLOSE):
            if kind is TokenKind.AND:
                self._at += 1
            parts.append(self._one())
        flat = [inner for part in parts for inner in (part.parts if isinstance(part, And) else (part,))]
        return flat[0] if len(flat) == 1 else And(tuple(flat))

    def _one(self) -> Node:
        if self._at >= len(self._tokens):
            last = self._tokens[-1]
            raise QueryError(f'Something is missing after "{self._text[last.column : last.end]}".', last.column)
        token = self._tokens[self._at]
        self._at += 1
        if token.kind in (TokenKind.OPEN, TokenKind.NOT):
            self._depth += 1
            if self._depth > _DEEPEST:
                raise QueryError(f"More than {_DEEPEST} brackets or minus signs inside each other.", token.column)
            node = Not(self._one()) if token.kind is TokenKind.NOT else self._group(token)
            self._depth -= 1
            return node
        if token.kind is TokenKind.WORD:
            return Everything() if token.text == "*" and not token.quoted else Word(token.text, token.prefix)
        if token.kind is TokenKind.TERM:
            return self._term(token)
        shown = self._text[token.column : token.end]
        raise QueryError(
            f'Something is missing before "{shown}"; to search for "{shown}" itself, put it in quotes.', token.column
        )

    def _group(self, opened: Token) -> Node:
        if self._peek() is TokenKind.CLOSE:
            raise QueryError("There is nothing between the brackets.", opened.column)
        node = self._any()
        if self._peek() is not TokenKind.CLOSE:
            raise QueryError("The bracket is not closed.", opened.column)
        self._at += 1
        return node

    def _term(self, token: Token) -> Node:
        operator = operator_named(token.operator)
        if operator is None:
            near = suggest(token.operator)
            meant = f' Did you mean "{near}:"?' if near else ""
            raise QueryError(
                f'There is no search by "{token.operator}:".{meant} To search for the text itself, put it in quotes.',
                token.column,
                f"{near}:{token.text}" if near else "",
            )
        if not token.text.strip():
            raise QueryError(f'"{operator.name}:" needs {operator.kind.value}, as in {operator.example}.', token.column)
        return _READERS[operator.kind](self, operator, token)

    def _choice(self, operator: Operator, token: Token) -> Node:
        value = token.text.lower()
        names = [name for name, _ in operator.values]
        if value in names and not token.prefix:
            return Choice(operator.name, value)
        near = suggest(value, names)
        meant = f'Did you mean "{operator.name}:{near}"?' if near else f"There are: {', '.join(names)}."
        raise QueryError(
            f'There is no "{operator.name}:{token.text}". {meant}',
            token.value_column,
            f"{operator.name}:{near}" if near else "",
        )

    def _match(self, operator: Operator, token: Token) -> Node:
        return Match(operator.name, token.text, token.prefix)

    def _moment(self, operator: Operator, token: Token) -> Node:
        is_age = operator.kind is ValueKind.AGE
        try:
            at = dates.age(token.text, self._now, self._zone)
            if at is None and not is_age:
                at = dates.day(token.text, self._now, self._zone)
        except ValueError as error:
            raise QueryError(str(error), token.value_column) from error
        if at is None or token.prefix:
            examples = dates.AGE_EXAMPLES if is_age else dates.DATE_EXAMPLES
            raise QueryError(
                f'"{token.text}" is not {operator.kind.value}. Write one like {examples}.', token.value_column
            )
        side = {"older": "before", "newer": "after"}.get(operator.name, operator.name)
        return Moment(side, at, self._written(operator, token))

    def _number(self, operator: Operator, token: Token) -> Node:
        digits = token.text.removeprefix("#")
        if not (digits.isascii() and digits.isdigit() and len(digits) < 16) or token.prefix:
            raise QueryError(f'"{token.text}" is not a number, as in {operator.example}.', token.value_column)
        return Number(operator.name, int(digits))

    def _priority(self, operator: Operator, token: Token) -> Node:
        sign, name = self._compared(token)
        if name not in PRIORITIES or token.prefix:
            near = suggest(name, list(PRIORITIES))
            raise QueryError(
                f'There is no priority "{name}". There are: {", ".join(PRIORITIES)}.',
                token.value_column,
                f"{operator.name}:{near}" if near else "",
            )
        return Compare(operator.name, sign, PRIORITIES[name], self._written(operator, token))

    def _duration(self, operator: Operator, token: Token) -> Node:
        sign, amount = self._compared(token)
        found = _DURATION.fullmatch(amount)
        if not found or token.prefix:
            raise QueryError(f'"{token.text}" is not a duration, as in {operator.example}.', token.value_column)
        return Compare(operator.name, sign, int(found[1]) * _DURATIONS[found[2]], self._written(operator, token))

    def _compared(self, token: Token) -> tuple[str, str]:
        found = _COMPARED.fullmatch(token.text.strip().lower())
        return (found[1] or "=", found[2]) if found else ("=", token.text.lower())

    def _written(self, operator: Operator, token: Token) -> str:
        value = " ".join(token.text.split())
        return f'{operator.name}:"{value}"' if token.quoted or " " in value else f"{operator.name}:{value}"


def _is_vain(node: Node) -> bool:
    """Nothing can be looked up: signs alone, which beside other words mean nothing. Such a query must not find
    everything, since commands change whatever a query finds."""
    match node:
        case Word(text, prefix):
            return not index_terms(text, prefix=prefix)
        case And(parts):
            return all(_is_vain(part) for part in parts)
        case Or(parts):
            return any(_is_vain(part) for part in parts)
        case Not(part):
            return _is_vain(part)
        case _:
            return False


_READERS: dict[ValueKind, Callable[[_Parser, Operator, Token], Node]] = {
    ValueKind.CHOICE: _Parser._choice,
    ValueKind.TEXT: _Parser._match,
    ValueKind.NAME: _Parser._match,
    ValueKind.DATE: _Parser._moment,
    ValueKind.AGE: _Parser._moment,
    ValueKind.NUMBER: _Parser._number,
    ValueKind.PRIORITY: _Parser._priority,
    ValueKind.DURATION: _Parser._duration,
}
