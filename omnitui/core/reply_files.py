"""Saved replies as files: one TOML for all, or one Markdown for each.

```
---
name: Where is it: parcel       (only where the file's own name cannot say it)
subject: Your parcel
---
Hello {{contact.first_name|there}}, ...
```
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable

from omnitui.core.errors import Refused
from omnitui.core.saved_replies import SavedReply, checked
from omnitui.core.text.clean import safe_name

_HEAD = re.compile(r"\A---\n(?P<fields>(?:[a-z]+:[^\n]*\n)*)---\n+")


def to_toml(replies: Iterable[SavedReply]) -> str:
    """All of them, as `[[reply]]` tables."""
    return "\n".join(_table(reply) for reply in replies)


def from_toml(text: str, source: str) -> list[SavedReply]:
    """The inverse. Raises Refused, naming `source`, for what is no TOML, lacks a text or has a field too many."""
    try:
        tables = tomllib.loads(text).get("reply", [])
    except tomllib.TOMLDecodeError as error:
        raise Refused(f"{source} is no TOML: {error}") from error
    found = []
    for number, table in enumerate(tables if isinstance(tables, list) else [tables], 1):
        fields = table if isinstance(table, dict) else {}
        wrong = [key for key, value in fields.items() if key not in _FIELDS or not isinstance(value, str)]
        if wrong or not {"name", "body"} <= fields.keys():
            raise Refused(f"{source}: reply {number} needs texts name and body, and may have a subject; nothing else")
        found.append(checked(SavedReply(**fields)))
    if not found:
        raise Refused(f"{source} holds no [[reply]]")
    return found


def to_markdown(reply: SavedReply) -> tuple[str, str]:
    """File name and content."""
    stem = safe_name(reply.name)
    head = [f"name: {reply.name}"] if stem != reply.name else []
    head += [f"subject: {reply.subject}"] if reply.subject else []
    # A text that begins like a head gets an empty one, so that it is read as the text it is.
    lines = ["---", *head, "---", ""] if head or reply.body.startswith("---\n") else []
    return f"{stem}.md", "\n".join([*lines, reply.body, ""])


def from_markdown(stem: str, text: str) -> SavedReply:
    """The inverse, from the file's name without its end. Raises Refused."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    head = _HEAD.match(text)
    lines = head["fields"].splitlines() if head else []
    fields = {key: value.strip() for key, _, value in (line.partition(":") for line in lines)}
    wrong = sorted(fields.keys() - {"name", "subject"})
    if wrong:
        raise Refused(f"{stem}.md: {wrong[0]} means nothing between the --- lines; name and subject do")
    body = text[head.end() :] if head else text
    return checked(SavedReply(fields.get("name", stem), body, fields.get("subject", "")))


_FIELDS = ("name", "subject", "body")


def _table(reply: SavedReply) -> str:
    fields = [("name", reply.name), ("subject", reply.subject), ("body", reply.body)]
    return "[[reply]]\n" + "".join(f"{key} = {_text(value)}\n" for key, value in fields if value)


def _text(value: str) -> str:
    """A TOML string (TOML 1.0, String): lines stay lines where that is possible."""
    if "\n" not in value:
        return json.dumps(value, ensure_ascii=False)
    inner = value.replace("\\", "\\\\").replace('"""', '""\\"')
    return f'"""\n{inner[:-1] + chr(92) + inner[-1] if inner.endswith(chr(34)) else inner}"""'
