"""Messages of a channel: new ones become rows, known ones are brought up to date, our echo finds its item."""

from __future__ import annotations

import json
import sqlite3

from omnitui.core.blocks import blocks_to_json
from omnitui.core.channel_events import Direction, EditedEvent, MessageEvent, Person, ReceiptEvent, RemoteFile
from omnitui.core.mail import Address
from omnitui.core.models import MessageClass, State
from omnitui.core.packing import pack
from omnitui.core.people import people_json
from omnitui.core.text.html import blocks_from_html, html_to_text
from omnitui.core.threading import Join
from omnitui.core.waiting import reopens
from omnitui.store import fulltext
from omnitui.store.apply.own_messages import preview_of
from omnitui.store.chat import echo, files, marks, people, writing
from omnitui.store.chat.scene import ChatScene
from omnitui.store.reopening import open_again

_CLASS = {
    Direction.IN: MessageClass.CUSTOMER,
    Direction.OUT: MessageClass.HUMAN,
    Direction.NOTE: MessageClass.NOTE,
    Direction.AUTO: MessageClass.MACHINE,
    Direction.SYSTEM: MessageClass.SYSTEM,
}
_CARDS = {"call": "Call", "voicemail": "Voicemail", "sticker": "Sticker", "location": "Location", "contact": "Contact"}
NOBODY = Person("")


def apply_message(scene: ChatScene, event: MessageEvent) -> int:
    """Store a message, or take up what is new of one that is here; gives its id."""
    row = scene.message(event.remote_id)
    if row is None:
        row = echo.merged(scene, event)
    if row is not None:
        _seen_again(scene, row, event)
        return int(row["id"])
    return _insert(scene, event)


def _insert(scene: ChatScene, event: MessageEvent) -> int:
    conversation = scene.begin(event.conversation, event.at, event.title)
    class_ = _CLASS[event.direction]
    ours = class_ in (MessageClass.HUMAN, MessageClass.MACHINE, MessageClass.NOTE)
    author = event.author or NOBODY
    text, blocks = _content(event)
    message_id = scene.ids.take(event.at)
    answers = [scene.mid(event.reply_to)] if event.reply_to else []
    connection = scene.connection
    connection.execute(
        "INSERT INTO message(id, account_id, conversation_id, mid, class, kind, author, from_name, from_address,"
        " people, subject, preview, at, sent_at, fetched_at, accepted_at, seen, size, attachment_count, in_reply_to,"
        " refs, join_reason, delivery, delivery_detail, omni_id, notices, remote_id, edited_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', ?, ?, ?)",
        (
            message_id, scene.account.id, conversation["id"], scene.mid(event.remote_id), class_.value, event.kind,
            author.name if ours else "", author.name, author.address, _to(event, ours), event.title,
            _preview(event, text), event.at, event.at, scene.now, event.at if ours else None,
            ours or scene.history or class_ is MessageClass.SYSTEM, len(text.encode("utf-8", "replace")),
            len(event.files), json.dumps(answers) if answers else "", "", Join.CONVERSATION.value,
            (event.delivery or "sent") if class_ is MessageClass.HUMAN else "", event.detail,
            json.dumps(list(event.notices), ensure_ascii=False), event.remote_id, event.edited_at,
        ),
    )  # fmt: skip
    connection.execute("INSERT INTO body(message_id, text, blocks) VALUES (?, ?, ?)", (message_id, text, blocks))
    files.add(scene, message_id, conversation["id"], event.files)
    fulltext.add(connection, fulltext.searchable(connection, [message_id]))
    outside = [person for person in event.people if person.address]
    if class_ is MessageClass.CUSTOMER and author.address:
        outside.insert(0, author)
        writing.stopped(connection, conversation["id"], author.address)
    people.take_part(scene, conversation["id"], outside, event.at)
    _open_again(scene, conversation, class_, event)
    scene.touched.add(conversation["id"])
    scene.new.append(message_id)
    return message_id


def _content(event: MessageEvent) -> tuple[str, bytes]:
    """The text, and its blocks where they are not those of the text."""
    if event.html and not event.text:
        return html_to_text(event.html), pack(blocks_to_json(blocks_from_html(event.html)).encode("utf-8", "replace"))
    return event.text, b""


def _preview(event: MessageEvent, text: str) -> str:
    card = _CARDS.get(event.kind, "")
    names = ", ".join(file.name or file.type for file in event.files)
    words = text or (f"[{names}]" if names else "")
    return preview_of(f"{card}: {words}" if card and words else words or card)


def _to(event: MessageEvent, ours: bool) -> str:
    """Of a message of ours, to whom it went: that is who the conversation is with."""
    return people_json(to=[Address(p.name, p.address) for p in event.people if p.address]) if ours else "{}"


def _open_again(scene: ChatScene, conversation: sqlite3.Row, class_: MessageClass, event: MessageEvent) -> None:
    old = scene.history or conversation["id"] in scene.created or event.at <= conversation["last_at"]
    if not old and reopens(State(conversation["state"]), class_):
        open_again(
            scene.connection, conversation["id"], scene.mid(event.remote_id), scene.now,
            wait_from=max(0, event.at - 1),
        )  # fmt: skip


def _seen_again(scene: ChatScene, row: sqlite3.Row, event: MessageEvent) -> None:
    """The same message once more: another text is an edit, another state a receipt; files that came later come in."""
    text, _ = _content(event)
    kept = scene.connection.execute("SELECT text FROM body WHERE message_id = ?", (row["id"],)).fetchone()
    edited = event.edited_at is not None and event.edited_at > (row["edited_at"] or 0)
    if edited and kept is not None and kept[0].strip() != text.strip():
        at = event.edited_at or scene.now
        change = EditedEvent(conversation=event.conversation, remote_id=event.remote_id, at=at, text=text)
        marks.apply_mark(scene, change)
    if event.delivery:
        receipt = ReceiptEvent(
            conversation=event.conversation, remote_id=event.remote_id, at=event.at, state=event.delivery,
            detail=event.detail,
        )  # fmt: skip
        marks.apply_receipt(scene, receipt)
    missing: tuple[RemoteFile, ...] = event.files[row["attachment_count"] :]
    if missing:
        files.add(scene, row["id"], row["conversation_id"], missing)
        scene.connection.execute("UPDATE message SET attachment_count = ? WHERE id = ?", (len(event.files), row["id"]))
        scene.touched.add(row["conversation_id"])
