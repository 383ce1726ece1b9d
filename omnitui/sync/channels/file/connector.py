"""The connector of the channel `file`: reads whole lines from where it stopped, adds a line for each send.

What is no JSON Lines but an export is replayed (`replaying.py`).
"""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import shutil
import zlib
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

from omnitui.core.channel_events import Event, GapEvent, Person
from omnitui.core.channels import Capabilities
from omnitui.core.errors import NotFound, Offline, Refused
from omnitui.core.times import Instant
from omnitui.sync.channels.contract import (
    Action,
    Batch,
    Connector,
    Finding,
    Lookup,
    Outbound,
    Probe,
    PullBudget,
    Receipt,
)
from omnitui.sync.channels.file.lines import from_line
from omnitui.sync.channels.file.replaying import TITLES, Replay
from omnitui.sync.channels.file.settings import FileSettings
from omnitui.sync.files.recognising import recognised

LONGEST = 1_000_000
"""Bytes of a line; a longer one is passed over, and said so."""
TAIL = 256
AT_ONCE = 4_000_000
"""Bytes read in one pull."""
_START = {"inode": 0, "at": 0, "line": 0}


class FileConnector(Connector):
    """One pair of files. The cursor is the file's identity, the place behind the last whole line, what ends there."""

    def __init__(self, settings: FileSettings, capabilities: Capabilities, clock: Callable[[], Instant]) -> None:
        self.capabilities = capabilities
        self._inbox, self._outbox = Path(settings.inbox), Path(settings.outbox)
        self._wait, self._clock = float(settings.poll_seconds), clock
        self._replay = Replay(self._inbox, settings.us)

    async def probe(self) -> Probe:
        """Whether the one can be read and the other written, and what the one is."""
        findings = []
        try:
            findings += await asyncio.to_thread(self._seen)
        except OSError:
            findings.append(Finding("missing", f"{self._inbox} cannot be read: make it, or name another"))
        except (Refused, NotFound) as error:
            findings.append(Finding("missing", f"{error}; name another file"))
        if not os.access(self._outbox.parent, os.W_OK):
            findings.append(Finding("missing", f"nothing can be written into {self._outbox.parent}"))
        return Probe(Person(str(self._inbox)), tuple(findings))

    def _seen(self) -> list[Finding]:
        kind = recognised(self._inbox)
        if not kind:
            return []
        self._replay.first(kind)
        return [Finding("fine", f"{self._inbox.name} is {TITLES[kind]}: what stands in it is replayed")]

    async def pull(self, cursor: str, budget: PullBudget) -> Batch:
        """The next lines; a file that was made anew is read from its start, with a gap where it had not been read."""
        return await asyncio.to_thread(self._pull, cursor, budget.events)

    def _pull(self, cursor: str, most: int) -> Batch:
        at: dict[str, Any] = json.loads(cursor) if cursor else _START
        try:
            kind = "" if at.get("at") else recognised(self._inbox)
            if kind:
                found = self._replay.pull(kind, at, most)
                return Batch(found.events, json.dumps(found.at), found.more, self._wait, history=found.history)
            return self._lines({**_START, **at}, most)
        except OSError as error:
            raise Offline(f"{self._inbox} cannot be read: {error.strerror}") from None

    def _lines(self, at: dict[str, Any], most: int) -> Batch:
        events: list[Event] = []
        with open(self._inbox, "rb") as file:
            found = os.fstat(file.fileno())
            if at["at"] and not _same_file(file, found, at):
                at = {"inode": found.st_ino, "at": 0, "line": 0}
                events.append(self._gap("the file was made anew; what its older one still held is not known"))
                if recognised(self._inbox):
                    return Batch(tuple(events), json.dumps(at), more=True)
            # What stood there when the file was looked at first was said before we came.
            first = at.get("first", 0 if at["inode"] else found.st_size)
            file.seek(at["at"])
            data = file.read(AT_ONCE)
            events, used, lines, skipping = self._events(data, at, most, events)
            here = {"inode": found.st_ino, "at": at["at"] + used, "line": at["line"] + lines}
            here |= {"tail": _tail(file, here["at"]), **({"skipping": True} if skipping else {})}
            here |= {"first": first} if here["at"] < first else {}
        more = (used < len(data) and b"\n" in data[used:]) or found.st_size > at["at"] + len(data)
        history = at["at"] < first
        return Batch(tuple(events), json.dumps(here), more=more and used > 0, wait=self._wait, history=history)

    def _events(
        self, data: bytes, at: dict[str, Any], most: int, events: list[Event]
    ) -> tuple[list[Event], int, int, bool]:
        """The events of the whole lines, their bytes and number, and whether a line without an end is passed over."""
        used = lines = 0
        skipping = bool(at.get("skipping"))
        for raw in _whole_lines(data):
            if len(events) >= most:
                break
            used, lines = used + len(raw), lines + 1
            text = raw.decode("utf-8", "replace").strip()
            if skipping or not text:
                skipping = False
                continue
            try:
                if len(raw) > LONGEST:
                    raise ValueError("it is too long")
                events.append(from_line(text))
            except ValueError as error:
                events.append(self._gap(f"line {at['line'] + lines} cannot be used: {error}"))
        if not used and len(data) >= AT_ONCE:
            if not skipping:
                events.append(self._gap(f"line {at['line'] + 1} cannot be used: it is too long"))
            return events, len(data), 0, True
        return events, used, lines, skipping

    def _gap(self, reason: str) -> GapEvent:
        at = self._clock()
        return GapEvent(since=at, until=at, reason=reason)

    async def backfill(self, conversation: str, before: str) -> Batch:
        """Nothing: `pull` reads every line that there is."""
        return Batch((), "")

    async def send(self, draft: Outbound) -> Receipt:
        """Add a line, on the disk before this returns; one with the same key is not added again."""
        files = [{"name": f.name, "type": f.type, "size": f.size, "path": str(f.path)} for f in draft.files]
        line = {
            "type": "send",
            "key": draft.key,
            "conversation": draft.conversation,
            "to": [asdict(person) for person in draft.to],
            "text": draft.text,
            "reply_to": draft.reply_to,
            "private": draft.private,
            "files": files,
            "at": draft.composed_at,
        }
        state = await asyncio.to_thread(self._append, line)
        return Receipt(state, draft.key, conversation=draft.conversation or f"new {draft.key}")

    async def reconcile(self, draft: Outbound) -> Lookup:
        """Whether the line is there."""
        there = await asyncio.to_thread(self._has, draft.key)
        return Lookup("found", draft.key) if there else Lookup("absent")

    async def act(self, action: Action) -> Receipt:
        """A change is a line, too."""
        line = {"type": action.kind, "conversation": action.conversation, "remote_id": action.remote_id}
        await asyncio.to_thread(self._append, {**line, "value": dict(action.value)})
        return Receipt("accepted")

    async def fetch_attachment(self, ref: str, into: BinaryIO) -> None:
        """Copy a file that a line has named; it must stand in the folder of the inbox or below."""
        await asyncio.to_thread(self._copy, ref, into)

    def _copy(self, ref: str, into: BinaryIO) -> None:
        path = (self._inbox.parent / ref).resolve()
        if not path.is_relative_to(self._inbox.parent.resolve()):
            raise Refused("a file outside of the folder of the inbox is not read")
        try:
            with open(path, "rb") as file:
                shutil.copyfileobj(file, into)
        except OSError as error:
            raise NotFound(f"the file is gone: {error.strerror}") from None

    def _append(self, line: dict[str, Any]) -> str:
        data = (json.dumps(line, ensure_ascii=False) + "\n").encode()
        try:
            with open(os.open(self._outbox, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), "r+b") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                if line.get("key") and _has_key(file, line["key"]):
                    return "duplicate"
                end = _end_of_lines(file)
                file.seek(end)
                file.truncate()
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise Offline(f"{self._outbox} cannot be written: {error.strerror}") from None
        return "accepted"

    def _has(self, key: str) -> bool:
        try:
            with open(self._outbox, "rb") as file:
                return _has_key(file, key)
        except FileNotFoundError:
            return False
        except OSError as error:
            raise Offline(f"{self._outbox} cannot be read: {error.strerror}") from None


