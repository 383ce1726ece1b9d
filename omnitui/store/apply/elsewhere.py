"""What of an operation the other side of a channel must be told: one outbox item a change, the newest wish holds.

A wish that no worker has claimed yet is replaced by the next of its kind, so that undo at once is never heard of there.
"""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections.abc import Mapping
from typing import Any

from omnitui.core.channels import EMAIL, Capabilities, from_json
from omnitui.core.operations import Operation
from omnitui.store import outbox
from omnitui.store.apply.own_messages import OwnMessage
from omnitui.store.apply.scene import Scene
from omnitui.store.outbox import OutboxItem

_CAN = {
    "state": "states", "assign": "assignees", "tags": "tags", "priority": "priority", "read": "mark_read",
    "edit": "edit", "delete": "delete", "react": "react",
}  # fmt: skip
"""Which capability a change needs."""


def can(connection: sqlite3.Connection, conversation: sqlite3.Row) -> Capabilities:
    """What the channel of a conversation can do there."""
    row = connection.execute("SELECT capabilities FROM account WHERE id = ?", (conversation["account_id"],)).fetchone()
    return from_json(conversation["capabilities"] or row[0])


def want(
    scene: Scene,
    conversation: sqlite3.Row,
    kind: str,
    value: Mapping[str, Any],
    *,
    message: sqlite3.Row | None = None,
    not_before: int = 0,
) -> str:
    """The other side shall have it so. Gives the item's id; empty where the channel knows nothing like it.

    A state that only we have (spam) stays here.
    """
    if conversation["channel"] == EMAIL or not getattr(can(scene.connection, conversation), _CAN[kind]):
        return ""
    if kind == "state" and value["state"] == "spam":
        return ""
    about = message["id"] if message is not None else None
    withdraw(scene, conversation["id"], kind, about, value if kind == "react" else None)
    item = OutboxItem(
        uuid.uuid4().hex,
        "act",
        conversation["account_id"],
        conversation["id"],
        about,
        {"kind": kind, "remote_id": message["remote_id"] if message is not None else "", "value": dict(value)},
        step_id=scene.step_id,
        not_before=not_before,  # type: ignore[arg-type]
        created_at=scene.now,
    )
    outbox.enqueue(scene.connection, item)
    return item.id


def withdraw(
    scene: Scene, conversation_id: int, kind: str, message_id: int | None = None, like: Mapping[str, Any] | None = None
) -> bool:
    """Take back what was wished and no worker has yet; whether there was something. `like`: only of the same emoji."""
    found = False
    for row in scene.connection.execute(
        "SELECT id, payload, message_id FROM outbox WHERE conversation_id = ? AND kind = 'act' AND attempts = 0"
        " AND state IN ('held', 'queued')",
        (conversation_id,),
    ).fetchall():
        payload = json.loads(row["payload"])
        same = payload["kind"] == kind and row["message_id"] == message_id
        if same and (like is None or payload["value"].get("emoji") == like.get("emoji")):
            found = outbox.withdraw(scene.connection, row["id"]) or found
    return found


def want_read(scene: Scene, conversation: sqlite3.Row) -> None:
    """The customer may see that we have read up to their newest message."""
    newest = scene.connection.execute(
        "SELECT * FROM message WHERE conversation_id = ? AND class = 'customer' AND remote_id <> ''"
        " ORDER BY at DESC, id DESC LIMIT 1",
        (conversation["id"],),
    ).fetchone()
    if newest is not None:
        want(scene, conversation, "read", {"up_to": newest["remote_id"]})


def want_note(scene: Scene, conversation: sqlite3.Row, note: OwnMessage, message_id: int) -> None:
    """Where the other side keeps notes, it gets this one: sent once, as a message is."""
    if conversation["channel"] == EMAIL or not can(scene.connection, conversation).notes:
        return
    key = uuid.uuid5(uuid.NAMESPACE_OID, f"note {note.mid}").hex
    scene.connection.execute("UPDATE message SET omni_id = ? WHERE id = ?", (key, message_id))
    payload = {"body": note.text, "author": note.author, "date": note.at, "chat": {"private": True}}
    outbox.enqueue(
        scene.connection,
        OutboxItem(
            key, "send", conversation["account_id"], conversation["id"], message_id, payload, note.mid,
            step_id=scene.step_id, created_at=scene.now,
        ),
    )  # fmt: skip


def unwant_note(scene: Scene, row: sqlite3.Row) -> None:
    """A note goes: the other side never hears of it, or takes it away too."""
    if not row["omni_id"] or outbox.withdraw(scene.connection, row["omni_id"]):
        return
    conversation = scene.connection.execute(
        "SELECT * FROM conversation WHERE id = ?", (row["conversation_id"],)
    ).fetchone()
    if row["remote_id"]:
        want(scene, conversation, "delete", {}, message=row)


def target_of(operation: Operation, scene: Scene) -> tuple[sqlite3.Row, sqlite3.Row]:
    """The message that an operation is about, and its conversation. Raises NotFound."""
    row = scene.message(operation.target)
    conversation: sqlite3.Row = scene.connection.execute(
        "SELECT * FROM conversation WHERE id = ?", (row["conversation_id"],)
    ).fetchone()
    return row, conversation
