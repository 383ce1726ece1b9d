"""What a pull has to remember until the next one: where we are in /sync, and what is still to be fetched."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from omnitui.core.times import Instant
from omnitui.sync.channels.matrix.fields import number, record, rows, texts, words

MOST_REACTIONS = 200
"""A reaction or an edit is taken back by its own event's id only: so many of the latest are remembered."""


@dataclass(frozen=True, slots=True)
class Hole:
    """A stretch of a room that /sync left out. Walked backwards: `start` moves towards `end` (tokens)."""

    room: str
    start: str
    end: str
    since: Instant
    until: Instant


@dataclass(frozen=True, slots=True)
class Reacted:
    """What a reaction's event said."""

    event: str
    target: str
    sender: str
    emoji: str


@dataclass(frozen=True, slots=True)
class Cursor:
    """Immutable: asking twice with one cursor starts from the same place."""

    user: str = ""
    """Whose tokens these are: another user begins anew."""
    since: str = ""
    at: Instant = Instant(0)
    """When that sync was."""
    holes: tuple[Hole, ...] = ()
    invites: dict[str, int] = field(default_factory=dict)
    """Rooms whose invitation is not accepted yet, with the times that joining has failed."""
    reactions: tuple[Reacted, ...] = ()
    spaces: tuple[str, ...] = ()
    """Rooms that only hold other rooms: no conversations."""
    edits: tuple[tuple[str, str], ...] = ()
    """The latest edits, each with the message that it changes."""
    moved: dict[str, str] = field(default_factory=dict)
    """Rooms that were replaced, with those in which it goes on."""
    part_of: str = ""
    """An answer is given out in parts: where it ends (next_batch); `since` is where it begins until all of it is."""
    given: int = 0
    """Rooms of that answer that were given out."""

    def to_json(self) -> str:
        """As the cache keeps it."""
        return json.dumps(
            {
                "user": self.user,
                "since": self.since,
                "at": self.at,
                "holes": [[h.room, h.start, h.end, h.since, h.until] for h in self.holes],
                "invites": self.invites,
                "spaces": self.spaces,
                "edits": [list(edit) for edit in self.edits[-MOST_REACTIONS:]],
                "moved": self.moved,
                "part_of": self.part_of,
                "given": self.given,
                "reactions": [[r.event, r.target, r.sender, r.emoji] for r in self.reactions[-MOST_REACTIONS:]],
            },
            separators=(",", ":"),
        )


def read_cursor(text: str) -> Cursor:
    """The inverse; what cannot be read is the beginning."""
    try:
        given: dict[str, Any] = record(json.loads(text)) if text else {}
    except ValueError:
        given = {}
    holes = [
        Hole(row[0], row[1], row[2], Instant(number(row[3])), Instant(number(row[4])))
        for row in rows(given.get("holes"))
        if len(row) == 5 and len(texts(row[:3])) == 3
    ]
    reactions = [Reacted(*row) for row in rows(given.get("reactions")) if len(row) == 4 and len(texts(row)) == 4]
    return Cursor(
        user=words(given.get("user")),
        since=words(given.get("since")),
        at=Instant(number(given.get("at"))),
        holes=tuple(holes),
        invites={room: number(tries) for room, tries in record(given.get("invites")).items()},
        reactions=tuple(reactions),
        spaces=tuple(texts(given.get("spaces"))),
        edits=tuple((row[0], row[1]) for row in rows(given.get("edits")) if len(row) == 2 and len(texts(row)) == 2),
        moved={room: words(new) for room, new in record(given.get("moved")).items() if words(new)},
        part_of=words(given.get("part_of")),
        given=number(given.get("given")),
    )
