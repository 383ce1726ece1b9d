"""The text of a query as tokens with their columns."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from omnitui.core.errors import QueryError
from omnitui.core.query.operators import operator_named

_QUOTES = '"“”„'
_ENDS = "()" + _QUOTES
_LONGEST = 4000


class TokenKind(Enum):
    """What a token is."""

    WORD = "word"
    TERM = "term"
    """An operator with its value."""
    OPEN = "("
    CLOSE = ")"
    NOT = "-"
    OR = "or"
    AND = "and"


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the query from `column` to `end`; `value_column` is where a term's value begins."""

    kind: TokenKind
    column: int
    end: int
    text: str = ""
    operator: str = ""
    quoted: bool = False
    prefix: bool = False
    value_column: int = 0


def tokens(text: str) -> list[Token]:
    """The tokens of a query; QueryError for an open quote, an empty one, or a text beyond 4,000 characters."""
    if len(text) > _LONGEST:
        raise QueryError(f"The query is longer than {_LONGEST:,} characters.", _LONGEST)
    found: list[Token] = []
    at = 0
    while at < len(text):
        char = text[at]
        if char.isspace():
            at += 1
            continue
        if char in "()":
            token = Token(TokenKind.OPEN if char == "(" else TokenKind.CLOSE, at, at + 1)
        elif char == "-" and at + 1 < len(text) and not text[at + 1].isspace() and text[at + 1] != ")":
            token = Token(TokenKind.NOT, at, at + 1)
        elif char in _QUOTES:
            token = _quoted(text, at, at, "")
        else:
            token = _bare(text, at)
        found.append(token)
        at = token.end
    return found


def _bare(text: str, start: int) -> Token:
    end = start
    while end < len(text) and not text[end].isspace() and text[end] not in _ENDS:
        end += 1
    run = text[start:end]
    name, colon, value = run.partition(":") if ":" in run else run.partition("：")
    if colon and name.isalpha() and not value.startswith("//") and (operator_named(name) or name.isascii()):
        column = start + len(name) + 1
        if not value and end < len(text) and text[end] in _QUOTES:
            return _quoted(text, end, start, name)
        prefix = len(value) > 1 and value.endswith("*")
        return Token(TokenKind.TERM, start, end, value[:-1] if prefix else value, name, False, prefix, column)
    if run.lower() in ("or", "and"):
        return Token(TokenKind(run.lower()), start, end)
    prefix = len(run) > 1 and run.endswith("*")
    return Token(TokenKind.WORD, start, end, run[:-1] if prefix else run, prefix=prefix)


def _quoted(text: str, quote: int, start: int, operator: str) -> Token:
    pieces: list[str] = []
    at = quote + 1
    while at < len(text) and text[at] not in _QUOTES:
        if text[at] == "\\" and at + 1 < len(text):
            at += 1
        pieces.append(text[at])
        at += 1
    if at >= len(text):
        raise QueryError("The quote is not closed.", quote)
    inner = "".join(pieces)
    if not inner.strip():
        raise QueryError("There is nothing between the quotes.", quote)
    prefix = text[at + 1 : at + 2] == "*"
    kind = TokenKind.TERM if operator else TokenKind.WORD
    return Token(kind, start, at + 1 + prefix, inner, operator, True, prefix, quote)
