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
from omnitui.sync.channels.whatsapp.notices import ACCOUNT
from omnitui.sync.channels.whatsapp.people import NOBODY, scoped

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
_HEADS = {"image": "a picture", "video": "a video", "document": "a PDF document"}
_OF_HEADS = AS_MEDIA | {"application/pdf": ("document", MOST_DOCUMENT)}
_HEAD = "#head="
_VARIABLE = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")


def check(draft: Outbound) -> None:
    """Raises Refused for what WhatsApp cannot take, before anything is uploaded."""
    if draft.private:
        raise Refused("WhatsApp has no internal notes; they are kept here")
    if len(draft.files) > 1:
        raise Refused("WhatsApp takes one file a message: send the others in messages of their own")
    if draft.template is not None:
        _check_head(draft)
        return
    if draft.files and len(draft.text) > MOST_CAPTION:
        raise Refused(f"the text beside a file may have {MOST_CAPTION:,} characters; send it as a message of its own")
    if len(draft.text) > MOST_TEXT:
        raise Refused(f"WhatsApp takes texts of {MOST_TEXT:,} characters at most; this one has {len(draft.text):,}")
    if not draft.files and not draft.text.strip():
        raise Refused("there is nothing to send")
    if any(file.size > MOST_DOCUMENT for file in draft.files):
        raise Refused("WhatsApp takes files of 100 MB at most")


def _check_head(draft: Outbound) -> None:
    """The file at a template's head: there must be one where the template has a place for it, and nowhere else."""
    head = head_of(draft.template) if draft.template is not None else ""
    if head and not draft.files:
        raise Refused(f"the template has {_HEADS[head]} at its head: attach it to the template")
    if draft.files and not head:
        raise Refused("this template has no place for a file: send it as a message of its own")
    for file in draft.files:
        kind, most = _OF_HEADS.get(_type(file), ("", 0))
        if kind != head:
            raise Refused(f"the template wants {_HEADS[head]} at its head, and {file.name} is none that WhatsApp takes")
        if file.size > most:
            raise Refused(f"{file.name} is larger than the {most // MEGABYTE} MB that WhatsApp takes of such a file")


def head_of(template: Template) -> str:
    """image, video or document where the template has a file at its head, else nothing."""
    _, _, head = template.id.partition(_HEAD)
    return head if head in _HEADS else ""


def to_of(draft: Outbound) -> str:
    """To whom: the conversation's id, or the number of who is written to first. Raises Refused."""
    if draft.conversation in (NOBODY, ACCOUNT):
        raise Refused("there is nobody in this conversation to whom an answer could go")
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
    kind, most = AS_MEDIA.get(_type(file), ("document", 0))
    return "document" if file.size > most or (kind == "audio" and caption) else kind


def _type(file: OutboundFile) -> str:
    return file.type.partition(";")[0].strip().lower()


def media_part(file: OutboundFile, media: str, caption: str) -> dict[str, Any]:
    """`type` and its object for an uploaded file."""
    kind = kind_of(file, caption)
    part = {"id": media}
    if caption:
        part["caption"] = caption
    if kind == "document":
        part["filename"] = file.name
    return {"type": kind, kind: part}


def template_part(template: Template, media: str = "", name: str = "") -> dict[str, Any]:
    """`type` and its object for a template with its variables; `media` is the id of the uploaded file at its head, and
    `name` what a document is called. Raises Refused for a variable that is empty."""
    values = {name: _value(name, text) for name, text in template.variables.items()}
    missing = [
        name for name in dict.fromkeys(re.findall(r"\{\{([A-Za-z0-9_.]+)\}\}", template.body)) if name not in values
    ]
    if missing:
        raise Refused(f"the template needs a value for {', '.join(missing)}")
    components: list[dict[str, Any]] = []
    head = {name.removeprefix("header."): text for name, text in values.items() if name.startswith("header.")}
    body = {name: text for name, text in values.items() if "." not in name}
    if media:
        kind = head_of(template)
        file = {"id": media} | ({"filename": name} if kind == "document" else {})
        components.append({"type": "header", "parameters": [{"type": kind, kind: file}]})
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
    """An approved template as ours; None for one that cannot be sent from here (a place at its head, a catalogue ...).

    Its text has {{1}} or {{name}} for the body's variables, {{header.1}} for the head's, {{button.0}} for a button's;
    what file stands at its head is marked in its id, which comes back when it is sent.
    """
    one = record(given)
    name, language = words(one.get("name")), words(one.get("language"))
    if not name or not language or words(one.get("status")).upper() != "APPROVED":
        return None
    lines, mark = [], ""
    for part in map(record, items(one.get("components"))):
        kind, text = words(part.get("type")).upper(), words(part.get("text"))
        if kind == "HEADER":
            shape = words(part.get("format")).lower()
            if shape in _HEADS:
                mark = f"{_HEAD}{shape}"
                lines.append(f"[{_HEADS[shape]} at its head]")
            elif shape not in ("text", ""):
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
    id_ = (words(one.get("id")) or f"{name}:{language}") + mark
    return Template(id_, name, language, "\n\n".join(filter(None, lines)))


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
