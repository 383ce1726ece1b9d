"""Meta's export of Instagram and Messenger ("Download your information", JSON): `message_1.json` of one chat.

Its texts are UTF-8 bytes written as if each were a character (JSON escapes of one byte each), so they are read back.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from omnitui.core.channel_events import Direction, Event, MessageEvent, Person, ReactionEvent, RemoteFile
from omnitui.core.errors import Refused
from omnitui.core.times import Instant
from omnitui.sync.files.chats.opening import BESIDE, read_json

CALLED = "JSON export of Instagram or Messenger"
_MEDIA = {
    "photos": "image/jpeg",
    "videos": "video/mp4",
    "audio_files": "audio/mp4",
    "files": "application/octet-stream",
}


def meta_events(path: Path, us: Collection[str]) -> Iterator[Event]:
    """Every message of the chat, oldest first, with its reactions. `us`: names of ours in it.

    Raises NotFound, and Refused for what is no such export.
    """
    given = read_json(path, CALLED)
    listed = given.get("messages") if isinstance(given, dict) else None
    known = [one for one in listed or () if _is_known(one)] if isinstance(listed, list) else []
    if not known:
        raise Refused(f"{path.name} is no {CALLED}, or there is no message in it")
    title = _text(given.get("title"))
    remote = str(given.get("thread_path") or title or path.stem)
    outside = {name: Person(name, name) for one in known if (name := _text(one.get("sender_name"))) not in us}
    people = tuple(outside.values())[:30]
    seen: dict[str, int] = {}
    for one in sorted(known, key=lambda one: int(one["timestamp_ms"])):
        yield from _message(one, remote, title if len(people) > 1 else "", people, us, seen)


def _is_known(message: Any) -> bool:
    return (
        isinstance(message, dict)
        and isinstance(message.get("timestamp_ms"), int)
        and 0 < message["timestamp_ms"] < 2**45
        and isinstance(message.get("sender_name"), str)
    )


def _message(
    message: dict[str, Any],
    remote: str,
    title: str,
    people: tuple[Person, ...],
    us: Collection[str],
    seen: dict[str, int],
) -> Iterator[Event]:
    name, text, at = _text(message["sender_name"]), _text(message.get("content")), Instant(message["timestamp_ms"])
    files = tuple(_files(message))
    digest = hashlib.sha256(f"{at} {name} {text} {[file.ref for file in files]}".encode()).hexdigest()[:24]
    seen[digest] = seen.get(digest, 0) + 1
    id_ = f"{remote}/{digest}-{seen[digest]}"
    link = message.get("share", {}).get("link") if isinstance(message.get("share"), dict) else None
    yield MessageEvent(
        conversation=remote,
        remote_id=id_,
        at=at,
        direction=Direction.OUT if name in us else Direction.IN,
        author=Person(name, name),
        text="\n".join(part for part in (text, _text(link)) if part),
        files=files,
        title=title,
        people=people,
    )
    for reaction in message.get("reactions") or ():
        if isinstance(reaction, dict) and reaction.get("reaction"):
            who = _text(reaction.get("actor")) or "unknown"
            emoji = (_text(reaction["reaction"]),)
            yield ReactionEvent(conversation=remote, remote_id=id_, at=at, person=Person(who, who), emoji=emoji)


def _files(message: dict[str, Any]) -> Iterator[RemoteFile]:
    for key, type_ in _MEDIA.items():
        for one in message.get(key) or ():
            if isinstance(one, dict) and isinstance(one.get("uri"), str):
                yield RemoteFile(one["uri"], Path(one["uri"]).name, type_, lost=BESIDE)


def _text(value: Any) -> str:
    """What Meta writes: each byte of the UTF-8 as a character; a text that is no such thing stays as it is."""
    text = value if isinstance(value, str) else ""
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text
