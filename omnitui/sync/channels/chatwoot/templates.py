"""Approved WhatsApp templates of the inboxes: as the kit shows them, and as Chatwoot takes one (`template_params`).

Source: message_templates of an inbox are Meta's own records of them; the fields that a message needs are those of
"Create New Message" in the application API.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from omnitui.core.errors import Refused
from omnitui.sync.channels.chatwoot.inboxes import WHATSAPP, Inbox
from omnitui.sync.channels.chatwoot.values import records, words
from omnitui.sync.channels.contract import Template

CATEGORIES = ("UTILITY", "MARKETING", "SHIPPING_UPDATE", "TICKET_UPDATE", "ISSUE_RESOLUTION")
LINK = "header.link"
"""The variable for the address of a template's picture, film or document."""
_VARIABLE = re.compile(r"\{\{\s*([A-Za-z0-9_]{1,60})\s*\}\}")
_MEDIA = {"IMAGE": "image", "VIDEO": "video", "DOCUMENT": "document"}


def templates_of(inboxes: Iterable[Inbox]) -> tuple[Template, ...]:
    """Those that may be sent. Where several inboxes have templates, the name says of which one each is."""
    holding = [inbox for inbox in inboxes if inbox.kind == WHATSAPP]
    found = []
    for inbox in holding:
        for one in _usable(inbox):
            name = words(one.get("name"))
            shown = f"{name} ({inbox.name})" if len(holding) > 1 else name
            found.append(Template(_id(inbox, one), shown, words(one.get("language")), _body(one)))
    return tuple(found)


def inbox_of(id_: str) -> int:
    """The inbox of a template, by its id here; 0 for none."""
    head = id_.partition("|")[0]
    return int(head) if head.isascii() and head.isdigit() else 0


def template_params(inboxes: Iterable[Inbox], draft: Template) -> dict[str, Any]:
    """What Chatwoot takes. Raises Refused where the template is not there any more or a value is missing."""
    raw = next((one for inbox in inboxes for one in _usable(inbox) if _id(inbox, one) == draft.id), None)
    if raw is None:
        raise Refused(f"the template {draft.name} is not approved in this inbox any more; choose another one")
    given = {name: " ".join(value.split()) for name, value in draft.variables.items()}
    missing = [name for name in _names(raw) if not given.get(name)]
    if missing:
        raise Refused(f"the template {draft.name} needs a value for {', '.join(missing)}")
    category = words(raw.get("category")).upper()
    params: dict[str, Any] = {
        "name": words(raw.get("name")),
        "category": category if category in CATEGORIES else CATEGORIES[0],
        "language": words(raw.get("language")),
        "processed_params": _filled(raw, given),
    }
    if words(raw.get("namespace")):
        params["namespace"] = words(raw.get("namespace"))
    return params


def _usable(inbox: Inbox) -> list[dict[str, Any]]:
    """Approved, and of the kinds that an agent may send: those with codes to sign in are none."""
    found = records(inbox.raw.get("message_templates"))
    good = [one for one in found if words(one.get("status")).upper() == "APPROVED" and words(one.get("name"))]
    return [one for one in good if words(one.get("category")).upper() != "AUTHENTICATION" and _part(one, "BODY")]


def _id(inbox: Inbox, raw: dict[str, Any]) -> str:
    return f"{inbox.id}|{words(raw.get('name'))}|{words(raw.get('language'))}"


def _part(raw: dict[str, Any], kind: str) -> dict[str, Any]:
    return next((one for one in records(raw.get("components")) if words(one.get("type")).upper() == kind), {})


def _body(raw: dict[str, Any]) -> str:
    """The text with its variables: those of the head are header.1, the link of its file header.link, those of buttons
    button.0, button.1 ..."""
    head = _part(raw, "HEADER")
    media = _MEDIA.get(words(head.get("format")).upper())
    lines = [
        f"[{media}: {{{{{LINK}}}}}]" if media else _prefixed(words(head.get("text")), "header."),
        _prefixed(words(_part(raw, "BODY").get("text")), ""),
        words(_part(raw, "FOOTER").get("text")),
    ]
    buttons = []
    for place, button in enumerate(records(_part(raw, "BUTTONS").get("buttons"))):
        label, link = words(button.get("text")), words(button.get("url"))
        if _asks(button):
            value = f"{{{{button.{place}}}}}"
            link = _VARIABLE.sub(lambda _, value=value: value, link) if link else value  # type: ignore[misc]
        buttons.append(f"[{label}{': ' if label and link else ''}{link}]")
    return "\n\n".join(line for line in [*lines, "\n".join(buttons)] if line.strip())


def _prefixed(text: str, prefix: str) -> str:
    return _VARIABLE.sub(lambda found: f"{{{{{prefix}{found[1]}}}}}", text)


def _asks(button: dict[str, Any]) -> bool:
    """Whether a button needs a value: the end of its address, or the code that it copies."""
    kind = words(button.get("type")).upper()
    return kind == "COPY_CODE" or (kind == "URL" and bool(_VARIABLE.search(words(button.get("url")))))


def _names(raw: dict[str, Any]) -> list[str]:
    """The variables that need a value, in the order in which they are asked for."""
    return list(dict.fromkeys(re.findall(r"\{\{([A-Za-z0-9_.]+)\}\}", _body(raw))))


def _filled(raw: dict[str, Any], given: Mapping[str, str]) -> dict[str, Any]:
    """The values by the part that they stand in. Buttons keep their places: Chatwoot counts them."""
    found: dict[str, Any] = {}
    body = {name: given[name] for name in _VARIABLE.findall(words(_part(raw, "BODY").get("text")))}
    if body:
        found["body"] = body
    head = _part(raw, "HEADER")
    media = _MEDIA.get(words(head.get("format")).upper())
    if media:
        found["header"] = {"media_url": given[LINK], "media_type": media}
    elif names := _VARIABLE.findall(words(head.get("text"))):
        found["header"] = {name: given[f"header.{name}"] for name in names}
    buttons: list[dict[str, str]] = []
    for place, button in enumerate(records(_part(raw, "BUTTONS").get("buttons"))):
        kind = words(button.get("type")).lower()
        buttons.append({"type": kind, "parameter": given[f"button.{place}"]} if _asks(button) else {})
    if any(buttons):
        found["buttons"] = buttons
    return found
