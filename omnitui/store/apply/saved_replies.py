"""Operations on saved replies: another text under a name, or none any more."""

from __future__ import annotations

from typing import Any

from omnitui.core.operations import Operation, OpKind
from omnitui.store import feed
from omnitui.store.apply.scene import Change, Scene


def apply_saved_reply(scene: Scene, operation: Operation) -> Change | None:
    """Keep a text under its name, or (`body` null) take it away."""
    name, payload, connection = operation.target, operation.payload, scene.connection
    row = connection.execute("SELECT * FROM saved_reply WHERE name = ?", (name,)).fetchone()
    found: dict[str, Any] = {"body": None} if row is None else dict(row)
    was = found.pop("name", name)
    wanted = {key: payload[key] for key in ("body", "subject") if key in payload}
    if all(found.get(key) == value for key, value in wanted.items()):
        return None
    if payload["body"] is None:
        connection.execute("DELETE FROM saved_reply WHERE name = ?", (name,))
    else:
        connection.execute(
            "INSERT INTO saved_reply (name, subject, body, author, updated_at) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET subject = excluded.subject, body = excluded.body, author = excluded.author,"
            " updated_at = excluded.updated_at",
            (
                name, payload.get("subject", ""), payload["body"], payload.get("author", scene.actor),
                payload.get("updated_at", scene.now),
            ),
        )  # fmt: skip
    feed.note(connection, [0])
    return Change(None, found, Operation(OpKind.SAVED_REPLY, was, found))
