"""What was likely meant, where a query names a tag, an agent or another thing that does not exist."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from omnitui.core.errors import QueryError
from omnitui.core.query.lexer import TokenKind, tokens
from omnitui.core.query.operators import operator_named, suggest

_NAMED = frozenset({"tag", "assignee", "account", "channel", "folder"})


@dataclass(frozen=True, slots=True)
class Unknown:
    """A term from `start` to `end` of the query that names nothing there is; `better` is near it, or empty."""

    written: str
    start: int
    end: int
    better: str

    @property
    def words(self) -> str:
        """For people."""
        return f"{self.written}: did you mean {self.better}?" if self.better else f"There is no {self.written}."


def unknown_names(text: str, known: Mapping[str, Sequence[str]]) -> list[Unknown]:
    """The terms of a query that can be read, but name nothing of `known` (by operator, as for `complete`)."""
    try:
        found = tokens(text)
    except QueryError:
        return []
    unknown = []
    for token in found:
        operator = operator_named(token.operator) if token.kind is TokenKind.TERM else None
        if operator is None or operator.name not in _NAMED:
            continue
        fixed = [value for value, _ in operator.values]
        names = [*fixed, *known.get(operator.name, ())]
        wanted = token.text.lower()
        if any(name.lower() == wanted or (token.prefix and name.lower().startswith(wanted)) for name in names):
            continue
        near = suggest(wanted, [name.lower() for name in names])
        better = next((name for name in names if near and name.lower() == near), "")
        spelled = f'"{better}"' if any(map(str.isspace, better)) else better
        written = text[token.column : token.end]
        unknown.append(
            Unknown(written, token.column, token.end, f"{operator.name}:{spelled}" if better else ""),
        )
    return unknown
