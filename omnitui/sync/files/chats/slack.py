"""Slack's export (a zip, or the folder it was unpacked to): users, channels, one JSON file a day and channel."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Collection, Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from omnitui.core.channel_events import Direction, Event, MessageEvent, Person, ReactionEvent, RemoteFile
from omnitui.core.errors import NotFound, Refused
from omnitui.core.times import Instant

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\.json")
_MARK = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")
LARGEST = 32 * 1024 * 1024
"""Bytes of one file of the export: a small zip must not become a large one unseen."""
_QUIET = frozenset({"channel_join", "channel_leave", "channel_topic", "channel_purpose", "channel_name", "group_join"})


def slack_events(path: Path, us: Collection[str]) -> Iterator[Event]:
    """Every message of the export by channel and day. `us`: names or user ids of ours in it.

    Raises NotFound, and Refused for what is no such export.
    """
    if not path.exists():
        raise NotFound(f"there is no file {path}")
    try:
        yield from _Export(path).events(us)
    except OSError as error:
        raise Refused(f"{path.name} cannot be read: {error.strerror or error}") from None
    except (zipfile.BadZipFile, KeyError):
        raise Refused(f"{path.name} is no export of Slack: neither its zip nor the folder that was in it") from None


class _Export:
    def __init__(self, path: Path) -> None:
        self._zip = zipfile.ZipFile(path) if path.is_file() else None
        self._path = path
        self._people = {str(one.get("id")): _person(one) for one in self._list("users.json")}
        rooms = [one for name in ("channels.json", "groups.json", "dms.json", "mpims.json") for one in self._list(name)]
        self._rooms = {str(one.get("name") or one.get("id")): one for one in rooms}
        if not self._people and not self._rooms:
            raise KeyError("users.json")

    def events(self, us: Collection[str]) -> Iterator[Event]:
        """Threads are conversations of their own; what stands outside of one belongs to the channel's."""
        for name in self._days():
            room = PurePosixPath(name).parts[-2]
            remote = str(self._rooms.get(room, {}).get("id") or room)
            for message in self._list(name):
                if isinstance(message, dict) and message.get("ts"):
                    yield from self._message(message, remote, room, us)

    def _message(self, message: dict[str, Any], remote: str, room: str, us: Collection[str]) -> Iterator[Event]:
        ts, thread = str(message["ts"]), str(message.get("thread_ts") or "")
        person = self._writer(message)
        ours = person.address in us or person.name in us or person.handle in us
        system = message.get("subtype") in _QUIET
        direction = Direction.SYSTEM if system else Direction.OUT if ours else Direction.IN
        if not system and not ours and message.get("bot_id") and not message.get("user"):
            direction = Direction.AUTO
        conversation = f"{remote}/{thread}" if thread else remote
        yield MessageEvent(
            conversation=conversation,
            remote_id=f"{remote}/{ts}",
            at=_time(ts),
            direction=direction,
            author=person,
            text=self._plain(str(message.get("text") or "")),
            files=tuple(_file(one) for one in _dicts(message.get("files")) or _dicts([message.get("file")])),
            title=f"#{room}",
            edited_at=_time(str(message["edited"].get("ts"))) if isinstance(message.get("edited"), dict) else None,
        )
        for one in _dicts(message.get("reactions")):
            for user in one.get("users") or ():
                who = self._people.get(str(user), Person(str(user)))
                yield ReactionEvent(
                    conversation=conversation, remote_id=f"{remote}/{ts}", at=_time(ts), person=who,
                    emoji=(f":{one.get('name')}:",),
                )  # fmt: skip

    def _writer(self, message: dict[str, Any]) -> Person:
        known = self._people.get(str(message.get("user") or ""))
        if known is not None:
            return known
        name = str(message.get("username") or message.get("user") or message.get("bot_id") or "unknown")
        return Person(str(message.get("user") or message.get("bot_id") or name), name)

    def _plain(self, text: str) -> str:
        def said(found: re.Match[str]) -> str:
            what, words = found.group(1), found.group(2)
            if what.startswith("@"):
                known = self._people.get(what[1:])
                return f"@{known.name if known else words or what[1:]}"
            if what.startswith(("#", "!")):
                return f"{what[0].replace('!', '@')}{words or what[1:]}"
            return what if not words or words == what else f"{words} ({what})"

        return _MARK.sub(said, text).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")

    def _days(self) -> list[str]:
        if self._zip is not None:
            names = [info.filename for info in self._zip.infolist()]
        else:
            names = [str(one.relative_to(self._path)) for one in self._path.rglob("*.json")]
        return sorted(name for name in names if len(PurePosixPath(name).parts) > 1 and _DAY.fullmatch(Path(name).name))

    def _list(self, name: str) -> list[Any]:
        try:
            if self._zip is None:
                data = (self._path / name).read_bytes()
            else:
                with self._zip.open(name) as file:
                    data = file.read(LARGEST + 1)
        except (KeyError, FileNotFoundError):
            return []
        if len(data) > LARGEST:
            raise Refused(f"{name} in the export is larger than {LARGEST // 2**20} MB")
        try:
            found = json.loads(data)
        except (ValueError, RecursionError):
            return []
        return found if isinstance(found, list) else []


def _person(user: dict[str, Any]) -> Person:
    given = user.get("profile")
    profile: dict[str, Any] = given if isinstance(given, dict) else {}
    name = str(profile.get("real_name") or user.get("real_name") or user.get("name") or user.get("id") or "")
    return Person(str(user.get("id")), name, str(user.get("name") or ""), email=str(profile.get("email") or ""))


def _time(ts: str) -> Instant:
    try:
        return Instant(round(float(ts) * 1000))
    except (ValueError, OverflowError):
        return Instant(0)


def _file(one: dict[str, Any]) -> RemoteFile:
    name = str(one.get("name") or one.get("title") or "file")
    size = one.get("size")
    lost = "the export holds only its link, which needs the workspace's login"
    return RemoteFile(str(one.get("id") or name), name, str(one.get("mimetype") or "application/octet-stream"),
                      size if isinstance(size, int) else 0, lost=lost)  # fmt: skip


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
