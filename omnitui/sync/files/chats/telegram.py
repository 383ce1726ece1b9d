"""Telegram Desktop's export (`result.json`): one chat, or all chats of an account."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from omnitui.core.channel_events import Direction, Event, MessageEvent, Person, RemoteFile
from omnitui.core.errors import Refused
from omnitui.core.times import Instant
from omnitui.sync.files.chats.opening import BESIDE, read_json

_MEDIA = ("photo", "file")


def telegram_events(path: Path, us: Collection[str]) -> Iterator[Event]:
    """Every message of the export, oldest first within its chat. `us`: names of ours in it.

    Raises NotFound, and Refused for what is no such export.
    """
    given = read_json(path, "JSON export of Telegram")
    if not isinstance(given, dict):
        raise Refused(f"{path.name} is no JSON export of Telegram")
    listed = given.get("chats", {}).get("list") if isinstance(given.get("chats"), dict) else None
    chats = [one for one in (listed if isinstance(listed, list) else [given]) if isinstance(one, dict)]
    if not any(_is_known(message) for chat in chats for message in _messages(chat)):
        raise Refused(f"{path.name} is no JSON export of Telegram, or there is no message in it")
    for number, chat in enumerate(chats):
        if _messages(chat):
            yield from _chat(chat, number, path.stem, us)


def _messages(chat: dict[str, Any]) -> list[Any]:
    found = chat.get("messages")
    return found if isinstance(found, list) else []


def _is_known(message: Any) -> bool:
    return isinstance(message, dict) and message.get("type") in ("message", "service") and _time(message) > 0


def _chat(chat: dict[str, Any], number: int, stem: str, us: Collection[str]) -> Iterator[Event]:
    title = str(chat.get("name") or "")
    remote = str(chat.get("id") or title or f"{stem}-{number}")
    outside = _others(chat["messages"], us)
    for place, message in enumerate(chat["messages"]):
        if isinstance(message, dict):
            yield _message(message, remote, place, title if len(outside) > 1 else "", outside, us)


def _others(messages: list[Any], us: Collection[str]) -> list[Person]:
    found: dict[str, Person] = {}
    for message in messages:
        if isinstance(message, dict) and message.get("type") == "message" and _writer(message) not in us:
            person = _person(message)
            found.setdefault(person.address, person)
    return list(found.values())[:30]


def _writer(message: dict[str, Any]) -> str:
    return str(message.get("from") or message.get("actor") or "")


def _person(message: dict[str, Any]) -> Person:
    name = _writer(message)
    return Person(
        str(message.get("from_id") or message.get("actor_id") or name or "unknown"), name or "Deleted account"
    )


def _message(
    message: dict[str, Any], remote: str, place: int, title: str, outside: list[Person], us: Collection[str]
) -> MessageEvent:
    service = message.get("type") != "message"
    person = _person(message)
    direction = Direction.SYSTEM if service else Direction.OUT if person.name in us else Direction.IN
    text = plain(message.get("text"))
    if service:
        text = f"{person.name}: {str(message.get('action') or 'something happened').replace('_', ' ')}"
    at = _time(message)
    edited = _number(message.get("edited_unixtime"))
    files = tuple(_file(message, key) for key in _MEDIA if isinstance(message.get(key), str))
    known = message.get("id")
    digest = hashlib.sha256(f"{place} {at} {person.address} {text}".encode()).hexdigest()[:24]
    return MessageEvent(
        conversation=remote,
        remote_id=f"{remote}/{known if isinstance(known, int) else digest}",
        at=at,
        direction=direction,
        author=person,
        text=text,
        files=files,
        reply_to=f"{remote}/{message['reply_to_message_id']}" if message.get("reply_to_message_id") else "",
        title=title,
        people=tuple(outside),
        kind="sticker" if message.get("media_type") == "sticker" else "chat",
        edited_at=Instant(edited * 1000) if edited else None,
    )


def plain(text: Any) -> str:
    """The text of a message: a string, or a list of strings and of objects that hold one."""
    if isinstance(text, str):
        return text
    if not isinstance(text, list):
        return ""
    return "".join(one if isinstance(one, str) else str(one.get("text") or "") for one in text if one)


def _time(message: dict[str, Any]) -> Instant:
    seconds = _number(message.get("date_unixtime"))
    if seconds:
        return Instant(seconds * 1000)
    try:
        return Instant(int(datetime.fromisoformat(str(message["date"])).replace(tzinfo=UTC).timestamp() * 1000))
    except (KeyError, ValueError, OverflowError):
        return Instant(0)


def _number(value: Any) -> int:
    text = str(value or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0


def _file(message: dict[str, Any], key: str) -> RemoteFile:
    name = str(message.get("file_name") or Path(str(message[key])).name)
    type_ = str(message.get("mime_type") or ("image/jpeg" if key == "photo" else "application/octet-stream"))
    gone = str(message[key]).startswith("(")
    return RemoteFile(str(message[key]), name, type_, lost="it is not in the export" if gone else BESIDE)
