"""Conversations to be opened again unless they reply, and mails that leave only if they have not replied.

The reply is seen by the customer's newest message (`saw`: the one that was there when the follow-up was set), whichever
way it came; automatic answers are none.
"""

from __future__ import annotations

import json
import sqlite3

from omnitui.core.times import Instant
from omnitui.store import outbox
from omnitui.store.connection import joined
from omnitui.store.events import record_event
from omnitui.store.outbox import OutboxItem
from omnitui.store.refresh import refresh
from omnitui.store.select import Select

_REPLIED = "c.last_customer_at > json_extract(f.follow_up, '$.saw')"
_PRESSING = f"""
SELECT f.id, c.id AS here, c.state, {_REPLIED} AS replied, f.follow_up, f.follow_up_at
FROM conversation f JOIN conversation c ON c.id = coalesce(f.merged_into, f.id)
WHERE f.follow_up_at IS NOT NULL AND (f.follow_up_at <= ? OR {_REPLIED})
"""


def pressing(now: Instant) -> Select[int]:
    """Follow-ups whose time has come or whose customer has replied: what `settle` would settle."""
    return Select(_PRESSING, (now,), lambda row: int(row["here"]))


def settle(connection: sqlite3.Connection, now: Instant) -> list[int]:
    """End each follow-up that a reply has made needless, and open again where none came, with an event in the log.

    Spam is left alone. Returns the conversations that changed.
    """
    with joined(connection):
        rows = connection.execute(_PRESSING, (now,)).fetchall()
        for row in rows:
            connection.execute("UPDATE conversation SET follow_up_at = NULL, follow_up = '' WHERE id = ?", (row["id"],))
            if row["replied"]:
                record_event(connection, row["here"], "follow-up replied", {}, now)
            elif row["state"] != "spam":
                _open(connection, row, now)
        ids = sorted({row["here"] for row in rows})
        if ids:
            refresh(connection, ids)
        return ids


def _open(connection: sqlite3.Connection, row: sqlite3.Row, now: Instant) -> None:
    told = json.dumps({**json.loads(row["follow_up"]), "due": row["follow_up_at"]})
    connection.execute(
        "UPDATE conversation SET state = 'open', snoozed_until = NULL, follow_up = ? WHERE id = ?", (told, row["here"])
    )
    record_event(connection, row["here"], "follow-up due", {"state": "open", "was": row["state"]}, now)


def overtaken() -> Select[OutboxItem]:
    """Mails that were to leave unless they reply, and they have: none of them has begun to leave."""
    return Select(
        "SELECT o.* FROM outbox o JOIN conversation f ON f.id = o.conversation_id"
        " JOIN conversation c ON c.id = coalesce(f.merged_into, f.id) WHERE o.kind = 'send'"
        " AND (o.state IN ('held', 'queued') OR o.state = 'asking' AND o.phase <> 'dot')"
        " AND json_extract(o.payload, '$.unless_reply') AND c.last_customer_at > o.saw_at",
        (),
        outbox.item_of,
    )
