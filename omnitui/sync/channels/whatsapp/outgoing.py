"""Our sends as the Cloud API wants them, and its templates as ours. Pure.

developers.facebook.com: "Cloud API: send messages", "Templates: components", "Media: supported types".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from omnitui.core.errors import Refused
from omnitui.sync.channels.contract import Outbound, OutboundFile, Template
from omnitui.sync.channels.whatsapp.contents import items, record, words
from omnitui.sync.channels.whatsapp.people import scoped

MOST_TEXT, MOST_CAPTION, MOST_PARAMETER = 4096, 1024, 1024
MEGABYTE = 1024 * 1024
AS_MEDIA = {
    "image/jpeg": ("image", 5 * MEGABYTE),
    "image/png": ("image", 5 * MEGABYTE),
    "video/mp4": ("video", 16 * MEGABYTE),
    "video/3gpp": ("video", 16 * MEGABYTE),
    "audio/aac": ("audio", 16 * MEGABYTE),
    "audio/amr": ("audio", 16 * MEGABYTE),
    "audio/mpeg": ("audio", 16 * MEGABYTE),
    "audio/mp4": ("audio", 16 * MEGABYTE),
    "audio/ogg": ("audio", 16 * MEGABYTE),
}
"""What is shown in the chat up to this size; all else goes as a document."""
MOST_DOCUMENT = 100 * MEGABYTE
_VARIABLE = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")


def check(draft: Outbound) -> None:
    """Raises Refused for what WhatsApp cannot take, before anything is uploaded."""
    if draft.private:
        raise Refused("WhatsApp has no internal notes; they are kept here")
    if len(draft.files) > 1:
        raise Refused("WhatsApp takes one file a message: send the others in messages of their own")
    if draft.template is not None:
        if draft.files:
            raise Refused("a template goes without files")
        return
    if draft.files and len(draft.text) > MOST_CAPTION:
        raise Refused(f"the text beside a file may have {MOST_CAPTION:,} characters; send it as a message of its own")
    if len(draft.text) > MOST_TEXT:
        raise Refused(f"WhatsApp takes texts of {MOST_TEXT:,} characters at most; this one has {len(draft.text):,}")
    if not draft.files and not draft.text.strip():
        raise Refused("there is nothing to send")
    if any(file.size > MOST_DOCUMENT for file in draft.files):
        raise Refused("WhatsApp takes files of 100 MB at most")


def to_of(draft: Outbound) -> str:
    """To whom: the conversation's id, or the number of who is written to first. Raises Refused."""
    if draft.conversation:
        return draft.conversation
    for one in draft.to:
        if scoped(one.address):
            return one.address
        number = re.sub(r"[\s().-]", "", one.phone or one.address).removeprefix("+").removeprefix("00")
        if number.isascii() and number.isdigit() and 6 <= len(number) <= 15:
            return number
    raise Refused("WhatsApp needs a phone number in international form, such as +34 600 000 000")


def addressed(to: str, key: str = "", reply_to: str = "") -> dict[str, Any]:
    """What every message has. Our key comes back in the statuses (biz_opaque_callback_data)."""
    body: dict[str, Any] = {"messaging_product": "whatsapp", "recipient_type": "individual"}
    if scoped(to):
        # In `to` Meta would take such an id and drop the message.
        body["recipient"] = to
    else:
        body |= {"to": to, "recipient_type": "individual" if to.isdigit() else "group"}
    if key:
        body["biz_opaque_callback_data"] = key
    if reply_to:
        body["context"] = {"message_id": reply_to}
    return body


def kind_of(file: OutboundFile, caption: str) -> str:
    """image, video, audio or document; audio cannot have words beside it."""
    kind, most = AS_MEDIA.get(file.type.partition(";")[0].strip().lower(), ("document", 0))
    return "document" if file.size > most or (kind == "audio" and caption) else kind


