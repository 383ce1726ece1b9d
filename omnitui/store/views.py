"""Views: a name, a query and an order. The default ones, those the user saved, and their counts."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

from omnitui.core.dataclass import dataclass
from omnitui.core.errors import NotFound, Refused
from omnitui.core.models import Order, View
from omnitui.core.text.clean import safe_text
from omnitui.store import feed
from omnitui.store import where as conditions
from omnitui.store.connection import joined
from omnitui.store.select import Select
from omnitui.store.where import Where

DEFAULT_VIEWS: tuple[View, ...] = (
    View("Waiting", "is:open is:waiting"),
    View("Mine", "is:open assignee:me"),
    View("Unassigned", "is:open assignee:none"),
    View("Snoozed", "is:snoozed"),
    View("All", ""),
    View("Closed", "is:closed"),
    View("Drafts", "has:draft"),
    View("Failed", "is:failed"),
)
"""What everybody has; the digit keys follow this order, with the saved views behind the first `FIRST`."""
FIRST = 5
"""Default views before the saved ones."""
LONGEST_NAME = 24
"""Characters: all names stand in one line."""


def checked_name(text: str) -> str:
    """The name of a saved view as it is stored. Raises Refused for an empty or long one, and for a default view's."""
    name = safe_text(text, lines=False)
    if not name or len(name) > LONGEST_NAME:
        raise Refused(f"A name has 1 to {LONGEST_NAME} characters")
    if any(view.name.lower() == name.lower() for view in DEFAULT_VIEWS):
        raise Refused(f"{name} is a view of every desk; take another name")
    return name


@dataclass(frozen=True, slots=True)
class Tally:
    """How many conversations stand alike in what views ask for."""

    account: str
    state: str
    waiting: bool
    assignee: str
    n: int


@dataclass(frozen=True, slots=True)
class Marked:
    """How many conversations have a draft, and how many a failed send (each counted to 10,000 at most)."""

    drafts: int
    failed: int


def default_where(name: str, me: str) -> Where:
    """The condition of a default view, for the agent `me`. Raises KeyError for any other name."""
    opened = conditions.in_state("open")
    return {
        "Waiting": opened & conditions.IS_WAITING,
        "Mine": opened & conditions.assigned_to(me),
        "Unassigned": opened & conditions.assigned_to(""),
        "Snoozed": conditions.in_state("snoozed"),
        "Closed": conditions.in_state("closed"),
        "All": conditions.EVERYTHING,
        "Drafts": conditions.HAS_DRAFT,
        "Failed": conditions.HAS_FAILED,
    }[name]


def counts() -> Select[Tally]:
    """The counts kept by the writers: reading them never counts rows."""
    return Select(
        "SELECT (SELECT name FROM account a WHERE a.id = t.account_id), state, waiting, assignee, n"
        " FROM tally t WHERE n > 0",
        (),
        lambda row: Tally(row[0], row[1], bool(row[2]), row[3], row[4]),
    )


def marked() -> Select[Marked]:
    """The counts of the two views that the tally does not know."""
    drafts, failed = (
        f"(SELECT count(*) FROM (SELECT 1 FROM conversation c WHERE {where.full()} LIMIT 10000))"
        for where in (conditions.HAS_DRAFT, conditions.HAS_FAILED)
    )
    return Select(f"SELECT {drafts}, {failed}", (), lambda row: Marked(row[0], row[1]))


def default_counts(tallies: Iterable[Tally], marks: Marked, me: str) -> dict[str, int]:
    """Each default view's count by its name, from `counts()` and `marked()`."""
    found = dict.fromkeys((view.name for view in DEFAULT_VIEWS), 0)
    for tally in tallies:
        found["All"] += tally.n
        if tally.state == "open":
            found["Waiting"] += tally.n * tally.waiting
            found["Mine"] += tally.n * (tally.assignee == me)
            found["Unassigned"] += tally.n * (not tally.assignee)
        elif tally.state in ("snoozed", "closed"):
            found[tally.state.capitalize()] += tally.n
    return found | {"Drafts": marks.drafts, "Failed": marks.failed}


def saved() -> Select[View]:
    """The views that the user saved, in their order."""
    return Select("SELECT name, query, sort FROM view ORDER BY position, name", (), _view)


def save(connection: sqlite3.Connection, view: View, position: int | None = None) -> None:
    """Keep a view under its name, in place of one of that name; a new one without a `position` comes last."""
    with joined(connection):
        connection.execute(
            "INSERT INTO view VALUES (?1, ?2, ?3, coalesce(?4, (SELECT coalesce(max(position), 0) + 1 FROM view)))"
            " ON CONFLICT DO UPDATE SET query = ?2, sort = ?3, position = coalesce(?4, position)",
            (view.name, view.query, view.order.value, position),
        )
        _tell(connection)


def rename(connection: sqlite3.Connection, name: str, to: str) -> None:
    """Give a saved view another name. Raises NotFound, and Refused when the name is taken."""
    with joined(connection):
        if connection.execute("SELECT 1 FROM view WHERE name = ?", (to,)).fetchone():
            raise Refused(f"There is a view {to} already")
        if not connection.execute("UPDATE view SET name = ? WHERE name = ?", (to, name)).rowcount:
            raise NotFound(f"There is no saved view {name}")
        _tell(connection)


def arrange(connection: sqlite3.Connection, names: Sequence[str]) -> None:
    """The order of the saved views; those that are not named come last."""
    with joined(connection):
        connection.execute("UPDATE view SET position = ?", (len(names) + 1,))
        connection.executemany(
            "UPDATE view SET position = ? WHERE name = ?", [(at, name) for at, name in enumerate(names, 1)]
        )
        _tell(connection)


def forget(connection: sqlite3.Connection, name: str) -> bool:
    """Remove a saved view; False when there is none of that name."""
    with joined(connection):
        gone = connection.execute("DELETE FROM view WHERE name = ?", (name,)).rowcount > 0
        _tell(connection)
    return gone


def _tell(connection: sqlite3.Connection) -> None:
    """Other screens read their views anew."""
    feed.note(connection, [feed.NOT_A_CONVERSATION])


def _view(row: sqlite3.Row) -> View:
    return View(row["name"], row["query"], Order(row["sort"]))