def _same_file(file: BinaryIO, found: os.stat_result, at: dict[str, Any]) -> bool:
    """Whether it is the file that was read up to there. A new one may have the number (inode) of the one before."""
    if at["inode"] != found.st_ino or found.st_size < at["at"]:
        return False
    return at.get("tail") in (None, _tail(file, at["at"]))


def _tail(file: BinaryIO, end: int) -> int:
    """A digest of the last bytes that were read."""
    start = max(0, end - TAIL)
    file.seek(start)
    return zlib.crc32(file.read(end - start))


def _whole_lines(data: bytes) -> Iterator[bytes]:
    start = 0
    while (end := data.find(b"\n", start)) >= 0:
        yield data[start : end + 1]
        start = end + 1


def _has_key(file: BinaryIO, key: str) -> bool:
    file.seek(0)
    wanted = json.dumps(key).encode()
    return any(wanted in line and json.loads(line).get("key") == key for line in file if line.endswith(b"\n"))


def _end_of_lines(file: BinaryIO) -> int:
    """Where the last whole line ends: half a line is what a crash has left of one that was never acknowledged."""
    size = file.seek(0, os.SEEK_END)
    if not size:
        return 0
    file.seek(max(0, size - LONGEST))
    tail = file.read()
    return size - len(tail) + tail.rfind(b"\n") + 1
