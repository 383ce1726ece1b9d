"""A condition on conversations as SQL with bound parameters; built only in this room.

In every fragment the conversation is `c`. Text of the user is only ever a bound parameter.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from omnitui.core.dataclass import dataclass
from omnitui.core.models import Order

NOT_WAITING = 500_000_000_000_000
"""Below it in `waiting_order` are failed sends and those who wait; it lets the index stop where waiting ends."""
MANY = 10_000
"""A set with no more members than this is found and sorted; a larger one is met along the order of the list."""


@dataclass(frozen=True, slots=True)
class Finder:
    """How to find the conversations of a condition by themselves, when they are not too many.

    `ids` selects their ids, `gauge` the start of a SELECT of its members, counted up to MANY. `rest` is what of the
    whole condition must be looked at besides.
    """

    ids: str
    params: tuple[Any, ...]
    gauge: str
    gauge_params: tuple[Any, ...]
    rest: str = "1"
    rest_params: tuple[Any, ...] = ()

    @property
    def sql(self) -> str:
        """The whole condition, driven by the set."""
        return f"c.id IN ({self.ids}) AND ({self.rest})"

    @property
    def all_params(self) -> tuple[Any, ...]:
        """Parameters of `sql`."""
        return self.params + self.rest_params

    @property
    def size(self) -> str:
        """SQL for how many members the set has, counted no further than needed to call it many."""
        return f"SELECT count(*) FROM ({self.gauge} LIMIT {MANY + 1})"


@dataclass(frozen=True, slots=True)
class Where:
    """Which conversations: `sql` over `c`, its parameters, and `label` to say it in words.

    Hidden and merged conversations are left out.
    """

    sql: str = "1"
    params: tuple[Any, ...] = ()
    label: str = ""
    hidden: bool = False
    """Hidden ones too; `sql` says which."""
    waits: bool = False
    """Only those who wait (or failed): in that order the rows behind them need not be looked at."""
    few: bool = False
    """An index finds them all and they are few: better found and sorted than met along the order."""
    finder: Finder | None = None
    """How to find them where they are few, when nobody can say before whether they are."""

    def full(self, order: Order = Order.WAITING, *, stop: bool = True) -> str:
        """The whole condition, to be asked of rows in order; its literal terms let SQLite use the partial indexes.

        Without `stop` where another bound already keeps to those who wait: SQLite would take the wrong one of two.
        """
        ends = f" AND c.waiting_order < {NOT_WAITING}" if stop and self.waits and order is Order.WAITING else ""
        return f"{self._shown}{ends} AND ({self.sql})"

    @property
    def walked(self) -> Where:
        """The same for rows met in order: no index of an agent's conversations, in another order, tempts SQLite."""
        if "c.state = ?" in self.sql:
            return self
        return replace(self, sql=self.sql.replace("c.assignee = ?", "+c.assignee = ?"))

    @property
    def source(self) -> str:
        """The table to ask for all at once: a set is looked up by its ids, whatever index another condition offers."""
        return "conversation c NOT INDEXED" if self.finder else "conversation c"

    @property
    def found(self) -> tuple[str, tuple[Any, ...]]:
        """The whole condition with its parameters, for all its conversations at once, in no order."""
        if self.finder is None:
            return self.full(), self.params
        return f"{self._shown} AND {self.finder.sql}", self.finder.all_params

    @property
    def _shown(self) -> str:
        return "c.merged_into IS NULL" if self.hidden else "c.hidden = 0 AND c.merged_into IS NULL"

    def __and__(self, other: Where) -> Where:
        finder = _with_rest(self.finder, other) or _with_rest(other.finder, self)
        return Where(
            f"{self.sql} AND {other.sql}",
            self.params + other.params,
            " ".join(filter(None, (self.label, other.label))),
            self.hidden or other.hidden,
            self.waits or other.waits,
            self.few or other.few,
            None if self.few or other.few else finder,
        )


def _with_rest(finder: Finder | None, other: Where) -> Finder | None:
    if finder is None:
        return None
    rest = f"{finder.rest} AND {other.sql}" if finder.rest != "1" else other.sql
    return replace(finder, rest=rest, rest_params=finder.rest_params + other.params)


def set_of(probe: str, params: tuple[Any, ...], finder: Finder) -> Where:
    """A condition that can be asked of one conversation (`probe`), and whose conversations `finder` can give."""
    return Where(probe, params, finder=finder)


EVERYTHING = Where()
IS_WAITING = Where("c.waiting = 1", label="is:waiting", waits=True)
HAS_FAILED = Where("c.failed_count > 0 AND c.waiting_order < 0", label="is:failed", few=True)
IS_HIDDEN = Where("c.hidden = 1 AND c.merged_into IS NULL", label="is:hidden", hidden=True, few=True)
HAS_DRAFT = Where("c.draft_count > 0", label="has:draft", few=True)


def in_state(state: str) -> Where:
    """Conversations in one state."""
    return Where("c.state = ?", (state,), f"is:{state}")


def assigned_to(assignee: str) -> Where:
    """Conversations of one agent; the empty name is nobody's."""
    return Where("c.assignee = ?", (assignee,), f"assignee:{assignee or 'none'}")


def of_ids(ids: Iterable[int]) -> Where:
    """These conversations."""
    return Where("c.id IN (SELECT value FROM json_each(?))", (json.dumps(list(ids)),), few=True)
