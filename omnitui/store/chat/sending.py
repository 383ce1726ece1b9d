"""What delivery by a channel asks and records. Each write is one transaction that carries the whole effect."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from omnitui.core.mail import Address
from omnitui.core.times import Instant
from omnitui.store import outbox, sending
from omnitui.store.chat import echo, refused
from omnitui.store.chat.begun import adopt
from omnitui.store.chat.scene import remote_of
from omnitui.store.connection import joined
from omnitui.store.outbox import OutboxItem
from omnitui.store.refresh import refresh
from omnitui.store.select import Select


def partner(conversation_id: int) -> Select[Address]:
    """Whom a chat is with: the customer who wrote last, else whoever takes part."""
    return Select(
        "SELECT i.name, i.address FROM conversation_identity ci JOIN identity i ON i.id = ci.identity_id"
        " WHERE ci.conversation_id = ?1 AND i.ours = 0 ORDER BY i.address = (SELECT from_address FROM message"
        " WHERE conversation_id = ?1 AND class = 'customer' ORDER BY at DESC, id DESC LIMIT 1) DESC, i.id LIMIT 1",
        (conversation_id,),
        lambda row: Address(row[0], row[1]),
    )


@dataclass(frozen=True, slots=True)
class Taken:
    """How the other side has taken a send: under which ids, where it has any, and whether a copy is to be filed."""

    remote_id: str = ""
    conversation: str = ""
    detail: str = ""
    copy: bool = False


def accepted(connection: sqlite3.Connection, item: OutboxItem, taken: Taken, now: Instant) -> None:
    """The channel has taken it."""
    with joined(connection):
        if item.message_id is not None:
            echo.take_id(connection, item.message_id, taken.remote_id)
        if taken.conversation and item.conversation_id is not None:
            adopt(connection, item.account_id, taken.conversation, item.conversation_id)
        sending.settle_sent(connection, item.id, taken.detail, now, copy=taken.copy)
        if item.conversation_id is not None:
            refresh(connection, [item.conversation_id])


def remote_conversation(connection: sqlite3.Connection, item: OutboxItem) -> str:
    """The channel's id of the item's conversation as it is now; empty: it is to begin one."""
    asked = str((item.payload.get("chat") or {}).get("conversation") or "")
    return asked or (remote_of(connection, item.conversation_id) if item.conversation_id is not None else "")


def remote_message(connection: sqlite3.Connection, item: OutboxItem) -> str:
    """The channel's id of the message that a change is about, as it is now."""
    row = connection.execute("SELECT remote_id FROM message WHERE id = ?", (item.message_id,)).fetchone()
    return str(item.payload.get("remote_id") or (row[0] if row else ""))


def gave_up(connection: sqlite3.Connection, item: OutboxItem, why: str, now: Instant) -> None:
    """A change could not be carried out: said on the item; what is shown here goes back to what the channel has."""
    with joined(connection):
        outbox.settle(connection, item.id, "failed", why, now)
        refused.take_back(connection, item, why)
        if item.conversation_id is not None:
            refresh(connection, [item.conversation_id])
