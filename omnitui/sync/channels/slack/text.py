"""What people wrote in Slack as plain text: its markup, its blocks and its attachments. Pure; never raises on content.

https://docs.slack.dev/messaging/formatting-message-text, https://docs.slack.dev/reference/block-kit/blocks
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

MOST_EMOJI = 200
"""Different emoji of one message that are told by their signs."""
DEEPEST = 8
"""Levels of blocks within blocks that are read."""
_REFERENCE = re.compile(r"<([^<>\n]{1,4000})>")
_MENTION = re.compile(r"<@([A-Z0-9]{2,30})[|>]")


def mentioned(message: Mapping[str, Any]) -> set[str]:
    """The ids of people named in a message, whose names its text needs."""
    found = set(_MENTION.findall(string(message.get("text"))))
    for block in dicts(message.get("blocks")):
        found |= _named_in(block, 0)
    return found


def words_of(message: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """All that a message says: its text, or its blocks where it has none, and what is attached."""
    said = _with_emoji(plain(string(message.get("text")), names), message).strip()
    if not said:
        said = _joined((_block(block, names, 0) for block in dicts(message.get("blocks"))), "\n")
    more = [_attachment(item, names) for item in dicts(message.get("attachments")) if _is_own(item)]
    return _joined([said, *(text for text in more if text not in said)], "\n\n")


def _with_emoji(text: str, message: Mapping[str, Any]) -> str:
    """The text with the signs of emoji for their names (`:pray:`), as far as the message's own blocks tell them."""
    signs: dict[str, str] = {}
    for block in dicts(message.get("blocks")) if ":" in text else []:
        _gather_emoji(block, signs, 0)
    # The longer ones have a skin tone behind the name.
    for name in sorted(signs, key=len, reverse=True):
        text = text.replace(name, signs[name])
    return text


def _gather_emoji(part: Mapping[str, Any], signs: dict[str, str], depth: int) -> None:
    sign = _sign(part) if part.get("type") == "emoji" else ""
    if sign:
        tone = part.get("skin_tone")
        signs[f":{string(part.get('name'))}:" + (f":skin-tone-{tone}:" if isinstance(tone, int) else "")] = sign
    for child in dicts(part.get("elements")) if depth < DEEPEST and len(signs) < MOST_EMOJI else []:
        _gather_emoji(child, signs, depth + 1)


def _sign(emoji: Mapping[str, Any]) -> str:
    """Slack gives code points in hexadecimal, joined by hyphens; none for emoji of the workspace's own."""
    points = string(emoji.get("unicode")).split("-")
    if not all(re.fullmatch(r"[0-9a-fA-F]{1,6}", point) for point in points):
        return ""
    numbers = [int(point, 16) for point in points]
    return (
        "".join(map(chr, numbers))
        if all(0x20 < number < 0xD800 or 0xDFFF < number < 0x110000 for number in numbers)
        else ""
    )


def plain(text: str, names: Mapping[str, str]) -> str:
    """Slack's markup with its references told in words and its three entities undone."""
    told = _REFERENCE.sub(lambda found: _reference(found[1], names), text)
    return told.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def escaped(text: str) -> str:
    """Text of ours so that nothing in it is markup (`<!channel>` must not wake everybody)."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def string(value: object) -> str:
    """The value where it is text, else nothing."""
    return value if isinstance(value, str) else ""


def dicts(value: object) -> list[dict[str, Any]]:
    """The objects in a list; what else stands there is passed over."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _reference(inner: str, names: Mapping[str, str]) -> str:
    target, _, label = inner.partition("|")
    if target.startswith("@"):
        return f"@{names.get(target[1:]) or label.lstrip('@') or target[1:]}"
    if target.startswith("#"):
        return f"#{names.get(target[1:]) or label or target[1:]}"
    if target.startswith("!"):
        word = target[1:].partition("^")[0]
        if word in ("here", "channel", "everyone"):
            return f"@{word}"
        return label or f"@{word}"
    address = target.removeprefix("mailto:").removeprefix("tel:")
    if not label or label in (address, target) or target == f"http://{label}" or target == f"https://{label}":
        return address
    return f"{label} ({address})"


def _joined(parts: Iterable[str], between: str) -> str:
    return between.join(part for part in parts if part.strip())


def _is_own(attachment: Mapping[str, Any]) -> bool:
    """Not the picture of a link that stands in the text anyway."""
    if attachment.get("is_share") or attachment.get("is_msg_unfurl"):
        return True
    return not (attachment.get("from_url") or attachment.get("original_url"))


