"""An answer to /sync, given out in parts: a large account's first one holds every room, and a batch should not.

Until the last part is given out the cursor stays where the answer began, so that a worker that dies in between asks
for all of it again: some events come twice, none is missed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from omnitui.core.errors import ProtocolError
from omnitui.sync.channels.matrix.client import Homeserver
from omnitui.sync.channels.matrix.cursor import Cursor
from omnitui.sync.channels.matrix.fields import record, records, words
from omnitui.sync.http.messages import TooLarge

TIMELINE = 50
"""Events of a room that /sync gives at once; what is beyond comes by /messages."""
STATE = (
    "m.room.create",
    "m.room.name",
    "m.room.canonical_alias",
    "m.room.encryption",
    "m.room.tombstone",
    "m.room.member",
    "m.bridge",
    "uk.half-shot.bridge",
)
"""State from before a timeline that anything here is made of."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: from where to where, the rooms that we are in, were in, and are invited to."""

    since: str
    following: str
    joined: tuple[tuple[str, dict[str, Any]], ...]
    left: tuple[tuple[str, dict[str, Any]], ...] = ()
    invited: tuple[tuple[str, dict[str, Any]], ...] = ()

    def part(self, done: int, most: int) -> tuple[tuple[str, dict[str, Any]], ...]:
        """The next joined rooms after `done`: as many as have `most` events together, one at least."""
        end, events = done, 0
        while end < len(self.joined) and (end == done or events < most):
            events += len(records(record(self.joined[end][1].get("timeline")).get("events")))
            end += 1
        return self.joined[done:end]


@dataclass
class Answers:
    """Asks, and holds the answer that is being given out."""

    server: Homeserver
    first_messages: int
    held: Answer | None = field(default=None, repr=False)

    async def next(self, cursor: Cursor, seconds: float) -> tuple[Answer, int]:
        """The answer after a cursor, and how many of its rooms were given out before. Raises as `Homeserver.get`."""
        held = self.held
        if held is not None and cursor.part_of == held.following and cursor.since == held.since:
            return held, cursor.given
        data = await self._ask(cursor.since, seconds)
        following, rooms = words(data.get("next_batch")), record(data.get("rooms"))
        if not following:
            raise ProtocolError("the homeserver does not say where its answer ends (next_batch)")
        joined, left, invited = (
            tuple((room, record(one)) for room, one in record(rooms.get(kind)).items())
            for kind in ("join", "leave", "invite")
        )
        self.held = Answer(cursor.since, following, joined, left, invited)
        return self.held, 0

    def let_go(self) -> None:
        """All of it was given out; who asks once more gets it from the server."""
        self.held = None

    async def _ask(self, since: str, seconds: float) -> dict[str, Any]:
        limit = TIMELINE if since else self.first_messages
        try:
            return await self.server.sync(since, wish(limit), seconds)
        except TooLarge:
            # Thousands of rooms: their latest message. What is between that and `since` comes by /messages; what is
            # before the first sync, as it is scrolled to.
            return await self.server.sync(since, wish(1), seconds)


def wish(limit: int) -> dict[str, Any]:
    """The filter of /sync."""
    return {
        "presence": {"types": []},
        "account_data": {"types": []},
        "room": {
            "account_data": {"types": []},
            "ephemeral": {"types": ["m.receipt", "m.typing"]},
            "timeline": {"limit": limit, "lazy_load_members": True},
            # Redundant members, too: which of them we still know, the server cannot know.
            "state": {"types": STATE, "lazy_load_members": True, "include_redundant_members": True},
        },
    }
