"""What happened to a room, in words: who came and went, what it is called now. Pure."""

from __future__ import annotations

from typing import Any

from omnitui.sync.channels.matrix.fields import record, words
from omnitui.sync.channels.matrix.people import Names

BARRED_ENCRYPTED = (
    "This room is end-to-end encrypted: omnitui can neither read nor answer in it. Use another Matrix program"
)
BARRED_LEFT = "The user is not in this room any more"
BARRED_ALONE = "Everybody else has left this room: nobody would read an answer"
BARRED_REPLACED = "This room has been replaced by another one; go on there"


def happened(room: str, event: dict[str, Any], names: Names) -> str:
    """What a state event says; empty for what nobody needs to read."""
    content, who = record(event.get("content")), names.of(room, words(event.get("sender")))
    match event.get("type"):
        case "m.room.member":
            return _membership(room, event, names)
        case "m.room.name":
            name = words(content.get("name"))
            return f"{who} named the room: {name}" if name else f"{who} took the room's name away"
        case "m.room.topic":
            topic = words(content.get("topic"))
            return f"{who} set the topic: {topic}" if topic else ""
        case "m.room.encryption":
            return f"{who} switched on encryption: from here on omnitui can neither read nor answer in this room"
        case "m.room.tombstone":
            return f"{who} replaced this room by another one: {words(content.get('body'))}"
    return ""


def _membership(room: str, event: dict[str, Any], names: Names) -> str:
    content = record(event.get("content"))
    before = record(record(event.get("unsigned")).get("prev_content"))
    was, now = words(before.get("membership")) or "leave", words(content.get("membership"))
    user, sender = words(event.get("state_key")), words(event.get("sender"))
    whom, who = words(content.get("displayname"))[:300] or names.of(room, user), names.of(room, sender)
    reason = f": {words(content.get('reason'))[:500]}" if words(content.get("reason")) else ""
    if now == was:
        return ""
    if now == "join":
        return f"{whom} joined"
    if now == "invite":
        return f"{who} invited {whom}{reason}"
    if now == "knock":
        return f"{whom} asks to be let in{reason}"
    if now == "ban":
        return f"{who} banned {whom}{reason}"
    if now != "leave":
        return ""
    if was == "ban":
        return f"{who} lifted the ban of {whom}"
    if user != sender:
        took = {"invite": "took back the invitation of", "knock": "did not let in"}.get(was, "removed")
        return f"{who} {took} {whom}{reason}"
    return f"{whom} declined the invitation{reason}" if was == "invite" else f"{whom} left{reason}"
