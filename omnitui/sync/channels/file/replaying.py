"""An export instead of JSON Lines: read by the readers of `omnitui import`, given out in batches.

All of it was said before we came. Where the export is made anew, it is given out from its start once more: its messages
keep their ids, so that only what was not in the older one is new.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from omnitui.config.zone import local_zone
from omnitui.core.channel_events import Event, MessageEvent
from omnitui.sync.files.chats.meta import meta_events
from omnitui.sync.files.chats.opening import BESIDE
from omnitui.sync.files.chats.slack import slack_events
from omnitui.sync.files.chats.telegram import telegram_events
from omnitui.sync.files.chats.whatsapp import whatsapp_events
from omnitui.sync.files.mail_events import mail_events
from omnitui.sync.files.sources import maildir, mbox

READERS: dict[str, Callable[[Path, Collection[str]], Iterator[Event]]] = {
    "telegram": telegram_events,
    "instagram": meta_events,
    "slack": slack_events,
    "whatsapp": lambda path, us: whatsapp_events(path, us, ZoneInfo(local_zone()), "chat text of WhatsApp or Signal"),
    "mbox": lambda path, us: mail_events(mbox(path), us),
    "maildir": lambda path, us: mail_events(maildir(path), us),
}
TITLES = {
    "telegram": "an export of Telegram Desktop",
    "instagram": "an export of Instagram or Messenger",
    "slack": "an export of Slack",
    "whatsapp": "a chat text of WhatsApp or Signal",
    "mbox": "an mbox",
    "maildir": "a Maildir",
}


@dataclass(frozen=True, slots=True)
class Replayed:
    """A piece of an export: its events, where it ends, whether there is more, and whether it is the first reading."""

    events: tuple[Event, ...]
    at: dict[str, Any]
    more: bool
    history: bool


class Replay:
    """Of one account. The reader stays open between two pulls; whoever asks for another place is read to it."""

    def __init__(self, path: Path, us: Collection[str]) -> None:
        self._path, self._us = path, us
        self._open: tuple[dict[str, Any], Iterator[Event]] | None = None

    def pull(self, kind: str, at: dict[str, Any], most: int) -> Replayed:
        """What comes after `at`. Raises Refused for what is no export after all, and OSError."""
        stamp = _stamp(self._path)
        if at.get("export") != kind or at.get("stamp") != stamp:
            at = {"export": kind, "stamp": stamp, "given": 0, "again": bool(at.get("again") or at.get("whole"))}
        if at.get("whole"):
            return Replayed((), at, more=False, history=False)
        if self._open is None or self._open[0] != at:
            reader = READERS[kind](self._path, self._us)
            self._open = (at, islice(reader, at["given"], None))
        reader = self._open[1]
        self._open = None
        events = tuple(self._beside(event) for event in islice(reader, most))
        at = {**at, "given": at["given"] + len(events), "whole": len(events) < most}
        if not at["whole"]:
            self._open = (at, reader)
        return Replayed(events, at, more=not at["whole"], history=not at["again"])

    def first(self, kind: str) -> Event | None:
        """Its first event, to see whether it can be read. Raises as `pull`."""
        return next(READERS[kind](self._path, self._us), None)

    def _beside(self, event: Event) -> Event:
        """Files that stand beside the export can be had."""
        if not isinstance(event, MessageEvent) or not any(file.lost == BESIDE for file in event.files):
            return event
        files = [
            replace(file, lost="") if file.lost == BESIDE and os.path.isfile(self._path.parent / file.ref) else file
            for file in event.files
        ]
        return replace(event, files=tuple(files))


def _stamp(path: Path) -> list[int]:
    """Another one when the export was made anew. Of a folder: with what stands directly in it."""
    found = path.stat()
    if not path.is_dir():
        return [found.st_ino, found.st_size, found.st_mtime_ns]
    with os.scandir(path) as entries:
        inner = [entry.stat(follow_symlinks=False).st_mtime_ns for entry in entries]
    return [found.st_ino, len(inner), max([found.st_mtime_ns, *inner])]
