"""Operations on one field of a conversation: state, priority, assignee, tags, star, read and unread.

An inverse carries what its operation had set (`if`): it takes back only what is still so, and leaves alone what
somebody or the customer has changed since.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from typing import Any

from omnitui.core.operations import Operation, OpKind
from omnitui.store.apply import elsewhere, remote
from omnitui.store.apply.scene import Change, Scene


def apply_state(scene: Scene, operation: Operation) -> Change | None:
    """Open, pending, snoozed, closed or spam."""
    row, payload = scene.conversation(operation.target), operation.payload
    found, wanted = [row["state"], row["snoozed_until"]], [payload["state"], payload.get("until")]
    if found == wanted or payload.get("if", found) != found or _written_since(row, payload):
        return None
    scene.connection.execute("UPDATE conversation SET state = ?, snoozed_until = ? WHERE id = ?", (*wanted, row["id"]))
    back = {"state": found[0], "until": found[1], "if": wanted, "customer_at": row["last_customer_at"]}
    elsewhere.want(scene, row, "state", {"state": wanted[0], "until": wanted[1]})
    if payload.get("folder"):
        back["folder"] = remote.want_folder(scene, row["id"], payload["folder"])
    replaces = {"state": found[0], "until": found[1], "customer_at": row["last_customer_at"]}
    return Change(row["id"], replaces, Operation(OpKind.STATE, operation.target, back))


def _written_since(row: sqlite3.Row, payload: Mapping[str, Any]) -> bool:
    """Going back to a state in which nobody looks would bury what the customer has written since."""
    at = row["last_customer_at"]
    return payload["state"] != "open" and "customer_at" in payload and (at or 0) > (payload["customer_at"] or 0)


def apply_priority(scene: Scene, operation: Operation) -> Change | None:
    """Low to urgent."""
    return _set(scene, operation, "priority", "priority")


def apply_assign(scene: Scene, operation: Operation) -> Change | None:
    """To an agent, or to nobody."""
    return _set(scene, operation, "assignee", "assignee")


def _set(scene: Scene, operation: Operation, column: str, name: str) -> Change | None:
    row, payload = scene.conversation(operation.target), operation.payload
    found, wanted = row[column], payload[name]
    if found == wanted or payload.get("if", found) != found:
        return None
    scene.connection.execute(f"UPDATE conversation SET {column} = ? WHERE id = ?", (wanted, row["id"]))
    elsewhere.want(scene, row, {"assignee": "assign"}.get(column, column), {name: wanted})
    back = Operation(operation.kind, operation.target, {name: found, "if": wanted})
    return Change(row["id"], {name: found, "customer_at": row["last_customer_at"]}, back)


def apply_tag(scene: Scene, operation: Operation) -> Change | None:
    """Tags on and off; only those that were not so before are taken back."""
    row = scene.conversation(operation.target)
    found = tags_of(scene.connection, row["id"])
    added = [tag for tag in operation.payload.get("add", ()) if tag not in found]
    removed = [tag for tag in operation.payload.get("remove", ()) if tag in found and tag not in added]
    if not added and not removed:
        return None
    tags = {*found, *added} - {*removed}
    set_tags(scene.connection, row["id"], tags)
    elsewhere.want(scene, row, "tags", {"tags": sorted(tags)})
    back = Operation(OpKind.TAG, operation.target, {"add": removed, "remove": added})
    return Change(row["id"], {"tags": found}, back)


def tags_of(connection: sqlite3.Connection, conversation_id: int) -> list[str]:
    """A conversation's tags, sorted."""
    rows = connection.execute(
        "SELECT tag FROM conversation_tag WHERE conversation_id = ? ORDER BY tag", (conversation_id,)
    )
    return [row["tag"] for row in rows]


def set_tags(connection: sqlite3.Connection, conversation_id: int, tags: set[str]) -> None:
    """Give a conversation exactly these tags."""
    connection.execute("DELETE FROM conversation_tag WHERE conversation_id = ?", (conversation_id,))
    connection.executemany(
        "INSERT INTO conversation_tag VALUES (?, ?)", [(conversation_id, tag) for tag in sorted(tags)]
    )
    shown = f" {' '.join(sorted(tags))} " if tags else ""
    connection.execute("UPDATE conversation SET tags = ? WHERE id = ?", (shown, conversation_id))


def apply_star(scene: Scene, operation: Operation) -> Change | None:
    """A star; on the server it is \\Flagged on the customer's newest mail."""
    row, on = scene.conversation(operation.target), bool(operation.payload["on"])
    if bool(row["starred"]) is on:
        return None
    wanted = operation.payload.get("messages")
    if wanted is None:
        messages = _newest(scene, row["id"]) if on else _of(scene, row["id"], "flagged = 1")
    else:
        messages = _of(scene, row["id"], "mid IN (SELECT value FROM json_each(?))", json.dumps(wanted))
    messages = [message for message in messages if bool(message["flagged"]) is not on]
    scene.connection.execute("UPDATE conversation SET starred = ? WHERE id = ?", (on, row["id"]))
    _mark(scene, messages, "flagged", on)
    remote.want_flag(scene, [message["id"] for message in messages], remote.FLAGGED, on)
    back = {"on": not on, "messages": [message["mid"] for message in messages]}
    return Change(row["id"], {"on": not on}, Operation(OpKind.STAR, operation.target, back))


def apply_seen(scene: Scene, operation: Operation) -> Change | None:
    """Read or unread; on the server it is \\Seen."""
    row, seen = scene.conversation(operation.target), bool(operation.payload["seen"])
    wanted = operation.payload.get("messages")
    if wanted is not None:
        messages = _of(scene, row["id"], "mid IN (SELECT value FROM json_each(?))", json.dumps(wanted))
    elif seen:
        messages = _of(scene, row["id"], "seen = 0 AND class IN ('customer', 'auto')")
    else:
        messages = _newest(scene, row["id"])
    messages = [message for message in messages if bool(message["seen"]) is not seen]
    if not messages:
        return None
    _mark(scene, messages, "seen", seen)
    remote.want_flag(scene, [message["id"] for message in messages], remote.SEEN, seen)
    if seen:
        elsewhere.want_read(scene, row)
    mids: dict[str, Any] = {"messages": [message["mid"] for message in messages]}
    return Change(row["id"], mids, Operation(OpKind.SEEN, operation.target, {"seen": not seen, **mids}))


def _of(scene: Scene, conversation_id: int, condition: str, *params: str) -> list[sqlite3.Row]:
    return scene.connection.execute(
        f"SELECT id, mid, seen, flagged FROM message WHERE conversation_id = ? AND {condition} ORDER BY id",
        (conversation_id, *params),
    ).fetchall()


def _newest(scene: Scene, conversation_id: int) -> list[sqlite3.Row]:
    return scene.connection.execute(
        "SELECT id, mid, seen, flagged FROM message WHERE conversation_id = ? AND class IN ('customer', 'auto')"
        " ORDER BY class = 'customer' DESC, at DESC, id DESC LIMIT 1",
        (conversation_id,),
    ).fetchall()


def _mark(scene: Scene, messages: list[sqlite3.Row], column: str, on: bool) -> None:
    scene.connection.executemany(
        f"UPDATE message SET {column} = ? WHERE id = ?", [(on, message["id"]) for message in messages]
    )
