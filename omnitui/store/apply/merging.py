"""Merge and split: messages change their conversation, and everything that hangs on them goes along.

A merged conversation stays as a row that leads to where its messages went; its tags and people stay on it, unseen.
"""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from omnitui.core.errors import Refused
from omnitui.core.models import State
from omnitui.core.operations import Operation, OpKind
from omnitui.store.apply.fields import set_tags, tags_of
from omnitui.store.apply.scene import Change, Scene

_LIVELIEST = (State.OPEN, State.PENDING, State.SNOOZED, State.CLOSED, State.SPAM)
_FIELDS = ("state", "snoozed_until", "assignee", "priority", "starred", "wait_from")


def apply_merge(scene: Scene, operation: Operation) -> Change | None:
    """The target becomes part of another: livelier state, higher priority, either's star and assignee, all tags."""
    gone = scene.conversation(operation.target, follow=False)
    into = scene.conversation(operation.payload["into"])
    if gone["id"] == into["id"] or gone["merged_into"] is not None:
        raise Refused("They are one conversation already")
    if gone["account_id"] != into["account_id"]:
        raise Refused("They belong to two accounts: link the contact instead")
    found = {name: into[name] for name in _FIELDS}
    merged = _merged(gone, into)
    moved = _move(scene.connection, gone["id"], into["id"])
    tags = tags_of(scene.connection, into["id"])
    more = [tag for tag in tags_of(scene.connection, gone["id"]) if tag not in tags]
    set_tags(scene.connection, into["id"], {*tags, *more})
    people = _join_people(scene.connection, gone["id"], into["id"])
    _set_fields(scene.connection, into["id"], merged)
    back = {"into": into["key"], "tags": more, "people": people, "fields": found, "if": merged, **moved}
    return Change(into["id"], {"fields": found}, Operation(OpKind.UNMERGE, gone["key"], back))


def _merged(gone: sqlite3.Row, into: sqlite3.Row) -> dict[str, Any]:
    alive = min(into, gone, key=lambda row: _LIVELIEST.index(row["state"]))
    return {
        "state": alive["state"],
        "snoozed_until": alive["snoozed_until"],
        "assignee": into["assignee"] or gone["assignee"],
        "priority": max(into["priority"], gone["priority"], key=lambda priority: (priority != 0, priority)),
        "starred": into["starred"] | gone["starred"],
        "wait_from": max(into["wait_from"], gone["wait_from"]),
    }


def _set_fields(connection: sqlite3.Connection, conversation_id: int, fields: dict[str, Any]) -> None:
    names = ", ".join(f"{name} = ?" for name in _FIELDS)
    connection.execute(
        f"UPDATE conversation SET {names} WHERE id = ?", (*(fields[name] for name in _FIELDS), conversation_id)
    )


def _move(connection: sqlite3.Connection, gone: int, into: int) -> dict[str, Any]:
    """Move what hangs on a conversation; returns what came from it, so that it finds back."""
    messages = connection.execute(
        "SELECT id, join_reason, join_detail FROM message WHERE conversation_id = ? ORDER BY id", (gone,)
    ).fetchall()
    moved: dict[str, Any] = {"messages": [list(row) for row in messages]}
    key = connection.execute("SELECT key FROM conversation WHERE id = ?", (gone,)).fetchone()[0]
    connection.execute(
        "UPDATE message SET conversation_id = ?, join_reason = 'merged', join_detail = ? WHERE conversation_id = ?",
        (into, key, gone),
    )
    for table, column in (("reference", "mid"), ("draft", "id"), ("outbox", "id")):
        rows = connection.execute(
            f"UPDATE {table} SET conversation_id = ? WHERE conversation_id = ? RETURNING {column}", (into, gone)
        )
        moved[table] = sorted(row[0] for row in rows.fetchall())
    rows = connection.execute(
        "UPDATE conversation SET merged_into = ? WHERE id = ? OR merged_into = ? RETURNING id", (into, gone, gone)
    )
    moved["pointing"] = sorted(row["id"] for row in rows.fetchall() if row["id"] != gone)
    return moved


def _join_people(connection: sqlite3.Connection, gone: int, into: int) -> list[int]:
    rows = connection.execute(
        "INSERT OR IGNORE INTO conversation_identity SELECT ?, identity_id FROM conversation_identity"
        " WHERE conversation_id = ? RETURNING identity_id",
        (into, gone),
    )
    return sorted(row["identity_id"] for row in rows.fetchall())


def apply_unmerge(scene: Scene, operation: Operation) -> Change | None:
    """What came from the target goes back to it; what came since stays where it is."""
    back, payload = scene.conversation(operation.target, follow=False), operation.payload
    into = scene.conversation(payload["into"])
    if back["merged_into"] is None:
        return None
    connection = scene.connection
    connection.executemany(
        "UPDATE message SET conversation_id = ?, join_reason = ?, join_detail = ? WHERE id = ? AND conversation_id = ?",
        [(back["id"], reason, detail, id_, into["id"]) for id_, reason, detail in payload["messages"]],
    )
    for table, column in (("reference", "mid"), ("draft", "id"), ("outbox", "id")):
        connection.execute(
            f"UPDATE {table} SET conversation_id = ? WHERE conversation_id = ?"
            f" AND {column} IN (SELECT value FROM json_each(?))",
            (back["id"], into["id"], json.dumps(payload[table])),
        )
    connection.execute("UPDATE conversation SET merged_into = NULL WHERE id = ?", (back["id"],))
    connection.execute(
        "UPDATE conversation SET merged_into = ? WHERE id IN (SELECT value FROM json_each(?))",
        (back["id"], json.dumps(payload["pointing"])),
    )
    set_tags(connection, into["id"], {*tags_of(connection, into["id"])} - {*payload["tags"]})
    connection.execute(
        "DELETE FROM conversation_identity WHERE conversation_id = ?"
        " AND identity_id IN (SELECT value FROM json_each(?))",
        (into["id"], json.dumps(payload["people"])),
    )
    still = {name: into[name] for name in _FIELDS}
    fields = {n: payload["fields"][n] if still[n] == payload["if"][n] else still[n] for n in _FIELDS}
    _set_fields(connection, into["id"], fields)
    return Change(back["id"], {}, Operation(OpKind.MERGE, back["key"], {"into": into["key"]}))


