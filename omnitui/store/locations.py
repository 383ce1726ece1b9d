"""Where a message lies on the server, and what it means when another client moves it.

Archive and inbox say nothing of the state: help desks differ in that. A conversation of which every mail from outside
has been moved to the junk folder is spam; one whose mails are all in the trash is closed. Mail brought back from junk
opens it again. Only moves seen here count, and none while a move of our own is still on its way.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

from omnitui.core.models import State
from omnitui.core.times import Instant
from omnitui.store import feed
from omnitui.store.events import record_event

_ROLES = """
SELECT DISTINCT f.role, l.gone_at IS NULL AS there FROM message m JOIN ledger l ON l.message_id = m.id
JOIN folder f ON f.id = l.folder_id WHERE m.conversation_id = ? AND m.class IN ('customer', 'auto')
"""
_OUR_MOVE = """
SELECT 1 FROM outbox
WHERE conversation_id = ? AND kind = 'move' AND state NOT IN ('sent', 'cancelled', 'failed') LIMIT 1
"""


def first_state(role: str) -> State:
    """The state of a conversation whose first mail is found in a folder of this role."""
    return {"junk": State.SPAM, "trash": State.CLOSED}.get(role, State.OPEN)


def moved(connection: sqlite3.Connection, message_ids: Iterable[int], now: Instant) -> set[int]:
    """Mails have appeared in or gone from a folder: bring the state of their conversations in line.

    Gives the conversations whose state changed.
    """
    rows = connection.execute(
        "SELECT DISTINCT c.id, c.state FROM json_each(?) AS wanted CROSS JOIN message m ON m.id = wanted.value"
        " JOIN conversation c ON c.id = m.conversation_id",
        (json.dumps(sorted(set(message_ids))),),
    ).fetchall()
    changed = set()
    for row in rows:
        becomes = _becomes(connection, row["id"], State(row["state"]))
        if becomes is not None and connection.execute(_OUR_MOVE, (row["id"],)).fetchone() is None:
            connection.execute(
                "UPDATE conversation SET state = ?, snoozed_until = NULL WHERE id = ?", (becomes, row["id"])
            )
            record_event(connection, row["id"], "moved", {"state": becomes.value, "was": row["state"]}, now)
            changed.add(row["id"])
    feed.note(connection, sorted(changed))
    return changed


def _becomes(connection: sqlite3.Connection, conversation_id: int, state: State) -> State | None:
    rows = connection.execute(_ROLES, (conversation_id,)).fetchall()
    roles = {row["role"] for row in rows if row["there"]}
    left = {row["role"] for row in rows} - roles
    if not roles:
        return None
    if roles == {"junk"} and state is not State.SPAM:
        return State.SPAM
    if roles <= {"junk", "trash"} and "trash" in roles and state in (State.OPEN, State.PENDING, State.SNOOZED):
        return State.CLOSED
    if "junk" in left and "trash" not in roles and state is State.SPAM:
        return State.OPEN
    return None