def media_part(file: OutboundFile, media: str, caption: str) -> dict[str, Any]:
    """`type` and its object for an uploaded file."""
    kind = kind_of(file, caption)
    part = {"id": media}
    if caption:
        part["caption"] = caption
    if kind == "document":
        part["filename"] = file.name
    return {"type": kind, kind: part}


def template_part(template: Template) -> dict[str, Any]:
    """`type` and its object for a template with its variables. Raises Refused for one that is empty."""
    values = {name: _value(name, text) for name, text in template.variables.items()}
    missing = [
        name for name in dict.fromkeys(re.findall(r"\{\{([A-Za-z0-9_.]+)\}\}", template.body)) if name not in values
    ]
    if missing:
        raise Refused(f"the template needs a value for {', '.join(missing)}")
    components: list[dict[str, Any]] = []
    head = {name.removeprefix("header."): text for name, text in values.items() if name.startswith("header.")}
    body = {name: text for name, text in values.items() if "." not in name}
    for kind, given in (("header", head), ("body", body)):
        if given:
            components.append({"type": kind, "parameters": _parameters(given)})
    for name, text in values.items():
        if name.startswith("button."):
            part = {"type": "text", "text": text}
            index = name.removeprefix("button.")
            components.append({"type": "button", "sub_type": "url", "index": index, "parameters": [part]})
    made: dict[str, Any] = {
        "name": template.name,
        "language": {"policy": "deterministic", "code": template.language},
    }
    if components:
        made["components"] = components
    return {"type": "template", "template": made}


def _parameters(values: Mapping[str, str]) -> list[dict[str, str]]:
    if all(name.isdigit() for name in values):
        return [{"type": "text", "text": values[name]} for name in sorted(values, key=int)]
    return [{"type": "text", "parameter_name": name, "text": text} for name, text in values.items()]


def _value(name: str, text: str) -> str:
    """Meta takes no line breaks and no runs of blanks in a variable (error 132018)."""
    plain = " ".join(text.split())
    if not plain:
        raise Refused(f"the template's variable {name} is empty")
    if len(plain) > MOST_PARAMETER:
        raise Refused(f"the template's variable {name} is longer than {MOST_PARAMETER:,} characters")
    return plain


def template_of(given: Any) -> Template | None:
    """An approved template as ours; None for one that cannot be sent from here (a picture at its head ...).

    Its text has {{1}} or {{name}} for the body's variables, {{header.1}} for the head's, {{button.0}} for a button's.
    """
    one = record(given)
    name, language = words(one.get("name")), words(one.get("language"))
    if not name or not language or words(one.get("status")).upper() != "APPROVED":
        return None
    lines = []
    for part in map(record, items(one.get("components"))):
        kind, text = words(part.get("type")).upper(), words(part.get("text"))
        if kind == "HEADER":
            if words(part.get("format")).upper() not in ("TEXT", ""):
                return None
            lines.append(_VARIABLE.sub(r"{{header.\1}}", text))
        elif kind in ("BODY", "FOOTER"):
            lines.append(_VARIABLE.sub(r"{{\1}}", text))
        elif kind == "BUTTONS":
            shown = _buttons(items(part.get("buttons")))
            if shown is None:
                return None
            lines += shown
        else:
            return None
    return Template(words(one.get("id")) or f"{name}:{language}", name, language, "\n\n".join(filter(None, lines)))


def _buttons(given: list[Any]) -> list[str] | None:
    """As text; None where one needs what cannot be given here."""
    shown = []
    for index, button in enumerate(map(record, given)):
        kind, url = words(button.get("type")).upper(), words(button.get("url"))
        if kind not in ("QUICK_REPLY", "URL", "PHONE_NUMBER"):
            return None
        target = f": {_VARIABLE.sub(f'{{{{button.{index}}}}}', url)}" if kind == "URL" else ""
        shown.append(f"[{words(button.get('text'))}{target}]")
    return shown