def apply_split(scene: Scene, operation: Operation) -> Change | None:
    """Some messages become a conversation of their own, open and with the same assignee."""
    whole, payload, connection = scene.conversation(operation.target), operation.payload, scene.connection
    wanted = json.dumps(list(payload["messages"]))
    messages = connection.execute(
        "SELECT id, mid, join_reason, join_detail FROM message WHERE conversation_id = ?"
        " AND mid IN (SELECT value FROM json_each(?)) ORDER BY id",
        (whole["id"], wanted),
    ).fetchall()
    (total,) = connection.execute("SELECT count(*) FROM message WHERE conversation_id = ?", (whole["id"],)).fetchone()
    if not messages or len(messages) == total:
        raise Refused("Nothing would be left on one side of the split")
    free = connection.execute("SELECT 1 FROM conversation WHERE id = ?", (payload.get("id"),)).fetchone() is None
    part = connection.execute(
        "INSERT INTO conversation (id, key, account_id, channel, assignee) VALUES (?, ?, ?, ?, ?) RETURNING id",
        (payload.get("id") if free else None, payload["key"], whole["account_id"], whole["channel"], whole["assignee"]),
    ).fetchone()[0]
    scene.touched.add(part)
    ids = json.dumps([message["id"] for message in messages])
    connection.execute(
        "UPDATE message SET conversation_id = ?, join_reason = 'split', join_detail = ?"
        " WHERE id IN (SELECT value FROM json_each(?))",
        (part, whole["key"], ids),
    )
    for table, column, chosen in (
        ("reference", "mid", wanted),
        ("draft", "message_id", ids),
        ("outbox", "message_id", ids),
    ):
        connection.execute(
            f"UPDATE {table} SET conversation_id = ? WHERE conversation_id = ?"
            f" AND {column} IN (SELECT value FROM json_each(?))",
            (part, whole["id"], chosen),
        )
    _people_of_part(connection, whole, part, ids)
    back = {"into": whole["key"], "messages": [[m["id"], m["join_reason"], m["join_detail"]] for m in messages]}
    return Change(whole["id"], {}, Operation(OpKind.UNSPLIT, payload["key"], back))


def _people_of_part(connection: sqlite3.Connection, whole: sqlite3.Row, part: int, message_ids: str) -> None:
    """Those of the whole conversation who wrote or got one of these messages."""
    connection.execute(
        "INSERT INTO conversation_identity SELECT ?, i.id FROM conversation_identity ci"
        " JOIN identity i ON i.id = ci.identity_id WHERE ci.conversation_id = ? AND EXISTS"
        " (SELECT 1 FROM message m WHERE m.id IN (SELECT value FROM json_each(?))"
        "  AND (i.channel = 'email' AND (lower(m.from_address) = i.address OR"
        "  instr(lower(m.people), '\"' || i.address || '\"')) OR m.from_address = i.address OR"
        "  instr(m.people, '\"' || i.address || '\"')))",
        (part, whole["id"], message_ids),
    )


def apply_unsplit(scene: Scene, operation: Operation) -> Change | None:
    """Everything goes back to where it was split from, and the part is no more."""
    part, connection = scene.conversation(operation.target, follow=False), scene.connection
    whole = scene.conversation(operation.payload["into"])
    mids = [
        m["mid"]
        for m in connection.execute("SELECT mid FROM message WHERE conversation_id = ? ORDER BY id", (part["id"],))
    ]
    connection.executemany(
        "UPDATE message SET conversation_id = ?, join_reason = ?, join_detail = ? WHERE id = ? AND conversation_id = ?",
        [(whole["id"], reason, detail, id_, part["id"]) for id_, reason, detail in operation.payload["messages"]],
    )
    for table in ("message", "reference", "draft", "outbox", "operation"):
        connection.execute(
            f"UPDATE {table} SET conversation_id = ? WHERE conversation_id = ?", (whole["id"], part["id"])
        )
    connection.execute("UPDATE conversation SET merged_into = ? WHERE merged_into = ?", (whole["id"], part["id"]))
    connection.execute(
        "INSERT OR IGNORE INTO conversation_identity SELECT ?, identity_id FROM conversation_identity"
        " WHERE conversation_id = ?",
        (whole["id"], part["id"]),
    )
    for table in ("conversation_identity", "conversation_tag"):
        connection.execute(f"DELETE FROM {table} WHERE conversation_id = ?", (part["id"],))
    connection.execute("DELETE FROM conversation WHERE id = ?", (part["id"],))
    scene.touched.discard(part["id"])
    again = {"messages": mids, "key": part["key"], "id": part["id"]}
    return Change(whole["id"], {}, Operation(OpKind.SPLIT, whole["key"], again))
