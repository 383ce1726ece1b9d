"""Who writes at this moment: told from worker to screen and from screen to worker, and over by itself.

Nothing of it is history. A row says until when it holds; who reads looks at the time, so that nobody has to end it.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from omnitui.core.channel_events import TypingEvent
from omnitui.core.times import SECOND, Instant
from omnitui.store import feed
from omnitui.store.chat.scene import ChatScene
from omnitui.store.connection import Cache, joined
from omnitui.store.select import Select

LASTS = 20 * SECOND
"""After that somebody of whom no more was heard is taken to have stopped."""
OURS_LASTS = 8 * SECOND
"""And one of us, whose screen says it again every few seconds."""
US = ""


@dataclass(frozen=True, slots=True)
class Writer:
    """Somebody who writes, as far as is known until then."""

    name: str
    until: Instant


@dataclass(frozen=True, slots=True)
class Told:
    """A chat in which one of us writes, by the channel's id."""

    conversation_id: int
    remote: str
    last: str = ""
    """The channel's id of what the customer wrote last: some channels are told of our writing as of an answer to it."""


def heard(scene: ChatScene, event: TypingEvent) -> None:
    """Somebody has begun or stopped. What is of the past, or of a chat that is not here, is of no interest."""
    row = scene.conversation(event.conversation)
    if row is None or scene.history or not event.person.address:
        return
    if not event.typing:
        stopped(scene.connection, row["id"], event.person.address)
        return
    # Said again and again while it goes on: the screens are told once in a while.
    changed = scene.connection.execute(
        "INSERT INTO writing VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET name = ?3, until = ?4 WHERE until < ?5",
        (row["id"], event.person.address, event.person.name, scene.now + LASTS, scene.now + LASTS // 2),
    ).rowcount
    if changed:
        scene.connection.execute("DELETE FROM writing WHERE until < ?", (scene.now,))
        feed.note(scene.connection, [row["id"]])


def stopped(connection: sqlite3.Connection, conversation_id: int, address: str) -> None:
    """They write no more: what they wrote is here, or they let it be."""
    if connection.execute(
        "DELETE FROM writing WHERE conversation_id = ? AND address = ?", (conversation_id, address)
    ).rowcount:
        feed.note(connection, [conversation_id])


def of_conversation(conversation_id: int, now: Instant) -> Select[Writer]:
    """Who but us writes in a conversation now."""
    return Select(
        "SELECT coalesce(nullif(name, ''), address), until FROM writing WHERE conversation_id = ? AND until > ?"
        " AND address <> '' ORDER BY 1",
        (conversation_id, now),
        lambda row: Writer(row[0], Instant(row[1])),
    )


def we_write(connection: Cache, conversation_id: int, now: Instant) -> None:
    """One of us writes in it now."""
    with joined(connection):
        connection.execute(
            "INSERT INTO writing(conversation_id, address, until) VALUES (?1, '', ?2)"
            " ON CONFLICT DO UPDATE SET until = ?2",
            (conversation_id, now + OURS_LASTS),
        )


def we_stopped(connection: Cache, conversation_id: int) -> None:
    """None of us writes in it any more."""
    with joined(connection):
        connection.execute("DELETE FROM writing WHERE conversation_id = ? AND address = ''", (conversation_id,))


def ours(account_id: int, now: Instant) -> Select[Told]:
    """The chats of an account in which one of us writes now."""
    return Select(
        "SELECT c.id, min(r.remote), coalesce((SELECT m.remote_id FROM message m WHERE m.conversation_id = c.id"
        "   AND m.class = 'customer' AND m.remote_id <> '' ORDER BY m.at DESC, m.id DESC LIMIT 1), '')"
        " FROM writing w JOIN conversation c ON c.id = w.conversation_id"
        " JOIN conversation x ON x.id = c.id OR x.merged_into = c.id"
        " JOIN remote_conversation r ON r.conversation_id = x.id AND r.account_id = c.account_id"
        " WHERE w.address = '' AND w.until > ? AND c.account_id = ? GROUP BY c.id",
        (now, account_id),
        lambda row: Told(*row),
    )