def _attachment(item: Mapping[str, Any], names: Mapping[str, str]) -> str:
    if item.get("is_share") or item.get("is_msg_unfurl"):
        who = string(item.get("author_name")) or string(item.get("author_id"))
        text = plain(string(item.get("text")), names) or _inner_blocks(item, names)
        return f"Forwarded from {who}:\n{text}" if who else f"Forwarded:\n{text}"
    fields = [
        f"{plain(string(field.get('title')), names)}: {plain(string(field.get('value')), names)}"
        for field in dicts(item.get("fields"))
    ]
    told = [plain(string(item.get(part)), names) for part in ("pretext", "title", "text")]
    return _joined([*told, *fields, _inner_blocks(item, names)], "\n") or plain(string(item.get("fallback")), names)


def _inner_blocks(item: Mapping[str, Any], names: Mapping[str, str]) -> str:
    own = _joined((_block(block, names, 0) for block in dicts(item.get("blocks"))), "\n")
    for inner in dicts(item.get("message_blocks")):
        message = inner.get("message")
        if isinstance(message, dict):
            own = _joined([own, *(_block(block, names, 0) for block in dicts(message.get("blocks")))], "\n")
    return own


def _block(block: Mapping[str, Any], names: Mapping[str, str], depth: int) -> str:
    """One block of Block Kit as lines."""
    kind = string(block.get("type"))
    if depth > DEEPEST:
        return "…"
    if kind == "rich_text":
        return _joined((_rich(part, names, depth + 1) for part in dicts(block.get("elements"))), "\n")
    if kind == "divider":
        return ""
    if kind in ("image", "video"):
        return f"[{_text_object(block.get('title'), names) or string(block.get('alt_text')) or kind}]"
    if kind in ("context", "actions"):
        return _joined((_element(part, names) for part in dicts(block.get("elements"))), " ")
    parts = [
        _text_object(block.get("text"), names),
        *(_text_object(part, names) for part in _list(block.get("fields"))),
    ]
    accessory = block.get("accessory")
    if isinstance(accessory, dict):
        parts.append(_element(accessory, names))
    return _joined(parts, "\n") or (f"[{kind}]" if kind not in ("section", "header", "") else "")


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _text_object(value: object, names: Mapping[str, str]) -> str:
    """A text object of Block Kit; in some places it is a bare string."""
    if isinstance(value, dict):
        text = string(value.get("text"))
        return plain(text, names) if value.get("type") == "mrkdwn" else text
    return string(value)


def _element(part: Mapping[str, Any], names: Mapping[str, str]) -> str:
    if part.get("type") in ("mrkdwn", "plain_text"):
        return _text_object(dict(part), names)
    label = _text_object(part.get("text"), names) or string(part.get("alt_text"))
    return f"[{label}]" if label else ""


def _rich(part: Mapping[str, Any], names: Mapping[str, str], depth: int) -> str:
    """A part of rich text: a section, a list, a quote or code."""
    kind = string(part.get("type"))
    if depth > DEEPEST:
        return "…"
    if kind == "rich_text_list":
        items = [_rich(item, names, depth + 1) for item in dicts(part.get("elements"))]
        ordered = part.get("style") == "ordered"
        return "\n".join(f"{number}. {item}" if ordered else f"• {item}" for number, item in enumerate(items, 1))
    told = "".join(_inline(item, names) for item in dicts(part.get("elements")))
    if kind == "rich_text_quote":
        return "\n".join(f"> {line}" for line in told.split("\n"))
    return told


def _inline(item: Mapping[str, Any], names: Mapping[str, str]) -> str:
    kind = string(item.get("type"))
    if kind == "link":
        url, label = string(item.get("url")), string(item.get("text"))
        return f"{label} ({url})" if label and label != url else url
    if kind == "user":
        id = string(item.get("user_id"))
        return f"@{names.get(id) or id}"
    if kind == "channel":
        id = string(item.get("channel_id"))
        return f"#{names.get(id) or id}"
    if kind == "usergroup":
        return f"@{string(item.get('usergroup_id'))}"
    if kind == "emoji":
        return _sign(item) or f":{string(item.get('name'))}:"
    if kind == "broadcast":
        return f"@{string(item.get('range'))}"
    return string(item.get("text")) or string(item.get("fallback"))


def _named_in(part: Mapping[str, Any], depth: int) -> set[str]:
    """People named in a block, at any depth."""
    if depth > DEEPEST:
        return set()
    found = {string(part.get("user_id"))} if part.get("type") == "user" else set()
    found |= set(_MENTION.findall(string(part.get("text"))))
    inner = part.get("text")
    if isinstance(inner, dict):
        found |= set(_MENTION.findall(string(inner.get("text"))))
    for child in dicts(part.get("elements")) + dicts(part.get("fields")):
        found |= _named_in(child, depth + 1)
    return found - {""}
