"""What /sync leaves out: the part of a timeline before the piece that it gives, and a room's older messages."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from omnitui.core.channel_events import Event, GapEvent
from omnitui.core.errors import NotFound
from omnitui.core.times import Instant
from omnitui.sync.channels.matrix.client import Denied, Homeserver
from omnitui.sync.channels.matrix.cursor import Cursor, Hole
from omnitui.sync.channels.matrix.fields import record, records, words
from omnitui.sync.channels.matrix.mapping import Scene

PAGE = 100
MOST_AT_ONCE = 1000
"""Events of one room that are fetched before the pull gives out what it has; the rest comes with the next pulls."""
OLDER = 50
"""Older events that one backfill brings."""
MOST_EMPTY = 20
"""Pages without a single event that are walked over (a server may filter all of a page)."""
WHY = "more messages came than the server gives at once; the rest is being fetched"


def cut_off(data: dict[str, Any]) -> str:
    """The token before which events are missing; empty where none are."""
    timeline = record(data.get("timeline"))
    return words(timeline.get("prev_batch")) if timeline.get("limited") is True else ""


def just_joined(events: list[dict[str, Any]], me: str) -> bool:
    """Whether the timeline holds our own joining: what was before it is history, not a gap."""
    for event in events:
        if event.get("type") == "m.room.member" and event.get("state_key") == me:
            before = record(record(event.get("unsigned")).get("prev_content"))
            if record(event.get("content")).get("membership") == "join" and before.get("membership") != "join":
                return True
    return False


async def walk(
    server: Homeserver, room: str, start: str, end: str, most: int, scene: Scene
) -> tuple[list[dict[str, Any]], str]:
    """Events from `start` back to `end`, oldest first, at most so many, and the token to go on from (empty: done)."""
    found: list[dict[str, Any]] = []
    token, empty = start, 0
    while token and len(found) < most and empty < MOST_EMPTY:
        page = await server.messages(room, token, end, min(PAGE, most - len(found)))
        chunk = records(page.get("chunk"))
        for event in records(page.get("state")):
            scene.names.learn(room, event)
        found += chunk
        empty += not chunk
        following = words(page.get("end"))
        token = following if following != token else ""
    for event in reversed(found):
        scene.names.learn(room, event)
        scene.seen.learn(event)
    return found[::-1], token


async def before_timeline(
    server: Homeserver, room: str, data: dict[str, Any], cursor: Cursor, scene: Scene, most: int
) -> tuple[list[dict[str, Any]], Hole | None]:
    """What a cut-off timeline leaves out, and the hole that stays when it is more than `most`."""
    token, events = cut_off(data), records(record(data.get("timeline")).get("events"))
    if not token or not cursor.since or just_joined(events, scene.me):
        return [], None
    found, rest = await walk(server, room, token, cursor.since, most, scene)
    if not rest:
        return found, None
    oldest = next(iter([*found, *events]), {})
    until = max(cursor.at, scene.time(oldest)) if oldest else scene.now
    return found, Hole(room, rest, cursor.since, cursor.at, Instant(until))


def gap(hole: Hole, *, filled: bool = False) -> GapEvent:
    """A hole as the thread shows it."""
    return GapEvent(conversation=hole.room, since=hole.since, until=hole.until, reason=WHY, filled=filled)


async def fill(
    server: Homeserver, hole: Hole, most: int, scene: Scene
) -> tuple[list[dict[str, Any]], Hole | None, list[Event]]:
    """A piece of a hole: its events, what is left of it, and what to say of the gap."""
    try:
        found, rest = await walk(server, hole.room, hole.start, hole.end, most, scene)
    except (Denied, NotFound):
        # We are not in the room any more: the gap stays in sight.
        return [], None, []
    if rest:
        return found, replace(hole, start=rest), []
    return found, None, [gap(hole, filled=True)]


async def older(server: Homeserver, room: str, before: str, scene: Scene) -> tuple[list[dict[str, Any]], bool]:
    """A page of events before one (anything that is no event: the newest), oldest first, and whether there are more."""
    start = words((await server.around(room, before, 0)).get("start")) if before.startswith("$") else ""
    page = await server.messages(room, start, limit=OLDER)
    chunk = records(page.get("chunk"))
    for event in [*records(page.get("state")), *reversed(chunk)]:
        scene.names.learn(room, event)
        scene.seen.learn(event)
    return chunk[::-1], bool(words(page.get("end")))
