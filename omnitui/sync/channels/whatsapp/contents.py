"""What is in one WhatsApp message: text, files and marks. Pure; whatever a field holds, something can be shown.

Kinds: developers.facebook.com, "Cloud API: messages webhook reference".
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from omnitui.core.channel_events import RemoteFile
from omnitui.sync.channels.whatsapp.errors import explain

MEDIA = {"image": "picture", "video": "video", "audio": "audio", "document": "file", "sticker": "sticker"}
ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "video/mp4": "mp4", "audio/ogg": "ogg"}
MOST_LINES = 100
"""Items of an order or of a list of contacts that are shown."""


_OF_SCREEN = re.compile(r"screen_\d+_(.+?)(?:_\d+)?")


@dataclass
class Content:
    """Text, files and what the agent should know."""

    text: str = ""
    kind: str = "chat"
    files: tuple[RemoteFile, ...] = ()
    notices: list[str] = field(default_factory=list)
    system: bool = False
    """WhatsApp itself says it."""


def record(value: Any) -> dict[str, Any]:
    """The value where it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def items(value: Any) -> list[Any]:
    """The value where it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def words(value: Any) -> str:
    """Text or a number as text; anything else is none."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def content_of(message: dict[str, Any]) -> Content:
    """What the message says."""
    kind = words(message.get("type"))
    part = record(message.get(kind))
    if kind in MEDIA:
        made = _media(kind, part)
    elif kind in _READ:
        made = _READ[kind](part)
    elif kind == "contacts":
        made = _contacts(items(message.get("contacts")))
    else:
        made = _unknown(kind, items(message.get("errors")))
    _context(message, made)
    return made


def _context(message: dict[str, Any], made: Content) -> None:
    context, ad = record(message.get("context")), record(message.get("referral"))
    if context.get("frequently_forwarded"):
        made.notices.append("Forwarded many times")
    elif context.get("forwarded"):
        made.notices.append("Forwarded")
    product = record(context.get("referred_product"))
    if product:
        made.notices.append(f"About the product {words(product.get('product_retailer_id')) or '?'} of your catalogue")
    if ad:
        about = ", ".join(filter(None, (words(ad.get("headline")), words(ad.get("source_url")))))
        made.notices.append(f"Came by an advertisement: {about or 'not said which'}")


def _media(kind: str, part: dict[str, Any]) -> Content:
    media, type_ = words(part.get("id")), words(part.get("mime_type")).partition(";")[0].strip()
    what = "voice message" if part.get("voice") is True else MEDIA[kind]
    ending = ENDINGS.get(type_, "")
    name = words(part.get("filename")) or what.replace(" ", "-") + (f".{ending}" if ending else "")
    lost = "" if media else "WhatsApp named no file"
    file = RemoteFile(media, name, type_ or "application/octet-stream", lost=lost)
    made = Content(words(part.get("caption")), "sticker" if kind == "sticker" else "chat", (file,))
    if kind == "audio" and part.get("voice") is True:
        made.kind = "voicemail"
    return made


def _location(part: dict[str, Any]) -> Content:
    place = ", ".join(filter(None, (words(part.get(name)) for name in ("name", "address"))))
    at = f"{words(part.get('latitude')) or '?'}, {words(part.get('longitude')) or '?'}"
    lines = [f"Location: {place} ({at})" if place else f"Location: {at}", words(part.get("url"))]
    return Content("\n".join(filter(None, lines)), "location")


def _contacts(given: list[Any]) -> Content:
    lines = []
    for one in map(record, given[:MOST_LINES]):
        name = words(record(one.get("name")).get("formatted_name")) or "without a name"
        ways = [words(record(way).get("phone")) for way in items(one.get("phones"))]
        ways += [words(record(way).get("email")) for way in items(one.get("emails"))]
        company = words(record(one.get("org")).get("company"))
        lines.append(f"Contact: {name}" + (f", {company}" if company else "") + "".join(f", {w}" for w in ways if w))
    return Content("\n".join(lines) or "(contacts, without any)", "contact")


def _interactive(part: dict[str, Any]) -> Content:
    kind = words(part.get("type"))
    answer = record(part.get(kind))
    if kind in ("button_reply", "list_reply"):
        lines = (words(answer.get("title")), words(answer.get("description")))
        return _chosen("\n".join(filter(None, lines)), words(answer.get("id")))
    if kind == "nfm_reply":
        filled = _form(words(answer.get("response_json")))
        return Content("\n".join([words(answer.get("body")) or "A form was filled in", *filled]))
    if kind == "call_permission_reply":
        allows = "allows" if words(answer.get("response")) == "accept" else "does not allow"
        return Content(f"The customer {allows} calls", system=True)
    return _unknown(f"interactive {kind}".strip(), [])


def _form(text: str) -> list[str]:
    """What was filled into a flow, a line each; its own marks (`screen_0_Name_1`, the token) say nothing to anybody."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return [text] if text else []
    if not isinstance(found, dict):
        return [text]
    lines = []
    for name, value in list(found.items())[:MOST_LINES]:
        if name == "flow_token":
            continue
        label = _label(name)
        given = value if isinstance(value, list) else [value]
        shown = [words(one) or json.dumps(one, ensure_ascii=False) for one in given]
        lines.append(f"{label}: {', '.join(shown)}")
    return lines


def _label(name: str) -> str:
    """The name of a field as it was given in the flow."""
    found = _OF_SCREEN.fullmatch(name)
    return (found[1] if found else name).replace("_", " ").strip() or name


def _chosen(text: str, mark: str) -> Content:
    made = Content(text or mark or "(a button without words)")
    made.notices.append(f"Pressed a button{f' ({mark})' if mark and mark != text else ''}")
    return made


def _order(part: dict[str, Any]) -> Content:
    lines = [words(part.get("text")), f"Order from catalogue {words(part.get('catalog_id')) or '?'}:"]
    for one in map(record, items(part.get("product_items"))[:MOST_LINES]):
        price = " ".join(filter(None, (words(one.get("item_price")), words(one.get("currency")))))
        lines.append(
            f"{words(one.get('quantity')) or '?'} x {words(one.get('product_retailer_id')) or '?'}"
            + (f" at {price}" if price else "")
        )
    return Content("\n".join(filter(None, lines)), "order")


def _unknown(kind: str, errors: list[Any]) -> Content:
    why = next((explain(error) for error in errors if isinstance(error, dict)), "")
    made = Content(f"(a message that WhatsApp does not hand over: {kind or 'of no kind'})", "unsupported")
    made.notices.append(why or "The customer's phone shows it; ask them for it in words")
    return made


_READ: dict[str, Callable[[dict[str, Any]], Content]] = {
    "text": lambda part: Content(words(part.get("body")) or "(a text without words)"),
    "button": lambda part: _chosen(words(part.get("text")), words(part.get("payload"))),
    "location": _location,
    "interactive": _interactive,
    "order": _order,
    "system": lambda part: Content(words(part.get("body")) or "(WhatsApp says that something changed)", system=True),
    "request_welcome": lambda part: Content("The customer has opened the chat for the first time", system=True),
}
