"""What the other side says of a conversation: its state, whose it is, tags, whether it lets us answer.

What was changed here and has not reached the other side yet goes before what it says (`pending`).
"""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from omnitui.core.channel_events import ConversationEvent
from omnitui.core.models import State
from omnitui.store.apply.fields import set_tags, tags_of
from omnitui.store.chat import people
from omnitui.store.chat.scene import ChatScene
from omnitui.store.events import record_event

_STATES = frozenset({State.OPEN, State.PENDING, State.SNOOZED, State.CLOSED})


def apply_standing(scene: ChatScene, event: ConversationEvent) -> None:
    """Take over what the other side says; a conversation without messages is made, and hidden until one comes."""
    names = (event.conversation, *event.also)
    row = next((found for name in names if (found := scene.conversation(name)) is not None), None)
    if row is None:
        row = scene.begin(event.conversation, event.at, event.title or "")
    if event.also:
        scene.connection.executemany(
            "INSERT OR IGNORE INTO remote_conversation VALUES (?, ?, ?)",
            [(scene.account.id, name, row["id"]) for name in names],
        )
    _columns(scene, row, event)
    people.take_part(scene, row["id"], event.people, event.at)
    waits = pending(scene.connection, row["id"])
    if event.state in _STATES and "state" not in waits:
        _state(scene, row, event)
    if event.assignee is not None and "assign" not in waits and event.assignee != row["assignee"]:
        _set(scene, row, "assignee", event.assignee)
    if event.priority is not None and "priority" not in waits and event.priority != row["priority"]:
        _set(scene, row, "priority", min(2, max(-1, event.priority)))
    if event.tags is not None and "tags" not in waits:
        _tags(scene, row, event.tags)
    if event.merged_into:
        _follow(scene, event)
    scene.touched.add(row["id"])


def pending(connection: sqlite3.Connection, conversation_id: int) -> set[str]:
    """Kinds of changes of ours that have not reached the other side."""
    rows = connection.execute(
        "SELECT payload FROM outbox WHERE conversation_id = ? AND kind = 'act'"
        " AND state IN ('held', 'queued', 'sending')",
        (conversation_id,),
    )
    return {json.loads(row[0])["kind"] for row in rows}


def _columns(scene: ChatScene, row: sqlite3.Row, event: ConversationEvent) -> None:
    given: dict[str, Any] = {"room": event.title, "barred": event.barred, "url": event.url}
    given["capabilities"] = event.capabilities
    wanted = {name: value for name, value in given.items() if value is not None and value != row[name]}
    if wanted:
        names = ", ".join(f"{name} = ?" for name in wanted)
        scene.connection.execute(f"UPDATE conversation SET {names} WHERE id = ?", (*wanted.values(), row["id"]))


def _state(scene: ChatScene, row: sqlite3.Row, event: ConversationEvent) -> None:
    until = event.snoozed_until if event.state == State.SNOOZED else None
    if (row["state"], row["snoozed_until"]) == (event.state, until) or row["state"] == State.SPAM:
        return
    wait_from = max(row["wait_from"], event.at) if event.state == State.CLOSED else row["wait_from"]
    scene.connection.execute(
        "UPDATE conversation SET state = ?, snoozed_until = ?, wait_from = ? WHERE id = ?",
        (event.state, until, wait_from, row["id"]),
    )
    if row["id"] not in scene.created:
        payload = {"state": event.state, "was": row["state"]}
        record_event(scene.connection, row["id"], "state elsewhere", payload, scene.now)


def _set(scene: ChatScene, row: sqlite3.Row, column: str, value: Any) -> None:
    scene.connection.execute(f"UPDATE conversation SET {column} = ? WHERE id = ?", (value, row["id"]))
    if row["id"] not in scene.created:
        payload = {column: value, "was": row[column]}
        record_event(scene.connection, row["id"], f"{column} elsewhere", payload, scene.now)


def _tags(scene: ChatScene, row: sqlite3.Row, tags: tuple[str, ...]) -> None:
    wanted = {"-".join(tag.lower().split())[:64] for tag in tags if tag.strip()}
    found = tags_of(scene.connection, row["id"])
    if wanted != set(found):
        set_tags(scene.connection, row["id"], wanted)
        if row["id"] not in scene.created:
            payload = {"tags": sorted(wanted), "was": found}
            record_event(scene.connection, row["id"], "tags elsewhere", payload, scene.now)


def _follow(scene: ChatScene, event: ConversationEvent) -> None:
    """The other side goes on with it under another id (a group became a supergroup): the same conversation here."""
    known = scene.connection.execute(
        "SELECT conversation_id FROM remote_conversation WHERE account_id = ? AND remote = ?",
        (scene.account.id, event.conversation),
    ).fetchone()
    scene.connection.execute(
        "INSERT OR IGNORE INTO remote_conversation VALUES (?, ?, ?)",
        (scene.account.id, event.merged_into, known[0]),
    )
