"""Rows and messages made up for tests of widgets."""

from __future__ import annotations

from typing import Any

from omnitui.core.mail import Address
from omnitui.core.models import (
    ContactId,
    ConversationId,
    ConversationRow,
    Delivery,
    MessageClass,
    MessageId,
    Priority,
    State,
    ThreadMessage,
)
from omnitui.core.times import HOUR, Instant

NOW = Instant(1_763_900_000_000)


def row(number: int, **fields: Any) -> ConversationRow:
    """A conversation that waits since `number` minutes ago or so."""
    known: dict[str, Any] = {
        "id": ConversationId(number),
        "key": f"support {number}",
        "channel": "email",
        "account": "support",
        "subject": f"Subject {number}",
        "contact_id": ContactId(number),
        "contact_name": f"Name {number}",
        "preview": "last words",
        "state": State.OPEN,
        "snoozed_until": None,
        "assignee": "",
        "priority": Priority.NORMAL,
        "starred": False,
        "tags": (),
        "message_count": 1,
        "unread_count": 0,
        "attachment_count": 0,
        "note_count": 0,
        "draft_count": 0,
        "failed_count": 0,
        "queued_count": 0,
        "first_at": NOW - HOUR,
        "last_at": NOW - HOUR,
        "last_customer_at": NOW - HOUR,
        "last_agent_at": None,
        "waiting_since": NOW - HOUR,
        "order_key": number,
    }
    return ConversationRow(**{**known, **fields})


def message(number: int, **fields: Any) -> ThreadMessage:
    """A customer's message, an hour after the one before."""
    known: dict[str, Any] = {
        "id": MessageId(number),
        "conversation_id": ConversationId(1),
        "mid": f"m{number}",
        "class_": MessageClass.CUSTOMER,
        "kind": "mail",
        "author": "",
        "sender": Address("Anna de Vries", "anna@example.org"),
        "to": (Address("", "support@shop.example"),),
        "cc": (),
        "bcc": (),
        "reply_to": (),
        "subject": "Where is my parcel?",
        "preview": "first words",
        "at": NOW - 500 * HOUR + number * HOUR,
        "sent_at": None,
        "accepted_at": None,
        "seen": True,
        "size": 100,
        "attachment_count": 0,
        "join_reason": "root",
        "join_detail": "",
        "delivery": Delivery.NONE,
        "delivery_detail": "",
        "omni_id": "",
        "notices": (),
        "error": None,
    }
    return ThreadMessage(**{**known, **fields})
