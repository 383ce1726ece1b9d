"""The connector of the channel `fake`: the files of the channel `file`, customers who answer, and trouble on demand.

A file `trouble.json` in the folder makes the service misbehave, as services do: each entry counts down as it is used.
What stands in `history.jsonl`, oldest first, was said before we came: it is given out on order only, as services do.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from omnitui.core.channel_events import Direction, Event, MessageEvent, Person, ReceiptEvent
from omnitui.core.channels import Capabilities
from omnitui.core.errors import LoginRefused, Offline
from omnitui.core.times import Instant
from omnitui.sync.channels.contract import (
    Action,
    Batch,
    Connector,
    Lookup,
    Occupied,
    Outbound,
    Probe,
    PullBudget,
    Receipt,
)
from omnitui.sync.channels.fake.script import Script
from omnitui.sync.channels.fake.settings import FakeSettings
from omnitui.sync.channels.file.connector import FileConnector
from omnitui.sync.channels.file.lines import from_line, to_line
from omnitui.sync.channels.file.settings import FileSettings
from omnitui.sync.http.messages import TooMany, Unanswered

US = Person("desk", "The desk")
PAGE = 20
"""Messages of a page of history."""


class FakeConnector(Connector):
    """One service in one folder: `in.jsonl`, `out.jsonl`, files beside them."""

    def __init__(self, settings: FakeSettings, capabilities: Capabilities, clock: Callable[[], Instant]) -> None:
        hours = settings.window_hours
        self.capabilities = replace(capabilities, window_hours=hours) if hours else capabilities
        self._folder, self._clock = Path(settings.folder), clock
        self._wait = settings.poll_ms / 1000
        self._script = Script(Path(settings.script)) if settings.script else None
        files = FileSettings(inbox=str(self._inbox), outbox=str(self._folder / "out.jsonl"))
        self._files = FileConnector(files, capabilities, clock)

    @property
    def _inbox(self) -> Path:
        return self._folder / "in.jsonl"

    async def probe(self) -> Probe:
        """Always there."""
        await asyncio.to_thread(self._trouble, "refuse_token")
        await asyncio.to_thread(self._begin)
        return Probe(US)

    async def pull(self, cursor: str, budget: PullBudget) -> Batch:
        """What has been written; messages of the script come when their time has come."""
        await asyncio.to_thread(self._begin)
        batch = await self._files.pull(cursor, budget)
        events = batch.events
        if await asyncio.to_thread(self._trouble, "duplicate_events"):
            events = tuple(event for one in events for event in (one, one))
        if await asyncio.to_thread(self._trouble, "reverse_events"):
            events = events[::-1]
        return replace(batch, events=events, wait=self._wait)

    async def backfill(self, conversation: str, before: str) -> Batch:
        """A page of what was said before."""
        await asyncio.to_thread(self._begin)
        return await asyncio.to_thread(self._page, conversation, before)

    def _page(self, conversation: str, before: str) -> Batch:
        try:
            lines = (self._folder / "history.jsonl").read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return Batch((), "")
        said = [event for event in map(from_line, lines) if getattr(event, "conversation", "") == conversation]
        end = next((n for n, event in enumerate(said) if getattr(event, "remote_id", "") == before), len(said))
        start = max(0, end - PAGE)
        return Batch(tuple(said[start:end]), "", more=start > 0)

    async def send(self, draft: Outbound) -> Receipt:
        """Taken once; then delivered, read, and perhaps answered."""
        if await asyncio.to_thread(self._trouble, "sends_cut_before"):
            raise Unanswered("the service hung up; whether it took the message is not known")
        receipt = await self._files.send(draft)
        if not draft.private:
            await asyncio.to_thread(self._echo, draft)
        if await asyncio.to_thread(self._trouble, "sends_lost_after"):
            raise Unanswered("the service hung up; whether it took the message is not known")
        return receipt

    async def reconcile(self, draft: Outbound) -> Lookup:
        """Whether it was taken."""
        await asyncio.to_thread(self._trouble, "refuse_token")
        return await self._files.reconcile(draft)

    async def act(self, action: Action) -> Receipt:
        """Noted."""
        return await self._files.act(action)

    async def fetch_attachment(self, ref: str, into: BinaryIO) -> None:
        """A file of the folder."""
        await self._files.fetch_attachment(ref, into)

    def _begin(self) -> None:
        self._trouble("refuse_token")
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self._inbox.exists():
            self._append([])
            if self._script is not None:
                self._append(self._script.earlier(self._clock()), "history.jsonl")
        if self._script is not None:
            self._append(self._script.due(self._clock()))

    def _echo(self, draft: Outbound) -> None:
        """The message as the service shows it, its marks, and what the customer says to it."""
        now = self._clock()
        message = MessageEvent(
            conversation=draft.conversation, remote_id=draft.key, at=now, direction=Direction.OUT, author=US,
            text=draft.text, key=draft.key, delivery="sent",
        )  # fmt: skip
        receipt = ReceiptEvent(conversation=draft.conversation, remote_id=draft.key, at=now, state="delivered")
        answers = self._script.answer(draft.conversation, draft.key, now) if self._script else []
        self._append([message, receipt, *answers])

    def _append(self, events: Sequence[Event], name: str = "in.jsonl") -> None:
        opened = os.open(self._folder / name, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        with os.fdopen(opened, "ab") as file:
            file.write("".join(to_line(event) + "\n" for event in events).encode())

    def _trouble(self, wanted: str) -> bool:
        """Whether the service shall misbehave in this way now. Raises what a service's trouble becomes."""
        path = self._folder / "trouble.json"
        try:
            trouble = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return False
        if trouble.get("occupied"):
            raise Occupied("another program uses this account: stop it first")
        if trouble.get("refuse_token"):
            raise LoginRefused("the service refuses the token: give a new one")
        for name, error in (("too_many", TooMany("too many calls", 1.0)), ("server_error", Offline("out of order"))):
            if self._used(path, trouble, name):
                raise error
        return self._used(path, trouble, wanted)

    def _used(self, path: Path, trouble: dict[str, object], name: str) -> bool:
        left = trouble.get(name)
        if not left:
            return False
        if left is not True and isinstance(left, int):
            part = path.with_suffix(".part")
            part.write_text(json.dumps({**trouble, name: left - 1}), encoding="utf-8")
            part.replace(path)
        return True
