"""Messages that are written here: a note or an answer enters the thread and the search index at once."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

from omnitui.core.blocks import blocks_to_json
from omnitui.core.channels import EMAIL
from omnitui.core.mail import Address
from omnitui.core.people import people_json
from omnitui.core.text.clean import safe_text
from omnitui.core.text.plain import blocks_from_text
from omnitui.core.text.quoting import split_reply
from omnitui.store import fulltext
from omnitui.store.apply.scene import Scene

NOBODY = Address("", "")
PREVIEW = 160
"""Characters of a message shown in the list."""


@dataclass(frozen=True, slots=True)
class OwnMessage:
    """What a note or an answer is made of. `class_` is note or human."""

    mid: str
    class_: str
    text: str
    author: str
    at: int
    sender: Address = NOBODY
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()
    subject: str = ""
    preview: str = ""
    omni_id: str = ""
    in_reply_to: str = ""
    refs: str = ""
    join_reason: str = ""
    join_detail: str = ""
    id: int | None = None
    """The number it had before it was taken back; it gets it again where that is still free."""


def insert(scene: Scene, conversation: sqlite3.Row, message: OwnMessage) -> int:
    """Put it into the thread; returns its id."""
    scene.touched.add(conversation["id"])
    kind = "note" if message.class_ == "note" else "mail" if conversation["channel"] == EMAIL else "chat"
    text = safe_text(message.text)
    id_ = _number(scene, message)
    scene.connection.execute(
        "INSERT INTO message (id, account_id, conversation_id, mid, class, kind, author, from_name, from_address,"
        " people, subject, preview, at, sent_at, fetched_at, composed_at, seen, size, in_reply_to, refs, join_reason,"
        " join_detail, omni_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?)",
        (
            id_, conversation["account_id"], conversation["id"], message.mid, message.class_, kind,
            safe_text(message.author, lines=False), safe_text(message.sender.name, lines=False), message.sender.email,
            people_json(to=message.to, cc=message.cc, bcc=message.bcc), safe_text(message.subject, lines=False),
            preview_of(message.preview or message.text), message.at, message.at, message.at, message.at,
            len(text.encode()), message.in_reply_to, message.refs, message.join_reason,
            message.join_detail, message.omni_id,
        ),
    )  # fmt: skip
    scene.connection.execute(
        "INSERT INTO body (message_id, text, blocks) VALUES (?, ?, ?)", (id_, text, blocks_of(text))
    )
    fulltext.add(scene.connection, fulltext.searchable(scene.connection, [id_]))
    return id_


def is_known(scene: Scene, conversation: sqlite3.Row, mid: str) -> bool:
    """It is in the store already: an operation that comes twice is done once."""
    found = scene.connection.execute(
        "SELECT 1 FROM message WHERE account_id = ? AND mid = ?", (conversation["account_id"], mid)
    ).fetchone()
    return found is not None


def _number(scene: Scene, message: OwnMessage) -> int:
    taken = scene.connection.execute("SELECT 1 FROM message WHERE id = ?", (message.id,)).fetchone()
    return scene.message_id(message.at) if message.id is None or taken else message.id


def change_text(scene: Scene, message_id: int, text: str) -> None:
    """Another text for a note."""
    connection = scene.connection
    text = safe_text(text)
    fulltext.remove(connection, fulltext.searchable(connection, [message_id]))
    connection.execute("UPDATE body SET text = ?, blocks = ? WHERE message_id = ?", (text, blocks_of(text), message_id))
    connection.execute(
        "UPDATE message SET preview = ?, size = ? WHERE id = ?", (preview_of(text), len(text.encode()), message_id)
    )
    fulltext.add(connection, fulltext.searchable(connection, [message_id]))


def delete(scene: Scene, message_ids: Iterable[int]) -> None:
    """Out of the thread and the index."""
    ids = list(message_ids)
    fulltext.remove(scene.connection, fulltext.searchable(scene.connection, ids))
    scene.connection.executemany("DELETE FROM message WHERE id = ?", [(id_,) for id_ in ids])


def preview_of(text: str) -> str:
    """The first words, on one line."""
    return safe_text(text[: PREVIEW * 4], lines=False)[:PREVIEW]


def blocks_of(text: str) -> bytes:
    """The text as stored blocks, what is quoted folded."""
    return zlib.compress(blocks_to_json(split_reply(blocks_from_text(text))).encode())
