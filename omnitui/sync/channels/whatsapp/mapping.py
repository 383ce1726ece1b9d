"""Webhooks of the Cloud API as events. Pure; never raises on content.

A conversation is a customer's WhatsApp id (their number without the +), their business-scoped id where they show no
number, or the id of a group.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from omnitui.core.channel_events import (
    ConversationEvent,
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
from omnitui.sync.channels.whatsapp.notices import account_notices, call_of, preference_of
from omnitui.sync.channels.whatsapp.people import NOBODY, Known
from omnitui.sync.relay_client import RelayEvent

STATES = {"sent": "sent", "delivered": "delivered", "read": "read", "played": "read", "failed": "failed"}


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
                made += reading.change(words(change.get("field")), value)
    return made


def _unreadable(webhook: RelayEvent, reason: str) -> GapEvent:
    return GapEvent(since=webhook.at, until=webhook.at, reason=f"{reason} (number {webhook.id} at the relay)")


def _ids(one: dict[str, Any], side: str) -> tuple[str, str]:
    """Number and business-scoped id of one side; either may be missing."""
    number = words(one.get(side)) if side != "recipient" else words(one.get("recipient_id"))
    return number, words(one.get(f"{side}_user_id"))


def _first(number: str, user: str) -> str:
    return number or user or NOBODY


class _Reading:
    """One webhook; `mark` stands in for ids that are missing."""

    def __init__(self, webhook: RelayEvent, mark: str) -> None:
        self._webhook, self._mark, self._count = webhook, mark, 0
        self._known = Known(())
        self._met: set[str] = set()

    def change(self, field: str, value: dict[str, Any]) -> Iterator[Event]:
        """One change: messages, what became of ours, what a colleague wrote on the phone, and what WhatsApp says."""
        self._known = Known(value.get("contacts"))
        for ours, several in ((False, value.get("messages")), (True, value.get("message_echoes"))):
            for message in items(several):
                if isinstance(message, dict):
                    yield from self._same_one(message, ours=ours)
                    yield self._message(message, ours=ours)
                elif not ours:
                    yield _unreadable(self._webhook, "a message from WhatsApp could not be read")
        for status in map(record, items(value.get("statuses"))):
            receipt = self._receipt(status)
            if receipt is not None:
                yield receipt
        for call in map(record, items(value.get("calls"))):
            made = call_of(call, self._known, self._time(call.get("timestamp")))
            if made is not None:
                yield made
        for preference in map(record, items(value.get("user_preferences"))):
            yield preference_of(preference, self._known, self._time(preference.get("timestamp")))
        yield from account_notices(field, value, self._webhook.at, self._mark)

    def _same_one(self, message: dict[str, Any], *, ours: bool) -> Iterator[ConversationEvent]:
        """Number and id of one customer name the same conversation, whichever of them a later message has."""
        number, user = _ids(message, "to" if ours else "from")
        if number and user and user not in self._met and not message.get("group_id"):
            self._met.add(user)
            yield ConversationEvent(conversation=number, at=self._time(message.get("timestamp")), also=(user,))

    def _message(self, message: dict[str, Any], *, ours: bool = False) -> Event:
        self._count += 1
        other = self._known.person(*_ids(message, "to" if ours else "from"))
        conversation = words(message.get("group_id")) or _first(*_ids(message, "to" if ours else "from"))
        author = None if ours else other
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
            people=() if not ours else (other,),
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
            conversation=_first(*_ids(status, "recipient")),
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
