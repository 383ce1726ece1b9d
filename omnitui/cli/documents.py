"""Rows of the cache as JSON documents, the same for every command; docs/json.md lists their fields."""

from __future__ import annotations

from typing import Any

from omnitui.core.mail import Address
from omnitui.core.models import AttachmentRow, ContactCard, ConversationRow, Match, MessageBody, ThreadMessage
from omnitui.core.times import Instant, iso


def moment(at: Instant | None) -> str | None:
    """ISO 8601 in UTC, or null."""
    return None if at is None else iso(at)


def conversation(row: ConversationRow) -> dict[str, Any]:
    """One conversation."""
    return {
        "id": row.id,
        "key": row.key,
        "channel": row.channel,
        "account": row.account,
        "subject": row.subject,
        "contact": row.contact_name,
        "preview": row.preview,
        "state": row.state.value,
        "snoozed_until": moment(row.snoozed_until),
        "follow_up_at": moment(row.follow_up_at),
        "followed_up_at": moment(row.followed_up_at),
        "assignee": row.assignee,
        "priority": row.priority.name.lower(),
        "starred": row.starred,
        "tags": list(row.tags),
        "messages": row.message_count,
        "unread": row.unread_count,
        "attachments": row.attachment_count,
        "notes": row.note_count,
        "drafts": row.draft_count,
        "failed": row.failed_count,
        "queued": row.queued_count,
        "first_at": moment(row.first_at),
        "last_at": moment(row.last_at),
        "waiting_since": moment(row.waiting_since),
    }


def person(address: Address) -> dict[str, str]:
    """A name and an address."""
    return {"name": address.name, "email": address.email}


def message(row: ThreadMessage, body: MessageBody | None, files: list[AttachmentRow]) -> dict[str, Any]:
    """One message with its text; `own_words` leaves quoted history and signature out."""
    from omnitui.core.text.quoting import reply_words

    return {
        "id": row.id,
        "message_id": row.mid,
        "class": row.class_.value,
        "kind": row.kind,
        "author": row.author,
        "from": person(row.sender),
        "to": [person(who) for who in row.to],
        "cc": [person(who) for who in row.cc],
        "bcc": [person(who) for who in row.bcc],
        "subject": row.subject,
        "at": moment(row.at),
        "sent_at": moment(row.sent_at),
        "accepted_at": moment(row.accepted_at),
        "edited_at": moment(row.edited_at),
        "deleted_at": moment(row.deleted_at),
        "reactions": [{"emoji": mark.emoji, "count": mark.count, "ours": mark.ours} for mark in row.reactions],
        "seen": row.seen,
        "delivery": row.delivery.value,
        "delivery_detail": row.delivery_detail,
        "joined_by": row.join_reason,
        "joined_by_detail": row.join_detail,
        "notices": list(row.notices),
        "error": row.error,
        "text": body.text if body else "",
        "own_words": reply_words(body.blocks) if body else "",
        "attachments": [
            {"id": file.id, "name": file.name, "type": file.type, "size": file.size, "here": file.here}
            for file in files
        ],
    }


def contact(card: ContactCard) -> dict[str, Any]:
    """Who it is."""
    return {
        "id": card.id,
        "name": card.name,
        "organisation": card.organisation,
        "notes": card.notes,
        "first_at": moment(card.first_at),
        "last_at": moment(card.last_at),
        "identities": [
            {"channel": i.channel, "address": i.address, "name": i.name, "blocked": i.blocked} for i in card.identities
        ],
        "conversations": card.conversation_count,
        "waiting_since": moment(card.waiting_since),
        "tags": dict(card.tags),
    }


def match(one: Match) -> dict[str, Any]:
    """A contact that may be the same person."""
    return {"contact": one.id, "name": one.name, "channel": one.channel, "address": one.address, "why": one.why}
