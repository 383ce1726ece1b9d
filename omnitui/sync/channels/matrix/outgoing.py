"""What we send, as the contents of Matrix events: pure, and the same for every try."""

from __future__ import annotations

from typing import Any

from omnitui.sync.channels.contract import Outbound, OutboundFile
from omnitui.sync.channels.matrix.content import KEY, PART, PARTS

FALLBACK = 500
"""Characters of an edit that programs which do not know edits are shown."""


def contents(draft: Outbound, uris: list[str], thread: str = "") -> list[dict[str, Any]]:
    """One event for the text, one for each file. `uris`: where its files are; `thread`: the root of the thread that
    the answered message stands in."""
    made: list[dict[str, Any]] = []
    if draft.text or not draft.files:
        made.append({"msgtype": "m.text", "body": draft.text, "m.mentions": {}})
    made += [_file(file, uri) for file, uri in zip(draft.files, uris, strict=True)]
    if draft.reply_to.startswith("$"):
        made[0]["m.relates_to"] = _relation(draft.reply_to, thread)
    for part, content in enumerate(made):
        content |= {KEY: draft.key, PART: part, PARTS: len(made)}
    return made


def transaction(key: str, part: int) -> str:
    """The transaction id of a part: a retry of it changes nothing."""
    return f"{key}.{part}"


def edit(remote_id: str, text: str) -> dict[str, Any]:
    """A new version of a text (m.replace, v1.4)."""
    new = {"msgtype": "m.text", "body": text}
    shown = text if len(text) <= FALLBACK else f"{text[:FALLBACK]} ..."
    relation = {"rel_type": "m.replace", "event_id": remote_id}
    return {"msgtype": "m.text", "body": f"* {shown}", "m.new_content": new, "m.relates_to": relation}


def reaction(remote_id: str, emoji: str) -> dict[str, Any]:
    """An emoji put to a message."""
    return {"m.relates_to": {"rel_type": "m.annotation", "event_id": remote_id, "key": emoji}}


def _relation(target: str, thread: str) -> dict[str, Any]:
    relation: dict[str, Any] = {"m.in_reply_to": {"event_id": target}}
    if thread:
        relation |= {"rel_type": "m.thread", "event_id": thread, "is_falling_back": False}
    return relation


def _file(file: OutboundFile, uri: str) -> dict[str, Any]:
    sort = file.type.partition("/")[0]
    msgtype = {"image": "m.image", "audio": "m.audio", "video": "m.video"}.get(sort, "m.file")
    return {
        "msgtype": msgtype,
        "body": file.name,
        "filename": file.name,
        "url": uri,
        "info": {"mimetype": file.type, "size": file.size},
    }
