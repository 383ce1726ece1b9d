"""What happens to a message after it was written: edits, deletions, reactions, receipts; twice, late, in any order."""

from __future__ import annotations

import sqlite3
from typing import TypeAlias

from omnitui.core.channel_events import DeletedEvent, EditedEvent, ReactionEvent, ReceiptEvent
from omnitui.core.models import Delivery
from omnitui.store import fulltext
from omnitui.store.apply.chats import US
from omnitui.store.apply.own_messages import preview_of
from omnitui.store.chat import echo
from omnitui.store.chat.scene import ChatScene

Mark: TypeAlias = EditedEvent | DeletedEvent | ReactionEvent
_FAR = {"": 0, "held": 0, "queued": 0, "sending": 0, "asking": 0, "unknown": 0, "sent": 1, "delivered": 2, "read": 3}
"""How far a message of ours has come; a receipt never takes it back."""
_STATES = frozenset({"sent", "delivered", "read", "failed"})


def apply_mark(scene: ChatScene, event: Mark) -> bool:
    """Note it on its message. False when that is not here."""
    row = scene.message(event.remote_id)
    if row is None:
        return False
    match event:
        case EditedEvent():
            _edit(scene, row, event)
        case DeletedEvent():
            scene.connection.execute(
                "UPDATE message SET deleted_at = ? WHERE id = ? AND deleted_at IS NULL", (event.at, row["id"])
            )
        case ReactionEvent():
            _react(scene.connection, row["id"], event)
    scene.touched.add(row["conversation_id"])
    return True


def _edit(scene: ChatScene, row: sqlite3.Row, event: EditedEvent) -> None:
    """The newest text shows, the earlier ones stay in the history, whatever order the edits come in."""
    connection, at = scene.connection, event.at
    kept = connection.execute("SELECT text FROM body WHERE message_id = ?", (row["id"],)).fetchone()[0]
    if at <= (row["edited_at"] or row["at"] - 1):
        if kept != event.text:
            connection.execute("INSERT OR IGNORE INTO message_edit VALUES (?, ?, ?)", (row["id"], at, event.text))
        return
    if kept != event.text:
        connection.execute("INSERT OR IGNORE INTO message_edit VALUES (?, ?, ?)", (row["id"], at, kept))
        fulltext.remove(connection, fulltext.searchable(connection, [row["id"]]))
        connection.execute("UPDATE body SET text = ?, blocks = x'' WHERE message_id = ?", (event.text, row["id"]))
        connection.execute(
            "UPDATE message SET preview = ?, edited_at = ? WHERE id = ?", (preview_of(event.text), at, row["id"])
        )
        fulltext.add(connection, fulltext.searchable(connection, [row["id"]]))


def _react(connection: sqlite3.Connection, message_id: int, event: ReactionEvent) -> None:
    """Ours are kept as ours, whoever the channel says that we are: what was put here and comes back is one."""
    who = US if event.ours else event.person.address
    mine = "message_id = ? AND (address = ? OR (ours = 1 AND ?))"
    if event.whole:
        kept = ", ".join("?" * len(event.emoji))
        connection.execute(
            f"DELETE FROM reaction WHERE {mine} AND (emoji NOT IN ({kept}) OR address <> ?)",
            (message_id, who, event.ours, *event.emoji, who),
        )
    for emoji in (one[:64] for one in event.emoji if one):
        if event.added:
            connection.execute(
                "INSERT OR IGNORE INTO reaction VALUES (?, ?, ?, ?, ?, ?)",
                (message_id, who, emoji, event.person.name, event.at, event.ours),
            )
        else:
            connection.execute(f"DELETE FROM reaction WHERE {mine} AND emoji = ?", (message_id, who, event.ours, emoji))


def apply_receipt(scene: ChatScene, event: ReceiptEvent) -> bool:
    """Note how far messages of ours have come. False when the one it is about is not here."""
    if event.state not in _STATES:
        return True
    rows = _about(scene, event)
    for row in rows:
        if _further(row["delivery"], event.state):
            scene.connection.execute(
                "UPDATE message SET delivery = ?, delivery_detail = ? WHERE id = ?",
                (event.state, event.detail, row["id"]),
            )
            scene.touched.add(row["conversation_id"])
    return bool(rows) or not event.remote_id


def _further(had: str, state: str) -> bool:
    if state == Delivery.FAILED:
        return had not in (Delivery.FAILED, Delivery.DELIVERED, Delivery.READ)
    return _FAR.get(had, 0) < _FAR[state]


def _about(scene: ChatScene, event: ReceiptEvent) -> list[sqlite3.Row]:
    if event.remote_id:
        row = scene.message(event.remote_id) or echo.proved(scene, event)
        return [row] if row is not None and row["class"] in ("human", "machine") else []
    conversation = scene.conversation(event.conversation)
    if conversation is None or event.up_to is None:
        return []
    return scene.connection.execute(
        "SELECT * FROM message WHERE conversation_id = ? AND class = 'human' AND remote_id <> '' AND at <= ?"
        " AND delivery IN ('sent', 'delivered')",
        (conversation["id"], event.up_to),
    ).fetchall()
