"""A message of ours comes back from the channel: it is the outbox item that we know, not a second message.

Known by our own key where the channel gives it back; else by its words, where an item of this conversation is on its
way or nobody knows what became of it. The words alone never match what was settled before.
"""

from __future__ import annotations

import sqlite3

from omnitui.core.channel_events import Direction, MessageEvent, ReceiptEvent
from omnitui.core.times import MINUTE
from omnitui.store import sending
from omnitui.store.chat import files
from omnitui.store.chat.begun import adopt
from omnitui.store.chat.scene import ChatScene, remote_of

AHEAD = 5 * MINUTE
"""How far a channel's clock may be behind ours."""
_ITEM = "SELECT * FROM outbox WHERE kind = 'send' AND account_id = ?"
_ON_ITS_WAY = " AND phase = 'dot' AND state IN ('sending', 'unknown', 'asking')"


def merged(scene: ChatScene, event: MessageEvent) -> sqlite3.Row | None:
    """The row of our message that this is the echo of, settled as sent; None when it is none."""
    if event.direction not in (Direction.OUT, Direction.NOTE, Direction.AUTO):
        return None
    item = _by_key(scene, event) or _by_words(scene, event)
    if item is None or item["message_id"] is None:
        return None
    take_id(scene.connection, item["message_id"], event.remote_id)
    sending.settle_sent(scene.connection, item["id"], sending.SEEN_AGAIN, event.at, copy=False)
    row = scene.message(event.remote_id)
    if row is not None:
        if not remote_of(scene.connection, row["conversation_id"]):
            adopt(scene.connection, scene.account.id, event.conversation, row["conversation_id"])
        scene.touched.add(row["conversation_id"])
        known = scene.connection.execute("SELECT count(*) FROM attachment WHERE message_id = ?", (row["id"],))
        if event.files and not known.fetchone()[0]:
            files.add(scene, row["id"], row["conversation_id"], event.files)
    return row


def proved(scene: ChatScene, event: ReceiptEvent) -> sqlite3.Row | None:
    """The row of our message that a receipt names by our own key, while nobody knew whether it went out: it is sent.
    None where the receipt names none."""
    if not event.key or not event.remote_id:
        return None
    item = scene.connection.execute(f"{_ITEM} AND id = ?{_ON_ITS_WAY}", (scene.account.id, event.key)).fetchone()
    if item is None or item["message_id"] is None:
        return None
    take_id(scene.connection, item["message_id"], event.remote_id)
    sending.settle_sent(scene.connection, item["id"], sending.SEEN_AGAIN, event.at, copy=False)
    row = scene.message(event.remote_id)
    if row is not None and event.conversation:
        scene.connection.execute(
            "INSERT OR IGNORE INTO remote_conversation VALUES (?, ?, ?)",
            (scene.account.id, event.conversation, row["conversation_id"]),
        )
        scene.touched.add(row["conversation_id"])
    return row


def take_id(connection: sqlite3.Connection, message_id: int, remote_id: str) -> None:
    """Our message has this id at the channel. Where its echo was stored as a message of its own, that one goes."""
    if not remote_id:
        return
    twin = connection.execute(
        "SELECT t.id, t.delivery FROM message m JOIN message t ON t.account_id = m.account_id AND t.remote_id = ?"
        " WHERE m.id = ? AND t.id <> m.id AND m.remote_id = ''",
        (remote_id, message_id),
    ).fetchone()
    if twin is not None:
        _absorb(connection, message_id, twin["id"])
    connection.execute(
        "UPDATE message SET remote_id = ? WHERE id = ? AND remote_id = '' AND NOT EXISTS (SELECT 1 FROM message t"
        " WHERE t.account_id = message.account_id AND t.remote_id = ?)",
        (remote_id, message_id, remote_id),
    )


def _absorb(connection: sqlite3.Connection, into: int, twin: int) -> None:
    from omnitui.store import fulltext

    fulltext.remove(connection, fulltext.searchable(connection, [twin]))
    connection.execute("UPDATE OR IGNORE reaction SET message_id = ? WHERE message_id = ?", (into, twin))
    connection.execute("UPDATE attachment SET message_id = ? WHERE message_id = ?", (into, twin))
    connection.execute("DELETE FROM message WHERE id = ?", (twin,))


def _by_key(scene: ChatScene, event: MessageEvent) -> sqlite3.Row | None:
    if not event.key:
        return None
    row: sqlite3.Row | None = scene.connection.execute(f"{_ITEM} AND id = ?", (scene.account.id, event.key)).fetchone()
    return row


def _by_words(scene: ChatScene, event: MessageEvent) -> sqlite3.Row | None:
    conversation = scene.conversation(event.conversation)
    if conversation is None or not event.text.strip():
        return None
    rows = scene.connection.execute(
        f"{_ITEM} AND conversation_id = ?{_ON_ITS_WAY} AND created_at <= ? ORDER BY created_at",
        (scene.account.id, conversation["id"], event.at + AHEAD),
    ).fetchall()
    return next((row for row in rows if _same_words(scene.connection, row["message_id"], event.text)), None)


def _same_words(connection: sqlite3.Connection, message_id: int | None, text: str) -> bool:
    row = connection.execute("SELECT text FROM body WHERE message_id = ?", (message_id,)).fetchone()
    return row is not None and row[0].split() == text.split()
