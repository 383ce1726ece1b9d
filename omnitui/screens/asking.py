"""A query as typed, read into what the list is asked. Loaded when somebody searches: its dates bring a library."""

from __future__ import annotations

from dataclasses import dataclass

from omnitui.core.models import Order
from omnitui.core.query.ast import Node
from omnitui.core.query.parser import parse
from omnitui.core.query.words import as_typed, words_of
from omnitui.core.text.find import Sought, sought
from omnitui.screens.list_source import InOrder, Source
from omnitui.screens.match_source import ByMatch
from omnitui.screens.session import Session
from omnitui.store import search
from omnitui.store.query_sql import compile_query
from omnitui.store.where import Where

_WHOLE_FROM = 4
"""A word of so many letters is first looked for as it stands: the index has no list ready of what begins with it."""


@dataclass(frozen=True)
class Asked:
    """A query that can be read."""

    text: str
    node: Node
    where: Where
    by_match: bool
    """It has words, so it has an order by newest match."""
    sought: Sought | None
    """The words to mark in what it finds."""

    def source(self, session: Session, order: Order | None, usual: Order) -> Source:
        """What the list is asked: in an order chosen, else by match, else in the usual order."""
        if self.by_match and order is None:
            return ByMatch(session.searcher, self.where, self.node, session.me)
        return InOrder(session.searcher, self.where, order or usual)


def read(text: str, session: Session) -> Asked:
    """Read a query. Raises QueryError."""
    node = parse(text, now=session.now(), zone=session.zone)
    where = compile_query(node, me=session.me)
    return Asked(text, node, where, search.has_words(node), sought(words_of(node)))


def readings(text: str, session: Session) -> list[Asked]:
    """What a query that is still being typed may mean, the first that fills a page first. Raises QueryError."""
    typed = as_typed(text)
    if typed == text:
        return [read(text, session)]
    goes_on = read(typed, session)
    last = text.split()[-1]
    return [read(text, session), goes_on] if len(last) >= _WHOLE_FROM else [goes_on]
