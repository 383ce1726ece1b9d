"""Conversations and messages as lines of plain text, for terminals without the screen and for screen readers."""

from __future__ import annotations

from omnitui.core.models import ConversationRow, Priority, State, ThreadMessage
from omnitui.core.text.clean import cell_safe
from omnitui.core.times import DAY, HOUR, MINUTE, Instant, as_datetime

_UNITS = ((365 * DAY, "y"), (DAY, "d"), (HOUR, "h"), (MINUTE, "min"))


def age(since: Instant, now: Instant) -> str:
    """How long ago in one unit: "3h", "2d"."""
    apart = max(0, now - since)
    return next((f"{apart // unit}{name}" for unit, name in _UNITS if apart >= unit), "now")


def conversation_line(row: ConversationRow, now: Instant) -> str:
    """Number, wait or age, what it is, who, subject, tags: one line."""
    waits = row.waiting_since is not None and row.state is State.OPEN
    since = row.waiting_since if waits and row.waiting_since is not None else row.last_at
    words = [
        "waits" if waits else row.state.value,
        *(["unread"] if row.unread_count else []),
        *(["urgent"] if row.priority is Priority.URGENT else []),
        *(["starred"] if row.starred else []),
        *([f"{row.failed_count} not sent"] if row.failed_count else []),
        *(["draft"] if row.draft_count else []),
        *([f"to {row.assignee}"] if row.assignee else []),
    ]
    tags = "".join(f" #{tag}" for tag in row.tags)
    return cell_safe(f"#{row.id} · {age(since, now)} · {', '.join(words)} · {row.contact_name}: {row.subject}{tags}")


def message_head(row: ThreadMessage) -> str:
    """Who, when, and what became of it."""
    who = f"{row.author or row.sender.name or row.sender.email}"
    address = f" <{row.sender.email}>" if row.sender.email and row.sender.email != who else ""
    kind = "NOTE by " if row.class_.value == "note" else ""
    state = (
        f" · [{row.delivery.value}{': ' + row.delivery_detail if row.delivery_detail else ''}]" if row.delivery else ""
    )
    changed = " · taken back" if row.deleted_at else " · changed" if row.edited_at else ""
    marks = "".join(f" · {mark.emoji} {mark.count}" for mark in row.reactions)
    return cell_safe(
        f"--- {kind}{who}{address} · {as_datetime(row.at).isoformat(' ', 'minutes')}{state}{changed}{marks}"
    )
