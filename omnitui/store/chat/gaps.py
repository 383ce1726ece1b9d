"""Times between which something may be missing: a line in the thread, until it has been filled."""

from __future__ import annotations

import sqlite3

from omnitui.core.channel_events import GapEvent
from omnitui.store.chat.scene import ChatScene

MOST = 500
"""Conversations in which a gap of a whole account is shown: the ones that are at work, latest first."""


def apply_gap(scene: ChatScene, event: GapEvent) -> None:
    """Show the gap in its conversation, or in every one at work; or note that it was filled."""
    for row in _where(scene, event):
        if event.filled:
            _fill(scene, row["id"], event)
        else:
            _open(scene, row["id"], event)
        scene.touched.add(row["id"])


def _where(scene: ChatScene, event: GapEvent) -> list[sqlite3.Row]:
    if event.conversation:
        row = scene.conversation(event.conversation)
        return [row if row is not None else scene.begin(event.conversation, event.until)]
    return scene.connection.execute(
        "SELECT * FROM conversation WHERE account_id = ? AND merged_into IS NULL"
        " AND state IN ('open', 'pending', 'snoozed') ORDER BY last_at DESC LIMIT ?",
        (scene.account.id, MOST),
    ).fetchall()


def _open(scene: ChatScene, conversation_id: int, event: GapEvent) -> None:
    known = scene.connection.execute(
        "SELECT 1 FROM gap WHERE conversation_id = ? AND since = ? AND until = ?",
        (conversation_id, event.since, event.until),
    ).fetchone()
    if known is not None:
        return
    message_id = scene.ids.take(event.since)
    words = f"Something may be missing here: {event.reason}"
    scene.connection.execute(
        "INSERT INTO message(id, account_id, conversation_id, mid, class, kind, preview, at, fetched_at, seen)"
        " VALUES (?, ?, ?, ?, 'system', 'gap', ?, ?, ?, 1)",
        (
            message_id, scene.account.id, conversation_id,
            f"gap {conversation_id} {event.since} {event.until} {scene.account.name}", words[:160], event.since,
            scene.now,
        ),
    )  # fmt: skip
    scene.connection.execute("INSERT INTO body(message_id, text, blocks) VALUES (?, ?, x'')", (message_id, words))
    scene.connection.execute(
        "INSERT INTO gap(account_id, conversation_id, message_id, since, until, reason) VALUES (?, ?, ?, ?, ?, ?)",
        (scene.account.id, conversation_id, message_id, event.since, event.until, event.reason),
    )


def _fill(scene: ChatScene, conversation_id: int, event: GapEvent) -> None:
    rows = scene.connection.execute(
        "UPDATE gap SET filled = 1 WHERE conversation_id = ? AND since >= ? AND until <= ? AND filled = 0"
        " RETURNING message_id",
        (conversation_id, event.since, event.until),
    ).fetchall()
    for row in rows:
        words = "What was missing here has been fetched"
        scene.connection.execute("UPDATE message SET preview = ? WHERE id = ?", (words, row[0]))
        scene.connection.execute("UPDATE body SET text = ? WHERE message_id = ?", (words, row[0]))
