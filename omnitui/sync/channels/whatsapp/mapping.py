"""Webhooks of the Cloud API as events. Pure; never raises on content.

A conversation is a customer's WhatsApp id (their number without the +), or the id of a group.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from omnitui.core.channel_events import (
    DeletedEvent,
    Direction,
    EditedEvent,
    Event,
    GapEvent,
    MessageEvent,
    Person,
    ReactionEvent,
    ReceiptEvent,
)
from omnitui.core.times import DAY, SECOND, Instant
from omnitui.sync.channels.whatsapp.contents import content_of, items, record, words
from omnitui.sync.channels.whatsapp.errors import explain
from omnitui.sync.relay_client import RelayEvent

STATES = {"sent": "sent", "delivered": "delivered", "read": "read", "played": "read", "failed": "failed"}
NOBODY = "unknown"
"""The conversation of a message that does not say from whom it is."""


def person(number: str, name: str = "") -> Person:
    """A customer: their number in E.164 where the id is one."""
    if number.isascii() and number.isdigit():
        return Person(f"+{number}", name, phone=f"+{number}")
    return Person(number or NOBODY, name)


def events_of(webhook: RelayEvent, phone_number_id: str, epoch: str) -> list[Event]:
    """Everything in one webhook that is about this number."""
    try:
        found = json.loads(webhook.body)
    except (ValueError, RecursionError):
        return [_unreadable(webhook, "a webhook from WhatsApp could not be read")]
    if not isinstance(found, dict):
        return [_unreadable(webhook, "a webhook from WhatsApp could not be read")]
    reading = _Reading(webhook, f"relay:{epoch}:{webhook.id}")
    made: list[Event] = []
    for entry in map(record, items(found.get("entry"))):
        for change in map(record, items(entry.get("changes"))):
            value = record(change.get("value"))
            number = words(record(value.get("metadata")).get("phone_number_id"))
            if number in ("", phone_number_id):
                made += reading.change(value)
    return made


def _unreadable(webhook: RelayEvent, reason: str) -> GapEvent:
    return GapEvent(since=webhook.at, until=webhook.at, reason=f"{reason} (number {webhook.id} at the relay)")


class _Reading:
    """One webhook; `mark` stands in for ids that are missing."""

    def __init__(self, webhook: RelayEvent, mark: str) -> None:
        self._webhook, self._mark, self._count = webhook, mark, 0

    def change(self, value: dict[str, Any]) -> Iterator[Event]:
        """One change: messages, what became of ours, and what a colleague wrote on the phone."""
        names = {
            words(one.get("wa_id")): words(record(one.get("profile")).get("name"))
            for one in map(record, items(value.get("contacts")))
        }
        for message in items(value.get("messages")):
            if isinstance(message, dict):
                yield self._message(message, names)
            else:
                yield _unreadable(self._webhook, "a message from WhatsApp could not be read")
        for message in map(record, items(value.get("message_echoes"))):
            yield self._message(message, names, ours=True)
        for status in map(record, items(value.get("statuses"))):
            receipt = self._receipt(status)
            if receipt is not None:
                yield receipt

    def _message(self, message: dict[str, Any], names: dict[str, str], *, ours: bool = False) -> Event:
        self._count += 1
        sender = words(message.get("from")) or words(message.get("from_user_id"))
        other = words(message.get("to")) if ours else sender
        conversation = words(message.get("group_id")) or other or NOBODY
        author = None if ours else person(sender, names.get(sender, ""))
        kind, at = words(message.get("type")), self._time(message.get("timestamp"))
        part = record(message.get(kind))
        target = words(part.get("message_id")) or words(part.get("original_message_id"))
        if kind == "reaction" and target:
            return self._reaction(part, conversation, at, author)
        if kind == "revoke" and target:
            return DeletedEvent(conversation=conversation, remote_id=target, at=at, by=author.name if author else "")
        content = content_of(record(part.get("message")) if kind == "edit" and target else message)
        if kind == "edit" and target:
            return EditedEvent(conversation=conversation, remote_id=target, at=at, text=content.text)
        direction = Direction.SYSTEM if content.system else Direction.OUT if ours else Direction.IN
        return MessageEvent(
            conversation=conversation,
            remote_id=words(message.get("id")) or f"{self._mark}:{self._count}",
            at=at,
            direction=direction,
            author=author,
            text=content.text,
            files=content.files,
            reply_to=words(record(message.get("context")).get("id")),
            people=() if not ours else (person(other),),
            kind=content.kind,
            delivery="sent" if ours else "",
            notices=tuple(content.notices),
        )

    def _reaction(self, part: dict[str, Any], conversation: str, at: Instant, author: Person | None) -> ReactionEvent:
        """One person has one reaction to a message; an empty emoji takes it back."""
        emoji = words(part.get("emoji"))
        return ReactionEvent(
            conversation=conversation,
            remote_id=words(part.get("message_id")),
            at=at,
            person=author or Person(NOBODY),
            emoji=(emoji,) if emoji else (),
            added=bool(emoji),
            whole=True,
            ours=author is None,
        )

    def _receipt(self, status: dict[str, Any]) -> ReceiptEvent | None:
        state, remote_id = STATES.get(words(status.get("status"))), words(status.get("id"))
        if state is None or not remote_id:
            return None
        errors = items(status.get("errors"))
        return ReceiptEvent(
            conversation=words(status.get("recipient_id")) or NOBODY,
            at=self._time(status.get("timestamp")),
            state=state,
            remote_id=remote_id,
            detail=explain(errors[0]) if errors else ("WhatsApp does not say why" if state == "failed" else ""),
            key=words(status.get("biz_opaque_callback_data")),
        )

    def _time(self, given: Any) -> Instant:
        """Seconds as text; what cannot be, or lies in the future, is when the relay got it."""
        text = words(given)
        if text.isascii() and text.isdigit() and 0 < len(text) <= 11:
            at = Instant(int(text) * SECOND)
            if 0 < at <= self._webhook.at + DAY:
                return at
        return self._webhook.at
