"""What triage must know of the conversations that it is about to change."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from omnitui.core.models import State
from omnitui.store.select import Select
from omnitui.store.where import Where

_COLUMNS = """c.id, c.key, (SELECT a.name FROM account a WHERE a.id = c.account_id) AS account,
    c.subject, c.contact_name, c.state, c.snoozed_until, c.assignee, c.priority, c.starred, c.tags, c.unread_count,
    c.last_customer_at"""


@dataclass(frozen=True, slots=True)
class Target:
    """One conversation as it stands."""

    id: int
    key: str
    account: str
    subject: str
    contact_name: str
    state: State
    snoozed_until: int | None
    assignee: str
    priority: int
    starred: bool
    tags: tuple[str, ...]
    unread_count: int
    last_customer_at: int | None


def of_ids(ids: Iterable[int]) -> Select[Target]:
    """These, hidden ones too; one that was merged stands for the one it became part of. In the order of `ids`."""
    return Select(
        f"SELECT DISTINCT {_COLUMNS} FROM json_each(?) AS wanted CROSS JOIN conversation o ON o.id = wanted.value"
        " CROSS JOIN conversation c ON c.id = coalesce(o.merged_into, o.id)",
        (json.dumps(list(ids)),),
        _target,
    )


def of_query(where: Where) -> Select[Target]:
    """All that a query finds."""
    condition, params = where.found
    return Select(f"SELECT {_COLUMNS} FROM {where.source} WHERE {condition}", params, _target)


def _target(row: sqlite3.Row) -> Target:
    fields = list(row)
    fields[5], fields[9], fields[10] = State(fields[5]), bool(fields[9]), tuple(fields[10].split())
    return Target(*fields)
