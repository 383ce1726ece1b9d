"""Twilio's messages as events. Pure; whatever a field holds, the message is kept and says what is wrong with it."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Sequence
from typing import Any

from omnitui.core.channel_events import ConversationEvent, Direction, MessageEvent, ReceiptEvent, RemoteFile
from omnitui.core.channels import Capabilities, to_json
from omnitui.core.times import Instant
from omnitui.sync.channels.contract import Template
from omnitui.sync.channels.twilio.addresses import WHATSAPP, Pair, pair_of
from omnitui.sync.channels.twilio.fields import Item, text, time
from omnitui.sync.channels.twilio.trouble import words_for

REACHED = {
    "sent": "sent",
    "partially_delivered": "sent",
    "delivered": "delivered",
    "read": "read",
    "failed": "failed",
    "undelivered": "failed",
    "canceled": "failed",
}
"""Twilio's status as how far a message of ours has come; those before `sent` say nothing yet."""
_ENDED = frozenset({"read", "failed", "undelivered", "canceled", "received"})
_WAITING = frozenset({"accepted", "queued", "sending"})
_DIRECTIONS = {
    "inbound": Direction.IN,
    "outbound-api": Direction.OUT,
    "outbound-reply": Direction.AUTO,
    "outbound-call": Direction.AUTO,
}
"""A reply or a message during a call is written by a program (TwiML), not by somebody of ours."""
_VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
NO_TEXT = "[a message without text]"


def when(item: Item) -> Instant | None:
    """The time by which Twilio's list is ordered; that of its making while it has not been sent."""
    return time(item, "date_sent", "date_created", "date_updated")


def pair(item: Item) -> Pair:
    """Who talks with whom; what came in names us as its recipient."""
    ours, theirs = ("to", "from") if text(item, "direction") == "inbound" else ("from", "to")
    return pair_of(text(item, ours), text(item, theirs))


def ended(item: Item) -> bool:
    """Whether the status will not change any more. A delivered SMS is never read, a WhatsApp message may be."""
    status = text(item, "status")
    return status in _ENDED or (status == "delivered" and pair(item).kind != WHATSAPP)


def message(item: Item, files: Sequence[RemoteFile], seen_at: Instant, notices: Sequence[str] = ()) -> MessageEvent:
    """One message; `seen_at` stands in for a time that Twilio does not give."""
    whose = pair(item)
    direction = _DIRECTIONS.get(text(item, "direction"), Direction.SYSTEM)
    body = text(item, "body")
    remarks = list(notices)
    if not body and not files:
        remarks.append("Twilio gives no text of it: a place, a contact, or something that was deleted from its log")
    if when(item) is None:
        remarks.append("Twilio gives no time of it; shown is when it was read")
    status = text(item, "status")
    return MessageEvent(
        conversation=whose.id,
        remote_id=text(item, "sid"),
        at=when(item) or seen_at,
        direction=direction,
        author=whose.customer if direction is Direction.IN else None,
        text=body if body or files else NO_TEXT,
        files=tuple(files),
        people=(whose.customer,),
        delivery="" if direction is Direction.IN else REACHED.get(status, ""),
        detail=trouble(item),
        notices=tuple(remarks),
    )


def receipt(item: Item, seen_at: Instant) -> ReceiptEvent | None:
    """How far a message of ours has come, or None while there is nothing to say."""
    state = REACHED.get(text(item, "status"))
    if state is None or text(item, "direction") == "inbound":
        return None
    return ReceiptEvent(
        conversation=pair(item).id,
        at=time(item, "date_updated", "date_sent", "date_created") or seen_at,
        state=state,
        remote_id=text(item, "sid"),
        detail=trouble(item),
    )


def stuck(item: Item) -> bool:
    """Whether it still waits at Twilio, and is not meant to."""
    return text(item, "direction") != "inbound" and text(item, "status") in _WAITING


def given_up(item: Item, seen_at: Instant) -> ReceiptEvent:
    """What is said of one that has waited at Twilio for longer than Twilio keeps anything waiting (ten hours)."""
    return ReceiptEvent(
        conversation=pair(item).id,
        at=seen_at,
        state="failed",
        remote_id=text(item, "sid"),
        detail=f"Twilio has taken it two days ago and not sent it on ({text(item, 'status')}); look in its console",
    )


def conversation(whose: Pair, at: Instant, can: Capabilities) -> ConversationEvent:
    """What can be done in a conversation, and with whom it is."""
    return ConversationEvent(conversation=whose.id, at=at, people=(whose.customer,), capabilities=to_json(can))


def trouble(item: Item) -> str:
    """Why it failed, in words; nothing where it did not."""
    if REACHED.get(text(item, "status")) != "failed":
        return ""
    if text(item, "status") == "canceled":
        return "it was taken back before it was sent"
    return words_for(item.get("error_code"), text(item, "error_message"))


def media(item: Item, sid: str) -> RemoteFile | None:
    """A file of message `sid`."""
    own = text(item, "sid")
    if not own.isalnum():
        return None
    kind = text(item, "content_type") or "application/octet-stream"
    return RemoteFile(f"Messages/{sid}/Media/{own}", own + (mimetypes.guess_extension(kind) or ""), kind)


def _elsewhere(value: Any, known: set[str], depth: int = 0) -> list[str]:
    """Texts of buttons, links and cards with variables that the body has not: unless they are asked for, Twilio sends
    the examples that were given when the template was made."""
    if depth > 6:
        return []
    if isinstance(value, str):
        new = set(_VARIABLE.findall(value)) - known
        known |= new
        return [f"[{value}]"] if new else []
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [found for one in inner for found in _elsewhere(one, known, depth + 1)]


def template(item: Item) -> Template | None:
    """An approved template; None for one that WhatsApp has not approved."""
    approval, types, variables = (item.get(name) for name in ("approval_requests", "types", "variables"))
    if not isinstance(approval, dict) or text(approval, "status") != "approved" or not text(item, "sid"):
        return None
    shapes = [shape for shape in (types if isinstance(types, dict) else {}).values() if isinstance(shape, dict)]
    bodies = [text(shape, name) for name in ("body", "title") for shape in shapes]
    body = next(filter(None, bodies), "")
    given = variables if isinstance(variables, dict) else {}
    return Template(
        text(item, "sid"),
        text(item, "friendly_name") or text(item, "sid"),
        text(item, "language"),
        "\n\n".join(filter(None, [body, *_elsewhere(shapes[:1], set(_VARIABLE.findall(body)))])),
        {str(name): str(value) for name, value in given.items()},
    )
