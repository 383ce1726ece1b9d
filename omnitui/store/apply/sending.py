"""An answer goes to the outbox, and comes back from there as the draft it was."""

from __future__ import annotations

import json
import sqlite3

from omnitui.core.errors import NotFound, Refused
from omnitui.core.operations import Operation, OpKind
from omnitui.core.outgoing import Outgoing, from_json
from omnitui.core.times import Instant
from omnitui.store import identities, outbox
from omnitui.store.apply import drafts, own_messages
from omnitui.store.apply.own_messages import OwnMessage
from omnitui.store.apply.scene import Change, Scene
from omnitui.store.outbox import OutboxItem


def apply_send(scene: Scene, operation: Operation) -> Change | None:
    """The frozen answer enters outbox and thread at once; its draft goes."""
    payload, connection = operation.payload, scene.connection
    mail = from_json(json.dumps(payload["outgoing"]))
    created = _begin(scene, operation)
    row = scene.conversation(operation.target)
    if own_messages.is_known(scene, row, mail.mid):
        return None
    message_id = own_messages.insert(scene, row, _message(mail, payload["author"], payload.get("message")))
    people = _take_part(connection, row, mail)
    connection.execute("INSERT OR IGNORE INTO reference VALUES (?, ?, ?)", (row["account_id"], mail.mid, row["id"]))
    if payload["draft"]:
        connection.execute("DELETE FROM draft WHERE id = ?", (payload["draft"]["id"],))
    not_before, unless_reply = Instant(payload["not_before"]), payload.get("unless_reply", False)
    outbox.enqueue(
        connection,
        OutboxItem(
            mail.id,
            "send",
            row["account_id"],
            row["id"],
            message_id,
            {
                **payload["outgoing"],
                **({"unless_reply": True} if unless_reply else {}),
                **({"chat": payload["chat"]} if "chat" in payload else {}),
            },
            mail.mid,
            state="held" if not_before > mail.date else "queued",
            step_id=scene.step_id,
            not_before=not_before,
            saw_at=Instant(payload["saw_at"]),
            detail="unless they reply" if unless_reply else "",
            created_at=mail.date,
        ),
    )
    back = {"people": people, "created": created, "again": dict(payload)}
    return Change(row["id"], {}, Operation(OpKind.UNSEND, mail.mid, back))


def _begin(scene: Scene, operation: Operation) -> bool:
    """The conversation that a new mail begins: it waits for the customer."""
    account = operation.payload.get("account")
    known = scene.connection.execute("SELECT 1 FROM conversation WHERE key = ?", (operation.target,)).fetchone()
    if account is None or known is not None:
        return False
    scene.connection.execute(
        "INSERT INTO conversation (id, key, account_id, channel, state)"
        " SELECT ?, ?, id, channel, 'pending' FROM account WHERE name = ?",
        (operation.payload.get("id"), operation.target, account),
    )
    return True


def _message(mail: Outgoing, author: str, number: int | None) -> OwnMessage:
    return OwnMessage(
        mail.mid,
        "human",
        mail.text,
        author,
        mail.date,
        mail.sender,
        mail.to,
        mail.cc,
        mail.bcc,
        mail.subject,
        mail.body,
        mail.id,
        json.dumps(list(mail.in_reply_to)),
        json.dumps(list(mail.references)),
        "in-reply-to" if mail.in_reply_to else "root",
        mail.in_reply_to[0] if mail.in_reply_to else "",
        number,
    )


def _take_part(connection: sqlite3.Connection, row: sqlite3.Row, mail: Outgoing) -> list[int]:
    addresses = [identities.key(address, row["channel"]) for address in mail.recipients]
    rows = connection.execute(
        "INSERT OR IGNORE INTO conversation_identity SELECT ?, id FROM identity WHERE channel = ?"
        " AND address IN (SELECT value FROM json_each(?)) RETURNING identity_id",
        (row["id"], row["channel"], json.dumps(addresses)),
    )
    return sorted(row["identity_id"] for row in rows.fetchall())


def apply_unsend(scene: Scene, operation: Operation) -> Change | None:
    """Out of the outbox and the thread; the draft is there again. Raises Refused once a worker may have sent it."""
    payload, connection = operation.payload, scene.connection
    try:
        row = scene.message(operation.target)
    except NotFound:
        return None  # taken back already: it was to leave only if they did not reply
    conversation = row["conversation_id"]
    if not outbox.withdraw(connection, row["omni_id"]):
        raise Refused("It is on its way or has gone out: it cannot be taken back")
    own_messages.delete(scene, [row["id"]])
    connection.execute("DELETE FROM reference WHERE account_id = ? AND mid = ?", (row["account_id"], row["mid"]))
    connection.execute(
        "DELETE FROM conversation_identity WHERE conversation_id = ?"
        " AND identity_id IN (SELECT value FROM json_each(?))",
        (conversation, json.dumps(payload["people"])),
    )
    again = {**payload["again"], "message": row["id"]}
    (key,) = connection.execute("SELECT key FROM conversation WHERE id = ?", (conversation,)).fetchone()
    alone = connection.execute("SELECT 1 FROM message WHERE conversation_id = ?", (conversation,)).fetchone() is None
    if payload["created"] and alone:
        _end(scene, conversation)
        again["id"] = conversation
    if again["draft"]:
        drafts.restore(connection, again["draft"], part_of=again.get("part") or ())
    return Change(conversation, {}, Operation(OpKind.SEND, key, again))


def _end(scene: Scene, conversation_id: int) -> None:
    for table in ("conversation_identity", "conversation_tag"):
        scene.connection.execute(f"DELETE FROM {table} WHERE conversation_id = ?", (conversation_id,))
    scene.connection.execute("UPDATE draft SET conversation_id = NULL WHERE conversation_id = ?", (conversation_id,))
    scene.connection.execute("DELETE FROM conversation WHERE id = ?", (conversation_id,))
    scene.touched.discard(conversation_id)
