"""Which export a file or folder is, by what stands in it; the name of a file tells nothing."""

from __future__ import annotations

import json
import re
from pathlib import Path

from omnitui.sync.files.chats.whatsapp import is_chat_line

HEAD = 65536
"""Bytes that are looked at."""
_JSON_KEYS = {
    "instagram": re.compile(r'"(?:sender_name|thread_path|participants)"\s*:'),
    "telegram": re.compile(r'"(?:chats|messages|personal_information)"\s*:'),
}


def recognised(path: Path) -> str:
    """telegram, instagram, whatsapp, slack, mbox or maildir; empty: none of them. Raises OSError."""
    if path.is_dir():
        return "maildir" if (path / "cur").is_dir() or (path / "new").is_dir() else "slack"
    with path.open("rb") as file:
        data = file.read(HEAD)
    if data.startswith(b"PK\x03\x04"):
        return "slack"
    text = data.decode("utf-8-sig", "replace").lstrip()
    if text.startswith("From "):
        return "mbox"
    if text.startswith("{"):
        return "" if _is_line(text) else next((name for name, key in _JSON_KEYS.items() if key.search(text)), "")
    return "whatsapp" if is_chat_line(text.partition("\n")[0]) else ""


def _is_line(text: str) -> bool:
    """Whether the first line is an object of its own that says of which kind of event it is."""
    try:
        given = json.loads(text.partition("\n")[0])
    except (ValueError, RecursionError):
        return False
    return isinstance(given, dict) and "messages" not in given and "chats" not in given
