"""A condition on conversations as SQL with bound parameters; built only in this room.

In every fragment the conversation is `c`. Text of the user is only ever a bound parameter.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from omnitui.core.models import Order

NOT_WAITING = 500_000_000_000_000
"""Below it in `waiting_order` are failed sends and those who wait; it lets the index stop where waiting ends."""


@dataclass(frozen=True, slots=True)
class Where:
    """Which conversations: `sql` over `c`, its parameters, and `label` to say it in words.

    Hidden and merged conversations are left out, unless `hidden` asks for the hidden ones alone.
    """

    sql: str = "1"
    params: tuple[Any, ...] = ()
    label: str = ""
    hidden: bool = False
    waits: bool = False
    """Only those who wait (or failed): in that order the rows behind them need not be looked at."""
    few: bool = False
    """An index finds them all and they are few: better found and sorted than met along the order."""

    def full(self, order: Order = Order.WAITING) -> str:
        """The whole condition; the literal terms let SQLite use the partial indexes."""
        stop = f" AND c.waiting_order < {NOT_WAITING}" if self.waits and order is Order.WAITING else ""
        return f"c.hidden = {int(self.hidden)} AND c.merged_into IS NULL{stop} AND ({self.sql})"

    def __and__(self, other: Where) -> Where:
        label = " ".join(filter(None, (self.label, other.label)))
        return Where(
            f"{self.sql} AND {other.sql}",
            self.params + other.params,
            label,
            self.hidden or other.hidden,
            self.waits or other.waits,
            self.few or other.few,
        )


EVERYTHING = Where()
IS_WAITING = Where("c.waiting = 1", label="is:waiting", waits=True)
HAS_FAILED = Where("c.failed_count > 0 AND c.waiting_order < 0", label="is:failed", few=True)
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
