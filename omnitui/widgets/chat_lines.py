"""A message of a chat as lines of a thread: runs under one head, marks of time and delivery, cards, gaps. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from omnitui.core.models import Delivery, MessageBody, MessageClass, Older, OlderState, ReactionMark, ThreadMessage
from omnitui.core.times import MINUTE, Instant
from omnitui.widgets.cells import cut, wrap
from omnitui.widgets.lines import Line, Piece, sides, width_of
from omnitui.widgets.look import DELIVERY_ROLES, Look, who
from omnitui.widgets.words import clock, moment

RUN = 5 * MINUTE
"""Messages of one sender within this time stand under one head."""
GAP = "gap"
_MAIL = frozenset({"", "mail", "bounce", "auto", "list", "receipt", "progress", "invite", "note"})
"""Kinds of messages that are read as letters, not as talk."""
CARDS = {
    "call": "CALL",
    "voicemail": "VOICEMAIL",
    "sticker": "STICKER",
    "location": "LOCATION",
    "contact": "CONTACT",
    "poll": "POLL",
    "encrypted": "ENCRYPTED",
}
"""What is no text is one line with its kind before it."""


@dataclass(frozen=True, slots=True)
class Told:
    """What is known around a message: whom it answers with which words, and its earlier texts."""

    answered: tuple[str, str] | None = None
    edits: tuple[tuple[Instant, str], ...] = ()
    """Each with the time until which it stood there, oldest first."""


NOTHING = Told()


def is_chat(message: ThreadMessage) -> bool:
    """It is shown as talk: many short ones, grouped."""
    return message.kind not in _MAIL and message.class_ is not MessageClass.NOTE


def same_run(before: ThreadMessage, message: ThreadMessage) -> bool:
    """It goes on under the head of the one before."""
    return (
        is_chat(before)
        and before.class_ is message.class_ is not MessageClass.SYSTEM
        and before.sender.email == message.sender.email
        and before.author == message.author
        and before.conversation_id == message.conversation_id
        and message.at - before.at < RUN
    )


def aside(message: ThreadMessage, body: MessageBody | None, look: Look) -> list[Line] | None:
    """What nobody said: a gap over the whole width, or what the channel itself tells; None for a message."""
    words = (body.text if body is not None else "") or message.preview
    if message.kind == GAP:
        return _gap(words or "Something may be missing here", look)
    if message.class_ is MessageClass.SYSTEM:
        lead = f"{look.glyphs.dot} {clock(message.at)}  "
        return [
            ((lead if not number else " " * len(lead), "muted"), (part, "muted"))
            for number, (_, part) in enumerate(wrap(words, look.measure - len(lead)))
        ]
    return None


def before_us(stands: Older | None) -> Piece:
    """What stands over the oldest message of the time before it; empty where the channel has no history."""
    state = OlderState.NONE if stands is None else stands.state
    why = "" if stands is None else " ".join(stands.words.split())
    match state:
        case OlderState.NONE:
            return "", ""
        case OlderState.ASKED:
            return f"older messages: asked for{f'; not here yet: {why}' if why else ''}", "accent"
        case OlderState.REFUSED:
            return f"older messages cannot be had: {why}", "warn"
        case OlderState.ENDED:
            return "no older messages", "muted"
        case OlderState.MORE:
            return "older messages may be had: scroll on up", "muted"


def who_writes(names: Sequence[str]) -> Piece:
    """What stands under the newest message while somebody writes."""
    if not names:
        return "", ""
    whose = names[0] if len(names) == 1 else " and ".join(names) if len(names) == 2 else f"{len(names)} people"
    return f"{whose} {'is' if len(names) == 1 else 'are'} typing...", "muted"


def _gap(words: str, look: Look) -> list[Line]:
    width, rule = look.width - 2, look.glyphs.rule
    first, *more = [part for _, part in wrap(words, width - 6)]
    filled = sides(((f"{rule * 2} {first} ", "warn"),), (), width)
    left = max(width - width_of(filled[:1]), 0)
    return [((*filled[:1], (rule * left, "warn"))), *(((f"   {part}", "warn"),) for part in more)]


def head(message: ThreadMessage, look: Look) -> Line:
    """The line over a run: who, and what is to be marked of its first message."""
    left: list[Piece] = [(who(message, look.me), "ours" if message.ours else "theirs")]
    if message.class_ in (MessageClass.AUTO, MessageClass.MACHINE):
        left.append(("  automatic", "muted"))
    if message.kind == "template":
        left.append(("  template", "muted"))
    if not message.seen and not message.ours:
        left.append(("  new", "accent"))
    return sides(tuple(left), marks(message, None, look), look.width - 2)


def marks(message: ThreadMessage, before: ThreadMessage | None, look: Look) -> Line:
    """Time (within a run where it is another minute), that it was edited, and how far one of ours has come."""
    pieces: list[Piece] = []
    if before is None or clock(before.at) != clock(message.at):
        pieces.append((clock(message.at), "muted"))
    if message.edited_at is not None and message.deleted_at is None:
        pieces.append(("edited", "warn"))
    if message.delivery is not Delivery.NONE:
        pieces.append((message.delivery.value, DELIVERY_ROLES.get(message.delivery, "ok")))
    return tuple((text if not number else f"  {text}", role) for number, (text, role) in enumerate(pieces))


def with_marks(lines: list[Line], right: Line, width: int) -> list[Line]:
    """Marks at the end of the last line; on a line of their own where they do not fit beside it."""
    if not right:
        return lines
    if lines and width_of(lines[-1]) + 2 + width_of(right) <= width:
        return [*lines[:-1], sides(lines[-1], right, width)]
    return [*lines, sides((), right, width)]


def quoted(told: Told, look: Look) -> list[Line]:
    """What it answers, in one line."""
    if told.answered is None:
        return []
    name, words = told.answered
    line = f"{look.glyphs.upright} {name}: {' '.join(words.split())}"
    return [((cut(line, look.measure), "quote"),)]


def card(message: ThreadMessage, body: MessageBody | None, look: Look) -> list[Line]:
    """A call, a voicemail, a sticker: its kind in capitals, and what is known of it."""
    lead = f"{CARDS[message.kind]}  "
    words = (body.text if body is not None else "") or message.preview or "no more is known"
    return [
        ((lead if not number else " " * len(lead), "key"), (part, ""))
        for number, (_, part) in enumerate(wrap(words, look.measure - len(lead)))
    ]


def taken_back(message: ThreadMessage, body: MessageBody | None, look: Look) -> list[Line]:
    """A deleted message is seen to be one; what it said stands there when it is unfolded."""
    at = moment(message.deleted_at or message.at, look.now)
    if not look.unfolded:
        return [((f"{look.glyphs.fold} deleted {at}", "quote"),)]
    text = (body.text if body is not None else message.preview) or "(nothing is known of what it said)"
    return [((f"deleted {at}; it said:", "muted"),), *_barred(text, look)]


def history(told: Told, look: Look) -> list[Line]:
    """The earlier texts of an edited message, when it is unfolded."""
    if not look.unfolded:
        return []
    lines: list[Line] = []
    for at, text in reversed(told.edits):
        lines += [((f"until {moment(at, look.now)}:", "muted"),), *_barred(text, look)]
    return lines


def _barred(text: str, look: Look) -> list[Line]:
    bar = look.glyphs.upright + " "
    return [((bar, "quote"), (part, "quote")) for _, part in wrap(text, look.measure - len(bar))]


def reactions(given: Sequence[ReactionMark], look: Look) -> list[Line]:
    """Each emoji with how many and who."""
    if not given:
        return []
    pieces: list[Piece] = []
    for one in given:
        whose = ["You" if one.ours and name == look.me else name for name in one.names]
        names = ", ".join(whose if whose or not one.ours else ["You"])
        count = f" {one.count}" if one.count > 1 else ""
        pieces.append((f"{'' if not pieces else '   '}{one.emoji}", "accent"))
        pieces.append((f"{count}{' ' if names else ''}{names}", "muted"))
    return [((" ", ""), *sides(tuple(pieces), (), look.measure - 1))]
