"""How a conversation looks in the list: two lines, or one when compact. Pure."""

from __future__ import annotations

from omnitui.core.channels import EMAIL
from omnitui.core.models import ConversationRow, Priority, State
from omnitui.core.times import HOUR, Instant
from omnitui.widgets.cells import cut, fill
from omnitui.widgets.glyphs import Glyphs
from omnitui.widgets.lines import Line, Piece, sides, width_of
from omnitui.widgets.words import age, soon

LATE = 4 * HOUR
"""A wait from here on is shown warm; twice that, as danger (targets of one's own come with policies)."""


def state_mark(row: ConversationRow, glyphs: Glyphs) -> Piece:
    """The one mark that matters most."""
    if row.failed_count:
        return glyphs.failed, "danger"
    if row.draft_count:
        return glyphs.draft, "accent"
    if row.queued_count:
        return glyphs.queued, "ok"
    if row.unread_count:
        return glyphs.unread, "accent"
    if row.state is State.SNOOZED:
        return glyphs.snoozed, "muted"
    if row.state is State.CLOSED:
        return glyphs.closed, "muted"
    if row.state is State.SPAM:
        return glyphs.failed, "muted"
    return (glyphs.answered, "muted") if row.answered_last else (" ", "")


def wait_of(row: ConversationRow, now: Instant) -> Piece:
    """How long they wait; for who does not wait, the age of the last message, muted."""
    if row.waiting_since is None or row.state is not State.OPEN:
        return age(now - row.last_at), "muted"
    waits = now - row.waiting_since
    return age(waits), "danger" if waits >= 2 * LATE else "warn" if waits >= LATE else ""


def urgency(row: ConversationRow, glyphs: Glyphs) -> Piece:
    """One cell at the right edge."""
    if row.priority is Priority.URGENT:
        return glyphs.urgent, "danger"
    if row.priority is Priority.HIGH:
        return glyphs.urgent, "warn"
    return (glyphs.star, "warn") if row.starred else (" ", "")


def first_line(row: ConversationRow, width: int, glyphs: Glyphs, now: Instant, letters: str) -> Line:
    """The channel's letters, mark, name and age."""
    left, right = _left(row, glyphs, letters), _right(row, glyphs, now)
    name = row.contact_name or "(nobody)"
    if row.message_count > 1:
        right = ((f"{min(row.message_count, 999)} ", "muted"), *right)
    return sides((*left, (name, "strong" if row.unread_count else "")), right, width)


def follow_up(row: ConversationRow, glyphs: Glyphs, now: Instant) -> Line:
    """When it opens again unless they reply, or that it has, since no reply came."""
    if row.no_reply:
        return ((" no reply", "warn"),)
    return ((f" {glyphs.follow_up} {soon(row.follow_up_at, now)}", "accent"),) if row.follow_up_at is not None else ()


def about(row: ConversationRow) -> str:
    """Subject, or the last words where it is empty. A chat is known by its last words; a room's name goes before."""
    if row.channel == EMAIL or not row.preview:
        return row.subject or row.preview
    said = f"You: {row.preview}" if row.answered_last else row.preview
    room = row.subject if row.subject != row.contact_name else ""
    return f"{room}: {said}" if room else said


def second_line(row: ConversationRow, width: int, glyphs: Glyphs, now: Instant, marked: bool) -> Line:
    """What it is about, and the tags."""
    tags = tuple((f" #{cut(tag, 14)}", "tag") for tag in row.tags[:2]) if width >= 30 else ()
    owner: Line = ((f" @{cut(row.assignee, 8)}", "muted"),) if row.assignee and width >= 30 else ()
    lead: Line = (((glyphs.marked if marked else " ").ljust(5), "accent"),)
    right = (*tags, *owner, *follow_up(row, glyphs, now))
    while right and width_of(right) > width // 2:
        right = right[1:]
    return sides(
        (*lead, (about(row) or ("(no subject)" if row.channel == EMAIL else "(nothing said yet)"), "muted")),
        (*right, (" ", "")),
        width,
    )


def only_line(row: ConversationRow, width: int, glyphs: Glyphs, now: Instant, marked: bool, *, letters: str) -> Line:
    """All of it in one line."""
    name = fill(row.contact_name or "(nobody)", max(min(22, width // 3), 8))
    mark = (glyphs.marked, "accent") if marked else (" ", "")
    left = (*_left(row, glyphs, letters), (name, "strong" if row.unread_count else ""), mark)
    return sides((*left, (about(row), "muted")), _right(row, glyphs, now), width)


def _left(row: ConversationRow, glyphs: Glyphs, letters: str) -> Line:
    return (
        (letters, "muted"),
        (" ", ""),
        state_mark(row, glyphs),
        (" ", ""),
    )


def _right(row: ConversationRow, glyphs: Glyphs, now: Instant) -> Line:
    text, role = wait_of(row, now)
    return (text.rjust(5), role), urgency(row, glyphs)


def skeleton(width: int, glyphs: Glyphs, second: bool) -> Line:
    """What stands where a row has not come yet."""
    return ((" " * 5 + glyphs.dot * max(width // (3 if second else 5), 1), "muted"),)
