"""Operations on notes: written, edited, deleted. The log keeps every version."""

from __future__ import annotations

import sqlite3

from omnitui.core.errors import Refused
from omnitui.core.operations import Operation, OpKind
from omnitui.store.apply import elsewhere, own_messages
from omnitui.store.apply.own_messages import OwnMessage
from omnitui.store.apply.scene import Change, Scene


def apply_note(scene: Scene, operation: Operation) -> Change | None:
    """A new note."""
    row, payload = scene.conversation(operation.target), operation.payload
    if own_messages.is_known(scene, row, payload["mid"]):
        return None
    note = OwnMessage(payload["mid"], "note", payload["text"], payload["author"], payload["at"], id=payload.get("id"))
    elsewhere.want_note(scene, row, note, own_messages.insert(scene, row, note))
    return Change(row["id"], {}, Operation(OpKind.NOTE_DELETE, payload["mid"]))


def apply_note_edit(scene: Scene, operation: Operation) -> Change | None:
    """Another text."""
    row = _note(scene, operation.target)
    (found,) = scene.connection.execute("SELECT text FROM body WHERE message_id = ?", (row["id"],)).fetchone()
    if found == operation.payload["text"]:
        return None
    own_messages.change_text(scene, row["id"], operation.payload["text"])
    return Change(
        row["conversation_id"], {"text": found}, Operation(OpKind.NOTE_EDIT, operation.target, {"text": found})
    )


def apply_note_delete(scene: Scene, operation: Operation) -> Change | None:
    """The note goes from the thread."""
    row = _note(scene, operation.target)
    (text,) = scene.connection.execute("SELECT text FROM body WHERE message_id = ?", (row["id"],)).fetchone()
    elsewhere.unwant_note(scene, row)
    own_messages.delete(scene, [row["id"]])
    (key,) = scene.connection.execute("SELECT key FROM conversation WHERE id = ?", (row["conversation_id"],)).fetchone()
    note = {"mid": row["mid"], "text": text, "author": row["author"], "at": row["at"], "id": row["id"]}
    return Change(row["conversation_id"], note, Operation(OpKind.NOTE, key, note))


def _note(scene: Scene, mid: str) -> sqlite3.Row:
    row = scene.message(mid)
    if row["class"] != "note":
        raise Refused("Only notes can be changed")
    return row
