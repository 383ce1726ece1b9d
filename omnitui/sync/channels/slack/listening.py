"""The line for Slack's events: what has come and is not acknowledged yet, and a new line when the old one goes.

An envelope is acknowledged after its event is on the disk. Slack gives one again that was not acknowledged in time: it
is the same event by its id, and only its acknowledgement is new.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from omnitui.core.errors import Offline, Refused
from omnitui.core.times import SECOND, Instant
from omnitui.sync.backoff import Backoff
from omnitui.sync.channels.slack.client import SlackClient
from omnitui.sync.channels.slack.socket import Socket
from omnitui.sync.channels.slack.text import string

MOST_SEEN = 5000
"""Ids of events that are known to be kept."""
QUICK = 0.05
"""Seconds that a burst may pause."""
STEADY = 10 * SECOND
"""A line that held so long was a good one: the next is opened at once."""
LATE = 30 * SECOND
"""A message that history shows and the line did not bring in so long went to somebody else."""


@dataclass(slots=True)
class Envelope:
    """An event that came and the acknowledgements that it waits for."""

    id: str
    event: dict[str, Any]
    owed: list[tuple[Socket, str]]


class Listening:
    """The connections of one account."""

    def __init__(self, client: SlackClient, clock: Callable[[], Instant]) -> None:
        self._client, self._clock = client, clock
        self._socket: Socket | None = None
        self._leaving: list[Socket] = []
        """Old lines that stay open until what came by them is acknowledged."""
        self._opened_at = Instant(0)
        self._backoff = Backoff(1.0, 60.0)
        self.pending: OrderedDict[str, Envelope] = OrderedDict()
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._heard: OrderedDict[str, None] = OrderedDict()
        self.lines = 0
        """How many have been opened: another number means that something may have passed unheard."""
        self.overran = 0
        """How often Slack held events back because there were too many: history has what they told."""
        self.shared = False
        """Another program listens with the same app, and Slack gives each event to one of us only."""

    @property
    def connected(self) -> bool:
        """Whether there is a line that is not known to be broken."""
        return self._socket is not None and not self._socket.broken

    async def connect(self) -> None:
        """Open a line where there is none. Raises Offline, LoginRefused, Refused."""
        if not self.connected:
            await self._open(beside=0)

    async def _open(self, beside: int) -> None:
        answer = await self._client.call("apps.connections.open", by="app")
        socket = await Socket.open(string(answer.get("url")))
        self._socket, self._opened_at = socket, self._clock()
        self.shared = socket.connections > 1 + beside
        self.lines += 1

    async def listen(self, seconds: float, most: int) -> float | None:
        """Wait until something comes, then take what comes with it. Gives seconds to wait when the line broke."""
        wait = 0.0 if self.pending else seconds
        while len(self.pending) < most:
            socket = self._socket
            if socket is None:
                return None
            try:
                message = await socket.receive(max(wait, QUICK))
            except Offline:
                return await self._broke()
            if message is None:
                return None
            kept = len(self.pending)
            await self._take(socket, message)
            if self._socket is not socket:
                return 0.0
            if len(self.pending) > kept:
                wait = 0.0
        return None

    async def kept(self, ids: Iterable[str]) -> None:
        """These are on the disk: acknowledge them."""
        for id in ids:
            envelope = self.pending.pop(id, None)
            if envelope is None:
                continue
            _note(self._seen, id)
            for socket, name in envelope.owed:
                if not socket.broken:
                    await socket.acknowledge(name)
        await self._retire()

    def heard(self, remote_id: str) -> None:
        """The line has brought this message."""
        _note(self._heard, remote_id)

    def seen_in_history(self, remote_id: str, at: Instant) -> None:
        """History has this message; one that the line should have brought and did not went to another program."""
        open_since = self._opened_at + LATE
        if self.connected and remote_id not in self._heard and open_since < at < self._clock() - LATE:
            self.shared = True

    async def close(self) -> None:
        """Hang up; what is not acknowledged will be given again."""
        for socket in (self._socket, *self._leaving):
            if socket is not None:
                await socket.close()
        self._socket, self._leaving = None, []

    async def _retire(self) -> None:
        """Hang up the old lines that nothing is owed to any more."""
        owed = {id(socket) for envelope in self.pending.values() for socket, _ in envelope.owed}
        for old in [one for one in self._leaving if id(one) not in owed or one.broken]:
            self._leaving.remove(old)
            await old.close()

    async def _broke(self) -> float:
        self._socket = None
        if self._clock() - self._opened_at >= STEADY:
            self._backoff.reset()
        return self._backoff.next()

    async def _take(self, socket: Socket, message: dict[str, Any]) -> None:
        kind, name = string(message.get("type")), string(message.get("envelope_id"))
        if kind == "disconnect":
            await self._leave(socket, string(message.get("reason")))
        elif kind == "events_api":
            raw = message.get("payload")
            payload: dict[str, Any] = raw if isinstance(raw, dict) else {}
            event = payload.get("event")
            if payload.get("type") == "app_rate_limited":
                self.overran += 1
            id = string(payload.get("event_id")) or name
            if id in self._seen or not isinstance(event, dict):
                await socket.acknowledge(name)
            elif id in self.pending:
                self.pending[id].owed.append((socket, name))
            else:
                self.pending[id] = Envelope(id, event, [(socket, name)])
        elif name:
            # Buttons and commands are not ours to answer; unacknowledged they would be shown as failed.
            await socket.acknowledge(name)

    async def _leave(self, old: Socket, reason: str) -> None:
        """Slack closes this line soon: open the next first, then take what still stands in the old one."""
        if reason == "link_disabled":
            await self.close()
            raise Refused("Socket Mode is turned off; turn it on in the app's settings")
        if reason == "too_many_websockets":
            self.shared = True
            await self.close()
            raise Offline("Slack opens no more than ten lines for an app, and that many programs listen: stop some")
        try:
            await self._open(beside=1)
        except Offline:
            # What is owed to the old one can be acknowledged there as long as it is open.
            self._socket = None
            self._leaving.append(old)
            raise
        self._leaving.append(old)
        try:
            while (message := await old.receive(QUICK)) is not None:
                if message.get("type") != "disconnect":
                    await self._take(old, message)
        except Offline:
            pass
        await self._retire()


def _note(known: OrderedDict[str, None], id: str) -> None:
    known[id] = None
    if len(known) > MOST_SEEN:
        known.popitem(last=False)
