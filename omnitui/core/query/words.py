"""The words of a query: those to mark in what it found, and the one that is still being typed."""

from __future__ import annotations

from omnitui.core.errors import QueryError
from omnitui.core.query.ast import And, Match, Node, Or, Word
from omnitui.core.query.lexer import TokenKind, tokens

_READ = frozenset({"subject", "from", "to", "contact", "organisation", "tag"})
"""Operators whose text can be read in what they find."""


def words_of(node: Node) -> list[tuple[str, bool]]:
    """Each word or phrase that a found conversation says, with whether its last word may go on."""
    match node:
        case Word(text, prefix):
            return [(text, prefix)]
        case Match(operator, text, prefix) if operator in _READ:
            return [(text, prefix)]
        case And(parts) | Or(parts):
            return [words for part in parts for words in words_of(part)]
    return []


def as_typed(text: str) -> str:
    """The query with a `*` behind a free word that its end breaks off: while one types, it may go on.

    A single letter would begin far too much, and a word that is not to be there would end too much: they stay.
    """
    try:
        found = tokens(text)
    except QueryError:
        return text
    if not found or found[-1].kind is not TokenKind.WORD or found[-1].quoted or found[-1].prefix:
        return text
    if len(found) > 1 and found[-2].kind is TokenKind.NOT:
        return text
    word = found[-1].text
    return f"{text}*" if found[-1].end == len(text) and len(word) > 1 and word[-1].isalnum() else text
