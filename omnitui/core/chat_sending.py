"""What to know before a chat message leaves: its length as the channel counts it, its window, its files. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from omnitui.core.before_sending import Caution
from omnitui.core.channels import Capabilities, Counting, Window
from omnitui.core.text import segments
from omnitui.core.times import HOUR, MINUTE, Instant

_VARIABLE = re.compile(r"\{\{\s*([^{}\s][^{}]*?)\s*\}\}")
_NEAR = HOUR
"""So long before a window closes its countdown is a warning."""


def length(can: Capabilities, text: str) -> int:
    """How long the channel counts a text: characters, or code units of UTF-16."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2 if can.counting is Counting.UTF16 else len(text)


def counted(can: Capabilities, text: str) -> str:
    """The length against the limit, or the SMS it becomes, for the composer; empty where nothing limits it."""
    size, most = length(can, text.strip()), f"/{can.most_text:,}" if can.most_text else ""
    if can.counting is Counting.SMS:
        found = segments.count(text.strip())
        why = segments.foreign(text.strip())[:3] if found.encoding == segments.UCS2 else ""
        return f"{found.words}{f' (long because of {why})' if why else ''}"
    return f"{size:,}{most}" if most else ""


def window_words(window: Window, now: Instant) -> tuple[str, str]:
    """How long one may still answer, or what is possible now that it is over, with the role to show it in."""
    if window.kind == "open":
        if window.until is None:
            return "", ""
        left = max(window.until - now, 0)
        hours, minutes = left // HOUR, left % HOUR // MINUTE
        words = f"{hours} h {minutes:02d} min" if hours else f"{minutes} min"
        return f"the window to answer closes in {words}", "warn" if left < _NEAR else "muted"
    if window.kind == "template":
        return f"{window.words}: only a template can be sent", "warn"
    return f"{window.words or 'Nobody can answer here now'}: nothing can be sent", "danger"


def chat_cautions(
    can: Capabilities, text: str, window: Window, *, sizes: Sequence[int] = (), chat: str = ""
) -> list[Caution]:
    """What keeps a chat message from leaving, in words; `chat` is the draft's, with the template that it is made of."""
    found: list[Caution] = []
    made_of = template_of(chat)
    if made_of and made_of.get("filled", text).strip() != text.strip():
        found.append(Caution("the text is no longer the template's; choose the template again", stops=True))
    if not made_of and window.kind != "open":
        more = "; choose a template" if window.kind == "template" else ""
        found.append(Caution(f"{window.words or 'nobody can answer here now'}{more}", stops=True))
    over = length(can, text.strip()) - can.most_text
    if can.most_text and over > 0:
        found.append(Caution(f"the text is {over:,} longer than the channel takes", stops=True))
    if sizes and not can.attachments:
        found.append(Caution("this channel takes no files", stops=True))
    if can.most_file and any(size > can.most_file for size in sizes):
        found.append(Caution(f"a file is larger than the channel's {can.most_file / 1_000_000:.0f} MB", stops=True))
    return found


def parts(can: Capabilities, text: str, files: int) -> list[tuple[str, slice]]:
    """An answer as the messages that the channel takes: of each its text, and which of the files go with it."""
    if not files:
        return [(text, slice(0, 0))]
    each = can.most_files or files
    pieces = [slice(start, start + each) for start in range(0, files, each)]
    alone = bool(can.most_caption) and length(can, text.strip()) > can.most_caption
    made = [(text, slice(0, 0))] if alone else []
    return made + [("" if alone or piece.start else text, piece) for piece in pieces]


def files_words(can: Capabilities, names: Sequence[str]) -> str:
    """The files of a draft for the composer, and in how many messages they go where that is more than one."""
    many = len(parts(can, "", len(names)))
    return ", ".join(names) + (f" (as {many} messages)" if many > 1 else "")


def variables(body: str) -> list[str]:
    """The names or numbers that a template asks for, in order, each once."""
    return list(dict.fromkeys(_VARIABLE.findall(body)))


def filled(body: str, values: Mapping[str, str]) -> str:
    """A template's text with its variables in place."""
    return _VARIABLE.sub(lambda found: values.get(found[1], found[0]), body)


def template_json(id: str, name: str, language: str, values: Mapping[str, str], text: str) -> str:
    """What a draft made of a template carries along; `filled` is its text, to see whether it was written in."""
    made = {"id": id, "name": name, "language": language, "variables": dict(values)}
    return json.dumps({"template": made, "filled": text}, ensure_ascii=False)


def template_of(chat: str) -> dict[str, Any]:
    """The template of a draft with its `filled` text; empty for an ordinary message."""
    kept: dict[str, Any] = json.loads(chat) if chat else {}
    made = kept.get("template")
    return {**made, "filled": kept.get("filled", "")} if made else {}
