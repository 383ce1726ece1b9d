"""Operations on people: block a sender, mend a contact, say which addresses are one person."""

from __future__ import annotations

import sqlite3
from typing import Any

from omnitui.core.errors import Refused
from omnitui.core.operations import Operation, OpKind
from omnitui.store import feed
from omnitui.store.apply.scene import Change, Scene

_FIELDS = ("name", "organisation", "notes")


def apply_block(scene: Scene, operation: Operation) -> Change | None:
    """What a blocked sender writes is stored and hidden."""
    row, blocked = scene.identity(operation.target), bool(operation.payload["blocked"])
    if row["ours"]:
        raise Refused("This is an address of our own")
    if bool(row["blocked"]) is blocked:
        return None
    scene.connection.execute("UPDATE identity SET blocked = ? WHERE id = ?", (blocked, row["id"]))
    _touch(scene, row["id"])
    back = Operation(OpKind.BLOCK, operation.target, {"blocked": not blocked})
    return Change(None, {"blocked": not blocked}, back)


def apply_contact(scene: Scene, operation: Operation) -> Change | None:
    """Name, organisation or notes of whom an address belongs to."""
    contact = _contact_of(scene, scene.identity(operation.target)["contact_id"])
    wanted = {name: operation.payload[name] for name in _FIELDS if name in operation.payload}
    found = {name: contact[name] for name in wanted}
    if found == wanted or operation.payload.get("if", found) != found:
        return None
    for name, value in wanted.items():
        scene.connection.execute(f"UPDATE contact SET {name} = ? WHERE id = ?", (value, contact["id"]))
    rows = scene.connection.execute("SELECT id FROM conversation WHERE contact_id = ?", (contact["id"],))
    scene.touched.update(row["id"] for row in rows)
    _tell(scene)
    return Change(None, found, Operation(OpKind.CONTACT, operation.target, {**found, "if": wanted}))


def apply_identity(scene: Scene, operation: Operation) -> Change | None:
    """Let an address belong to another person, or to a person of its own.

    `contact` and `new` are local numbers that inverses carry: the person to go back to, the number to take again.
    """
    identity, payload, connection = scene.identity(operation.target), operation.payload, scene.connection
    found = identity["contact_id"]
    back: dict[str, Any] = {"contact": found}
    if "contact" in payload:
        wanted = payload["contact"]
        back = {"with": None, "new": payload["drop"]} if "drop" in payload else {"contact": found}
    elif payload.get("with") is None:
        wanted = _create(connection, identity, payload.get("new"))
        back["drop"] = wanted
    else:
        wanted = _contact_of(scene, scene.identity(payload["with"])["contact_id"])["id"]
    if wanted == found:
        return None
    connection.execute("UPDATE identity SET contact_id = ? WHERE id = ?", (wanted, identity["id"]))
    if "drop" in payload:
        connection.execute("DELETE FROM contact WHERE id = ?", (payload["drop"],))
    _touch(scene, identity["id"])
    _tell(scene)
    return Change(None, {"contact": found}, Operation(OpKind.IDENTITY, operation.target, back))


def apply_other_person(scene: Scene, operation: Operation) -> Change | None:
    """Two addresses are two people, whatever they have in common."""
    connection, on = scene.connection, bool(operation.payload["on"])
    pair = sorted(scene.identity(key)["id"] for key in (operation.target, operation.payload["than"]))
    if pair[0] == pair[1]:
        raise Refused("This is one and the same address")
    known = connection.execute("SELECT 1 FROM other_person WHERE one = ? AND two = ?", pair).fetchone() is not None
    if known is on:
        return None
    if on:
        connection.execute("INSERT INTO other_person VALUES (?, ?)", pair)
    else:
        connection.execute("DELETE FROM other_person WHERE one = ? AND two = ?", pair)
    for identity_id in pair:
        _touch(scene, identity_id)
    _tell(scene)
    back = Operation(OpKind.OTHER_PERSON, operation.target, {**operation.payload, "on": not on})
    return Change(None, {"on": not on}, back)


def _create(connection: sqlite3.Connection, identity: sqlite3.Row, number: int | None) -> int:
    free = connection.execute("SELECT 1 FROM contact WHERE id = ?", (number,)).fetchone() is None
    times = connection.execute(
        "SELECT first_at, last_at FROM contact WHERE id = ?", (identity["contact_id"],)
    ).fetchone()
    row = connection.execute(
        "INSERT INTO contact (id, name, first_at, last_at) VALUES (?, ?, ?, ?) RETURNING id",
        (number if free else None, identity["name"], *times),
    ).fetchone()
    return int(row["id"])


def _contact_of(scene: Scene, contact_id: int) -> sqlite3.Row:
    row: sqlite3.Row = scene.connection.execute("SELECT * FROM contact WHERE id = ?", (contact_id,)).fetchone()
    return row if row["merged_into"] is None else _contact_of(scene, row["merged_into"])


def _tell(scene: Scene) -> None:
    """People without a conversation are shown too."""
    feed.note(scene.connection, [feed.NOT_A_CONVERSATION])


def _touch(scene: Scene, identity_id: int) -> None:
    rows = scene.connection.execute(
        "SELECT conversation_id FROM conversation_identity WHERE identity_id = ?", (identity_id,)
    )
    scene.touched.update(row["conversation_id"] for row in rows)
