"""Files of a channel's messages: a row each, and an order to fetch those whose links end."""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from omnitui.core.channel_events import RemoteFile
from omnitui.core.text.clean import safe_name
from omnitui.store import feed, outbox
from omnitui.store.chat.scene import ChatScene
from omnitui.store.outbox import OutboxItem
from omnitui.store.select import Select


@dataclass(frozen=True, slots=True)
class WantedFile:
    """A file that is still at the other side."""

    id: int
    message_id: int
    conversation_id: int
    ref: str
    size: int


def add(scene: ChatScene, message_id: int, conversation_id: int, files: Sequence[RemoteFile]) -> None:
    """Note the files of a message; where links end, they are ordered at once."""
    for number, file in enumerate(files, 1):
        name = safe_name(file.name, f"file {number}")
        row = scene.connection.execute(
            "INSERT INTO attachment(message_id, part, name, type, size, here, width, height)"
            " VALUES (?, ?, ?, ?, ?, 0, ?, ?) RETURNING id",
            (message_id, file.ref, name, file.type[:120], max(0, file.size), file.width, file.height),
        ).fetchone()
        if file.lost:
            _note_loss(scene.connection, message_id, f"{name} cannot be had: {file.lost}")
        elif scene.account.links_expire:
            item = OutboxItem(
                uuid.uuid5(uuid.NAMESPACE_OID, f"fetch {scene.account.name} {row['id']}").hex, "fetch",
                scene.account.id, conversation_id, message_id, {"attachment_id": row["id"]}, created_at=scene.now,
            )  # fmt: skip
            outbox.enqueue(scene.connection, item)


def wanted(attachment_id: int) -> Select[WantedFile]:
    """A file that is not here yet; nothing when it is, or when it is lost."""
    return Select(
        "SELECT a.id, a.message_id, m.conversation_id, a.part, a.size FROM attachment a"
        " JOIN message m ON m.id = a.message_id WHERE a.id = ? AND a.here = 0",
        (attachment_id,),
        lambda row: WantedFile(*row),
    )


def arrived(connection: sqlite3.Connection, file: WantedFile, sha256: str, size: int) -> None:
    """The file is in place, under its hash."""
    connection.execute("UPDATE attachment SET here = 1, sha256 = ?, size = ? WHERE id = ?", (sha256, size, file.id))
    feed.note(connection, [file.conversation_id])


def lost(connection: sqlite3.Connection, file: WantedFile, why: str) -> None:
    """The file cannot be had any more: said on the message."""
    name = connection.execute("SELECT name FROM attachment WHERE id = ?", (file.id,)).fetchone()[0]
    _note_loss(connection, file.message_id, f"{name} cannot be had: {why}")
    feed.note(connection, [file.conversation_id])


def _note_loss(connection: sqlite3.Connection, message_id: int, words: str) -> None:
    row = connection.execute("SELECT notices FROM message WHERE id = ?", (message_id,)).fetchone()
    notices = json.loads(row[0])
    if words not in notices:
        connection.execute(
            "UPDATE message SET notices = ? WHERE id = ?",
            (json.dumps([*notices, words], ensure_ascii=False), message_id),
        )
