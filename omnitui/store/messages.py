"""The messages of a thread: heads by keyset, bodies by id, attachments, and the bytes as they came."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from omnitui.core.blocks import blocks_from_json
from omnitui.core.mail import Address, Invitation
from omnitui.core.models import (
    AttachmentRow,
    ConversationId,
    Delivery,
    Edit,
    MessageBody,
    MessageClass,
    MessageId,
    ReactionMark,
    ThreadMessage,
)
from omnitui.core.people import people_of
from omnitui.core.text.own_words import blocks_of
from omnitui.core.times import Instant
from omnitui.store.select import Select

_COLUMNS = """m.id, m.conversation_id, m.mid, m.class, m.kind, m.author, m.from_name, m.from_address, m.people,
    m.subject, m.preview, m.at, m.sent_at, m.accepted_at, m.seen, m.size, m.attachment_count, m.join_reason,
    m.join_detail, m.delivery, m.delivery_detail, m.omni_id, m.notices, m.error,
    m.edited_at, m.deleted_at, m.in_reply_to,
    (SELECT json_group_array(json_array(r.emoji, r.name, r.ours)) FROM reaction r WHERE r.message_id = m.id) AS marks"""


@dataclass(frozen=True, slots=True)
class Original:
    """A mail as it came: `complete` is False while big parts of it are only on the server."""

    message_id: MessageId
    data: bytes
    complete: bool


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """A file that came with a mail; `sha256` is empty while it has never been here."""

    id: int
    name: str
    type: str
    size: int
    sha256: str


def thread(conversation_id: int, before: tuple[int, int] | None = None, limit: int = 50) -> Select[ThreadMessage]:
    """At most `limit` messages before `before`, an (`at`, `id`), newest first."""
    edge = "" if before is None else " AND (m.at, m.id) < (?, ?)"
    return Select(
        f"SELECT {_COLUMNS} FROM message m WHERE m.conversation_id = ?{edge} ORDER BY m.at DESC, m.id DESC LIMIT ?",
        [conversation_id, *(before or ()), limit],
        _message,
    )


def of_contact(contact_id: int, before: tuple[int, int] | None = None, limit: int = 50) -> Select[ThreadMessage]:
    """What was written in all conversations that a person takes part in: at most `limit` messages before `before`,
    newest first."""
    edge = "" if before is None else " AND (m.at, m.id) < (?, ?)"
    return Select(
        f"SELECT {_COLUMNS} FROM message m WHERE m.conversation_id IN"
        " (SELECT id FROM conversation WHERE contact_id = ? AND merged_into IS NULL UNION SELECT ci.conversation_id"
        " FROM identity i JOIN conversation_identity ci ON ci.identity_id = i.id WHERE i.contact_id = ?)"
        f"{edge} ORDER BY m.at DESC, m.id DESC LIMIT ?",
        [contact_id, contact_id, *(before or ()), limit],
        _message,
    )


def by_ids(ids: Iterable[int]) -> Select[ThreadMessage]:
    """These messages, newest first."""
    return Select(
        f"SELECT {_COLUMNS} FROM message m WHERE m.id IN (SELECT value FROM json_each(?))"
        " ORDER BY m.at DESC, m.id DESC",
        [json.dumps(list(ids))],
        _message,
    )


def bodies(message_ids: Iterable[int]) -> Select[MessageBody]:
    """What stands in these messages, in no order."""
    return Select(
        "SELECT message_id, text, blocks, invitation FROM body WHERE message_id IN (SELECT value FROM json_each(?))",
        [json.dumps(list(message_ids))],
        _body,
    )


def remote_id(message_id: int) -> Select[str]:
    """A message's id at its channel; empty for a mail, and for what the channel has not taken yet."""
    return Select("SELECT remote_id FROM message WHERE id = ?", [message_id], lambda row: str(row[0]))


def edits(message_id: int) -> Select[Edit]:
    """What a message said before, the oldest first."""
    return Select(
        "SELECT at, text FROM message_edit WHERE message_id = ? ORDER BY at",
        [message_id],
        lambda row: Edit(Instant(row["at"]), row["text"]),
    )


def attachments(message_ids: Iterable[int]) -> Select[AttachmentRow]:
    """The attachments of these messages, in the order of each mail."""
    return Select(
        "SELECT id, message_id, name, type, size, inline, here, width, height FROM attachment"
        " WHERE message_id IN (SELECT value FROM json_each(?)) ORDER BY message_id, id",
        [json.dumps(list(message_ids))],
        _attachment,
    )


