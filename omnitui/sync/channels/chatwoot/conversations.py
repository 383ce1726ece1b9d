"""A conversation of Chatwoot's list as events, and what of it tells that something has changed. Never raises."""

from __future__ import annotations

import json
import zlib
from typing import Any

from omnitui.core.channel_events import ConversationEvent, Event, IdentityEvent, ReceiptEvent
from omnitui.core.channels import to_json
from omnitui.core.times import Instant
from omnitui.sync.channels.chatwoot.capabilities import CAPABILITIES
from omnitui.sync.channels.chatwoot.facts import facts_of
from omnitui.sync.channels.chatwoot.inboxes import Inbox
from omnitui.sync.channels.chatwoot.messages import identity
from omnitui.sync.channels.chatwoot.people import Agents, Place, contact
from omnitui.sync.channels.chatwoot.values import moment, number, record, records, words

STATES = {"open": "open", "resolved": "closed", "pending": "pending", "snoozed": "snoozed"}
PRIORITIES = {"low": -1, "medium": 0, "high": 1, "urgent": 2}
_BARS = {
    "Channel::Whatsapp": "WhatsApp takes free answers only within 24 hours of the customer's last message",
    "Channel::TwilioSms": "WhatsApp takes free answers only within 24 hours of the customer's last message",
    "Channel::FacebookPage": "Messenger takes answers only for a limited time after the customer's last message",
    "Channel::Instagram": "Instagram takes answers only for a limited time after the customer's last message",
    "Channel::Tiktok": "TikTok takes answers only for a limited time after the customer's last message",
    "Channel::Api": "The inbox takes answers only for a limited time after the customer's last message",
}
_STAMPED = (
    "last_activity_at",
    "updated_at",
    "status",
    "snoozed_until",
    "priority",
    "labels",
    "can_reply",
    "contact_last_seen_at",
    "inbox_id",
)
VERSION = 2
"""Of what `events_of` brings: a later one brings what is known once more."""
_OF_PEOPLE = ("id", "name", "available_name", "email", "phone_number", "identifier")


def name_of(item: dict[str, Any]) -> str:
    """Its id in the account, as everybody sees it; empty where it has none."""
    id_ = number(item.get("id"))
    return "" if id_ is None else str(id_)


def activity(item: dict[str, Any]) -> int:
    """Seconds since 1970 of what happened last in it."""
    at = moment(item.get("last_activity_at")) or moment(item.get("timestamp")) or moment(item.get("created_at")) or 0
    return at // 1000


def newest(item: dict[str, Any]) -> int:
    """Id of its last message."""
    return max((identity(one) or 0 for one in records(item.get("messages"))), default=0)


def stamp(item: dict[str, Any]) -> str:
    """A digest of all that is brought of it: another one means that there is something to bring."""
    meta = record(item.get("meta"))
    people = [{part: record(meta.get(who)).get(part) for part in _OF_PEOPLE} for who in ("sender", "assignee")]
    last = [(identity(one), one.get("status"), one.get("content")) for one in records(item.get("messages"))]
    told = [VERSION, {part: item.get(part) for part in _STAMPED}, people, last, facts_of(item)]
    seen = json.dumps(told, sort_keys=True)
    return f"{zlib.crc32(seen.encode('utf-8', 'surrogatepass')):08x}"


def title(item: dict[str, Any], inbox: str) -> str:
    """The subject of a mail; else the inbox's name."""
    extra = record(item.get("additional_attributes"))
    mails = (record(record(one.get("content_attributes")).get("email")) for one in records(item.get("messages")))
    subjects = [words(extra.get("mail_subject")), *(words(mail.get("subject")) for mail in mails)]
    return next((subject for subject in subjects if subject), inbox)


def barred(item: dict[str, Any]) -> str | None:
    """Why the inbox's channel does not let us answer; empty: it does; None: not told."""
    can = item.get("can_reply")
    if not isinstance(can, bool):
        return None
    if can:
        return ""
    channel = words(record(item.get("meta")).get("channel"))
    why = _BARS.get(channel, "Chatwoot says that the channel does not take an answer now")
    return f"{why}; a note can be written"


def events_of(
    place: Place, item: dict[str, Any], *, agents: Agents, inbox: Inbox, base: str, now: Instant
) -> list[Event]:
    """The customer, and the state of the conversation."""
    meta, name = record(item.get("meta")), name_of(item)
    sender = contact(place, meta.get("sender"))
    at = moment(item.get("updated_at")) or moment(item.get("last_activity_at")) or now
    status, given = words(item.get("status")), item.get("labels")
    found: list[Event] = [IdentityEvent(person=sender)] if sender else []
    found.append(
        ConversationEvent(
            conversation=name,
            at=at,
            title=title(item, inbox.name) or None,
            state=STATES.get(status),
            snoozed_until=moment(item.get("snoozed_until")) if status == "snoozed" else None,
            assignee=agents.name_of(meta.get("assignee")),
            tags=tuple(words(one) for one in given if words(one)) if isinstance(given, list) else None,
            priority=PRIORITIES.get(words(item.get("priority")), 0),
            barred=barred(item),
            people=(sender,) if sender else (),
            url=f"{base}/app/accounts/{place.account}/conversations/{name}",
            capabilities=to_json(inbox.narrowed(CAPABILITIES)),
        )
    )
    seen = moment(item.get("contact_last_seen_at"))
    if seen:
        found.append(ReceiptEvent(conversation=name, at=seen, state="read", up_to=seen))
    return found
