"""Who is who in a room: display names by user id, learnt from membership events."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterable
from typing import Any

from omnitui.core.channel_events import Person
from omnitui.core.times import Instant
from omnitui.sync.channels.matrix.fields import number, record, words

MOST_NAMES = 50_000
MOST_EVENTS = 20_000


class Names:
    """Display names by room and user; the oldest are forgotten, and asked for again by the next sync."""

    def __init__(self, bridged: Iterable[str] = ()) -> None:
        """`bridged`: user ids of bridged people, with {phone} where their number stands."""
        parts = [pattern.partition("{phone}") for pattern in bridged]
        self._bridged = [
            re.compile(f"{re.escape(head)}([1-9][0-9]{{6,14}}){re.escape(tail)}") for head, _, tail in parts
        ]
        self._names: OrderedDict[tuple[str, str], str] = OrderedDict()

    def learn(self, room: str, event: dict[str, Any]) -> None:
        """Take in an event; anything but a membership is passed over."""
        user, content = event.get("state_key"), record(event.get("content"))
        if event.get("type") != "m.room.member" or not isinstance(user, str):
            return
        if content.get("membership") in ("join", "invite"):
            self._names[room, user] = words(content.get("displayname"))[:300]
            self._names.move_to_end((room, user))
        while len(self._names) > MOST_NAMES:
            self._names.popitem(last=False)

    def of(self, room: str, user: str) -> str:
        """What to call them: the display name, else the user id."""
        return self._names.get((room, user)) or user

    def person(self, room: str, user: str) -> Person:
        """As the events name them."""
        return Person(address=user, name=self._names.get((room, user), ""), handle=user, phone=self._phone(user))

    def _phone(self, user: str) -> str:
        """The number of a bridged person in E.164; empty for everybody else."""
        found = next((match for pattern in self._bridged if (match := pattern.fullmatch(user))), None)
        return f"+{found[1]}" if found else ""


class Seen:
    """Sender and time of the latest events, so that edits can be checked and receipts placed in time."""

    def __init__(self) -> None:
        self._events: OrderedDict[str, tuple[str, Instant, str]] = OrderedDict()

    def learn(self, event: dict[str, Any]) -> None:
        """Take in an event of a timeline."""
        id_, content = words(event.get("event_id")), record(event.get("content"))
        if not id_:
            return
        relation = record(content.get("m.relates_to"))
        root = words(relation.get("event_id")) if relation.get("rel_type") == "m.thread" else ""
        self._events[id_] = words(event.get("sender")), Instant(number(event.get("origin_server_ts"))), root
        self._events.move_to_end(id_)
        while len(self._events) > MOST_EVENTS:
            self._events.popitem(last=False)

    def __contains__(self, event: str) -> bool:
        return event in self._events

    def sender(self, event: str) -> str:
        """Who wrote it; empty: not known."""
        return self._events[event][0] if event in self._events else ""

    def at(self, event: str) -> Instant | None:
        """When; None: not known."""
        return self._events[event][1] if event in self._events else None

    def thread(self, event: str) -> str:
        """The root of the thread that it stands in; empty: none, or not known."""
        return self._events[event][2] if event in self._events else ""
