"""A change of ours that the other side does not take: what is shown goes back to what is there, and says why."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from omnitui.core.text.clean import safe_text
from omnitui.store import fulltext
from omnitui.store.apply.chats import US
from omnitui.store.apply.own_messages import preview_of
from omnitui.store.outbox import OutboxItem

_WHAT = {"edit": "The change", "delete": "Taking it back", "react": "The reaction"}


def take_back(connection: sqlite3.Connection, item: OutboxItem, why: str) -> None:
    """Undo here what was wished for a message, unless something else is wished by now. In the caller's transaction."""
    kind, value = str(item.payload.get("kind") or ""), item.payload.get("value") or {}
    if item.message_id is None or kind not in _WHAT:
        return
    if kind == "delete":
        connection.execute("UPDATE message SET deleted_at = NULL WHERE id = ?", (item.message_id,))
    elif kind == "react":
        _reaction(connection, item.message_id, value, int(item.created_at))
    else:
        _edit(connection, item.message_id, str(value.get("text") or ""))
    (kept,) = connection.execute("SELECT notices FROM message WHERE id = ?", (item.message_id,)).fetchone()
    words = f"{_WHAT[kind]} was not possible: {safe_text(why, lines=False)}"
    notices = [*(one for one in json.loads(kept) if one != words), words]
    connection.execute(
        "UPDATE message SET notices = ? WHERE id = ?", (json.dumps(notices, ensure_ascii=False), item.message_id)
    )


def _reaction(connection: sqlite3.Connection, message_id: int, value: dict[str, Any], at: int) -> None:
    emoji = str(value.get("emoji") or "")[:64]
    if value.get("added", True):
        connection.execute(
            "DELETE FROM reaction WHERE message_id = ? AND address = ? AND emoji = ?", (message_id, US, emoji)
        )
    elif emoji:
        connection.execute(
            "INSERT OR IGNORE INTO reaction VALUES (?, ?, ?, '', ?, 1)", (message_id, US, emoji, at)
        )  # fmt: skip


def _edit(connection: sqlite3.Connection, message_id: int, text: str) -> None:
    (shown,) = connection.execute("SELECT text FROM body WHERE message_id = ?", (message_id,)).fetchone()
    last = connection.execute(
        "SELECT at, text FROM message_edit WHERE message_id = ? ORDER BY at DESC LIMIT 1", (message_id,)
    ).fetchone()
    if last is None or shown.split() != text.split():
        return
    at, before = last
    fulltext.remove(connection, fulltext.searchable(connection, [message_id]))
    connection.execute("DELETE FROM message_edit WHERE message_id = ? AND at = ?", (message_id, at))
    connection.execute("UPDATE body SET text = ?, blocks = x'' WHERE message_id = ?", (before, message_id))
    connection.execute(
        "UPDATE message SET preview = ?2, size = ?3,"
        " edited_at = (SELECT max(at) FROM message_edit WHERE message_id = ?1) WHERE id = ?1",
        (message_id, preview_of(before), len(before.encode())),
    )
    fulltext.add(connection, fulltext.searchable(connection, [message_id]))