def pictures(conversation_id: int) -> Select[AttachmentRow]:
    """The files of a conversation that may be pictures, the oldest first; none of a message that was taken back."""
    return Select(
        "SELECT a.id, a.message_id, a.name, a.type, a.size, a.inline, a.here, a.width, a.height"
        " FROM message m JOIN attachment a ON a.message_id = m.id WHERE m.conversation_id = ? AND m.deleted_at IS NULL"
        " AND (a.type LIKE 'image/%' OR a.type = 'application/octet-stream') ORDER BY m.at, m.id, a.id",
        [conversation_id],
        _attachment,
    )


def attachment(attachment_id: int) -> Select[ReceivedFile]:
    """One attachment with the hash by which its bytes are kept."""
    return Select(
        "SELECT id, name, type, size, sha256 FROM attachment WHERE id = ?",
        [attachment_id],
        lambda row: ReceivedFile(*tuple(row)),
    )


def references(message_id: int) -> Select[tuple[str, ...]]:
    """The Message-IDs that a message names in its References, oldest first."""
    return Select(
        "SELECT refs FROM message WHERE id = ?", [message_id], lambda row: tuple(json.loads(row["refs"] or "[]"))
    )


def original(message_id: int) -> Select[Original]:
    """The bytes as they came."""
    return Select("SELECT message_id, data, complete FROM original WHERE message_id = ?", [message_id], _original)


def original_of_attachment(attachment_id: int) -> Select[Original]:
    """The bytes of the mail that an attachment came with."""
    return Select(
        "SELECT o.message_id, o.data, o.complete FROM attachment a JOIN original o ON o.message_id = a.message_id"
        " WHERE a.id = ?",
        [attachment_id],
        _original,
    )


def _message(row: sqlite3.Row) -> ThreadMessage:
    people = people_of(row["people"])
    return ThreadMessage(
        id=MessageId(row["id"]),
        conversation_id=ConversationId(row["conversation_id"]),
        mid=row["mid"],
        class_=MessageClass(row["class"]),
        kind=row["kind"],
        author=row["author"],
        sender=Address(row["from_name"], row["from_address"]),
        to=people.get("to", ()),
        cc=people.get("cc", ()),
        bcc=people.get("bcc", ()),
        reply_to=people.get("reply_to", ()),
        subject=row["subject"],
        preview=row["preview"],
        at=row["at"],
        sent_at=row["sent_at"],
        accepted_at=row["accepted_at"],
        seen=bool(row["seen"]),
        size=row["size"],
        attachment_count=row["attachment_count"],
        join_reason=row["join_reason"],
        join_detail=row["join_detail"],
        delivery=Delivery(row["delivery"]),
        delivery_detail=row["delivery_detail"],
        omni_id=row["omni_id"],
        notices=tuple(json.loads(row["notices"])),
        error=row["error"],
        edited_at=row["edited_at"],
        deleted_at=row["deleted_at"],
        answers_mid=json.loads(row["in_reply_to"])[0] if row["in_reply_to"] not in ("", "[]") else "",
        reactions=_reactions(row["marks"]) if row["marks"] != "[]" else (),
    )


def _reactions(marks: str) -> tuple[ReactionMark, ...]:
    """By emoji, the most frequent first."""
    found: dict[str, list[tuple[str, int]]] = {}
    for emoji, name, ours in json.loads(marks):
        found.setdefault(emoji, []).append((name, ours))
    made = [
        ReactionMark(emoji, len(whose), tuple(name for name, _ in whose if name), any(ours for _, ours in whose))
        for emoji, whose in found.items()
    ]
    return tuple(sorted(made, key=lambda mark: -mark.count))


def _body(row: sqlite3.Row) -> MessageBody:
    invitation: dict[str, Any] | None = json.loads(row["invitation"]) if row["invitation"] else None
    return MessageBody(
        MessageId(row["message_id"]),
        row["text"],
        blocks_from_json(zlib.decompress(row["blocks"]).decode()) if row["blocks"] else blocks_of(row["text"]),
        Invitation(**invitation) if invitation else None,
    )


def _attachment(row: sqlite3.Row) -> AttachmentRow:
    number, message_id, name, type_, size, inline, here, *pixels = tuple(row)
    return AttachmentRow(number, MessageId(message_id), name, type_, size, bool(inline), bool(here), *pixels)


def _original(row: sqlite3.Row) -> Original:
    return Original(MessageId(row["message_id"]), zlib.decompress(row["data"]), bool(row["complete"]))
