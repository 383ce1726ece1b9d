"""What sync itself changed, in the same log as what people do: shown in the history, never undoable."""

from __future__ import annotations

import json
import sqlite3
import uuid
from typing import Any

from omnitui.core.times import Instant

ACTOR = "sync"


def record_event(
    connection: sqlite3.Connection, conversation_id: int, kind: str, payload: dict[str, Any], now: Instant
) -> None:
    """Note in the log that sync did `kind` to a conversation; in the caller's transaction."""
    step = connection.execute(
        "INSERT INTO step(label, actor, at, undoable) VALUES (?, ?, ?, 0) RETURNING id", (kind, ACTOR, now)
    ).fetchone()[0]
    target = connection.execute("SELECT key FROM conversation WHERE id = ?", (conversation_id,)).fetchone()[0]
    connection.execute(
        "INSERT INTO operation(id, step_id, actor, source, device, clock, kind, target, conversation_id, payload,"
        " replaces, inverse, at) VALUES (?, ?, ?, 'sync', '', ?, ?, ?, ?, ?, '{}', 'null', ?)",
        (str(uuid.uuid4()), step, ACTOR, f"{now:015d}", kind, target, conversation_id, json.dumps(payload), now),
    )
