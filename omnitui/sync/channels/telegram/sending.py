"""A message of ours as one call of the Bot API, decided before anything is sent.

One message is one request, so that it has one fate: a text is `sendMessage`; one file with its text as caption is
`sendPhoto` or `sendDocument`; two to ten files are one `sendMediaGroup` with the text under the first. What does not
fit into one request (a text longer than a caption beside files, more than ten files) is refused with the reason:
sent in two requests, the second could fail or stay unknown while the customer has the first, and a try again would
double it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from omnitui.core.errors import Refused
from omnitui.sync.channels.contract import Outbound, OutboundFile
from omnitui.sync.channels.telegram.reading import utf16
from omnitui.sync.channels.telegram.routes import Route, number_in

TEXT = 4096
CAPTION = 1024
"""UTF-16 code units (sendMessage, sendPhoto)."""
MOST_FILES = 10
LARGEST = 50_000_000
"""Bytes that a bot may send (sendDocument)."""
LARGEST_PICTURE = 10_000_000
PICTURES = frozenset({"image/jpeg", "image/png", "image/webp"})


@dataclass(frozen=True, slots=True)
class Call:
    """A method, its fields, and the files by the name under which the fields speak of them."""

    method: str
    fields: Mapping[str, Any]
    files: Mapping[str, OutboundFile] = field(default_factory=dict)


def call_for(draft: Outbound, route: Route, connection: str, *, pictures: bool) -> Call:
    """What to call. `pictures`: those that may be are shown in the chat. Raises Refused, saying what does not fit."""
    _check(draft)
    head: dict[str, Any] = {**address(route, connection)}
    # What stands in another chat (one that was merged, or the group before it moved) cannot be pointed at from here.
    replied = number_in(draft.reply_to, route) if draft.reply_to else 0
    if replied:
        head["reply_parameters"] = {"message_id": replied, "allow_sending_without_reply": True}
    if not draft.files:
        return Call("sendMessage", {**head, "text": draft.text})
    as_pictures = pictures and all(one.type in PICTURES and one.size <= LARGEST_PICTURE for one in draft.files)
    caption = {"caption": draft.text} if draft.text else {}
    if len(draft.files) == 1:
        name = "photo" if as_pictures else "document"
        return Call(f"send{name.title()}", {**head, **caption}, {name: draft.files[0]})
    kind = "photo" if as_pictures else "document"
    files = {f"file{index}": one for index, one in enumerate(draft.files)}
    media: list[dict[str, str]] = [{"type": kind, "media": f"attach://{name}"} for name in files]
    media[0].update(caption)
    return Call("sendMediaGroup", {**head, "media": media}, files)


def address(route: Route, connection: str) -> dict[str, Any]:
    """The fields that say where a call goes."""
    found: dict[str, Any] = {"chat_id": route.chat}
    if connection:
        found["business_connection_id"] = connection
    if route.topic.startswith("d"):
        found["direct_messages_topic_id"] = int(route.topic[1:])
    elif route.topic:
        found["message_thread_id"] = int(route.topic)
    return found


def _check(draft: Outbound) -> None:
    if draft.private or draft.template is not None:
        raise Refused("Telegram has no internal notes and no templates; nothing was sent")
    if not draft.text.strip() and not draft.files:
        raise Refused("there is nothing to send: the message is empty")
    length, most = utf16(draft.text), CAPTION if draft.files else TEXT
    if length > most and draft.files:
        raise Refused(
            f"beside files Telegram takes {most:,} characters, and the text has {length:,}; nothing was sent. Send the "
            "text as a message of its own, then the files"
        )
    if length > most:
        raise Refused(f"Telegram takes {most:,} characters, and the text has {length:,}; nothing was sent. Divide it")
    if len(draft.files) > MOST_FILES:
        raise Refused(f"Telegram takes {MOST_FILES} files in a message, not {len(draft.files)}; nothing was sent")
    size = sum(one.size for one in draft.files)
    if size > LARGEST:
        raise Refused(f"Telegram takes 50 MB from a bot, and the files have {size / 1e6:.0f} MB; nothing was sent")
