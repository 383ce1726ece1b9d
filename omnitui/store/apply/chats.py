"""Operations on single messages of a chat: another text, taken back, a reaction. Shown at once, told later."""

from __future__ import annotations

import sqlite3

from omnitui.core.errors import Refused
from omnitui.core.operations import Operation, OpKind
from omnitui.store.apply import elsewhere, own_messages
from omnitui.store.apply.scene import Change, Scene

US = ""
"""Whose reactions are ours, in the table."""


def apply_edit(scene: Scene, operation: Operation) -> Change | None:
    """Another text for a message of ours; what it said before stays in its history."""
    row, conversation = elsewhere.target_of(operation, scene)
    _needs(scene, row, conversation, "edit")
    text = str(operation.payload["text"])
    (found,) = scene.connection.execute("SELECT text FROM body WHERE message_id = ?", (row["id"],)).fetchone()
    if found.strip() == text.strip():
        return None
    at = max(scene.now, (row["edited_at"] or 0) + 1)
    scene.connection.execute("INSERT INTO message_edit VALUES (?, ?, ?)", (row["id"], at, found))
    own_messages.change_text(scene, row["id"], text)
    scene.connection.execute("UPDATE message SET edited_at = ? WHERE id = ?", (at, row["id"]))
    elsewhere.want(scene, conversation, "edit", {"text": text}, message=row)
    back = Operation(OpKind.MESSAGE_EDIT, operation.target, {"text": found})
    return Change(row["conversation_id"], {"text": found}, back)


def apply_delete(scene: Scene, operation: Operation) -> Change | None:
    """Taken back; held for the undo window, as the other side cannot give it back. Raises Refused once it is gone."""
    row, conversation = elsewhere.target_of(operation, scene)
    on = bool(operation.payload.get("on", True))
    if (row["deleted_at"] is not None) is on:
        return None
    if on:
        _needs(scene, row, conversation, "delete")
        not_before = int(operation.payload.get("not_before", 0))
        elsewhere.want(scene, conversation, "delete", {}, message=row, not_before=not_before)
    elif not elsewhere.withdraw(scene, conversation["id"], "delete", row["id"]):
        raise Refused("It has been taken back at the other side already: it can only be sent again")
    at = scene.now if on else None
    scene.connection.execute("UPDATE message SET deleted_at = ? WHERE id = ?", (at, row["id"]))
    back = Operation(OpKind.MESSAGE_DELETE, operation.target, {"on": not on})
    return Change(row["conversation_id"], {"deleted": not on}, back)


def apply_react(scene: Scene, operation: Operation) -> Change | None:
    """An emoji of ours on a message, or off it."""
    row, conversation = elsewhere.target_of(operation, scene)
    if not elsewhere.can(scene.connection, conversation).react or not row["remote_id"]:
        raise Refused("This channel has no reactions for this message")
    emoji, on = str(operation.payload["emoji"])[:64], bool(operation.payload["on"])
    known = scene.connection.execute(
        "SELECT 1 FROM reaction WHERE message_id = ? AND ours = 1 AND emoji = ?", (row["id"], emoji)
    ).fetchone()
    if (known is not None) is on:
        return None
    if on:
        scene.connection.execute(
            "INSERT INTO reaction VALUES (?, ?, ?, ?, ?, 1)", (row["id"], US, emoji, scene.actor, scene.now)
        )
    else:
        scene.connection.execute(
            "DELETE FROM reaction WHERE message_id = ? AND ours = 1 AND emoji = ?", (row["id"], emoji)
        )
    elsewhere.want(scene, conversation, "react", {"emoji": emoji, "added": on}, message=row)
    back = Operation(OpKind.REACT, operation.target, {"emoji": emoji, "on": not on})
    return Change(row["conversation_id"], {"on": not on}, back)


def _needs(scene: Scene, row: sqlite3.Row, conversation: sqlite3.Row, what: str) -> None:
    if row["class"] not in ("human", "machine") or not row["remote_id"]:
        raise Refused(f"To {what} it, a message must be of ours and have reached the channel")
    if not getattr(elsewhere.can(scene.connection, conversation), what):
        raise Refused(f"This channel cannot {what} messages")
