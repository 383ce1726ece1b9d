"""What sync itself changed, in the same log as what people do: shown in the history, never undoable."""

from __future__ import annotations

import json
import sqlite3
import uuid
from typing import Any

from omnitui.core import hlc
from omnitui.core.times import Instant

ACTOR = "sync"
_LABELS = {
    "reopened": "Opened again, because of a new message",
    "follow-up due": "Opened again: no reply has come",
    "follow-up replied": "They have replied: no follow-up any more",
    "bounced": "An answer could not be delivered",
    "united": "Joined with another conversation: a mail names both",
    "state elsewhere": "Its state was changed at the other side",
    "assignee elsewhere": "Assigned at the other side",
    "priority elsewhere": "Its priority was changed at the other side",
    "tags elsewhere": "Its tags were changed at the other side",
    "moved": "Moved to another folder by another mail program",
}


def record_event(
    connection: sqlite3.Connection, conversation_id: int, kind: str, payload: dict[str, Any], now: Instant
) -> None:
    """Note in the log that sync did `kind` to a conversation; in the caller's transaction."""
    step = connection.execute(
        "INSERT INTO step(label, actor, at, undoable) VALUES (?, ?, ?, 0) RETURNING id",
        (_LABELS.get(kind, kind), ACTOR, now),
    ).fetchone()[0]
    last = connection.execute("SELECT clock FROM operation ORDER BY seq DESC LIMIT 1").fetchone()
    clock = hlc.tick(last["clock"] if last else "", now)
    target = connection.execute("SELECT key FROM conversation WHERE id = ?", (conversation_id,)).fetchone()[0]
    connection.execute(
        "INSERT INTO operation(id, step_id, actor, source, device, clock, kind, target, conversation_id, payload,"
        " replaces, inverse, at) VALUES (?, ?, ?, 'sync', ?, ?, ?, ?, ?, ?, '{}', 'null', ?)",
        (
            uuid.uuid4().hex, step, ACTOR, device(connection), clock, kind, target, conversation_id,
            json.dumps(payload, ensure_ascii=False), now,
        ),
    )  # fmt: skip


def device(connection: sqlite3.Connection) -> str:
    """This cache's own name in the log, made once."""
    row = connection.execute("SELECT value FROM meta WHERE key = 'device'").fetchone()
    if row is None:
        connection.execute("INSERT INTO meta VALUES ('device', ?)", (uuid.uuid4().hex[:12],))
        return device(connection)
    return str(row["value"])
