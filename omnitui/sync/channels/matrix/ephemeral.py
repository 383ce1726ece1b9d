"""Who has read how far, and who writes now (m.receipt, m.typing). Pure."""

from __future__ import annotations

from typing import Any

from omnitui.core.channel_events import Event, ReceiptEvent, TypingEvent
from omnitui.core.times import Instant
from omnitui.sync.channels.matrix.fields import number, record, records, texts
from omnitui.sync.channels.matrix.mapping import Scene


def read_by_others(data: dict[str, Any], scene: Scene) -> dict[str, int]:
    """The events that customers have read up to, each with when that was (milliseconds)."""
    found: dict[str, int] = {}
    for event in _of(data, "m.receipt"):
        for target, kinds in record(event.get("content")).items():
            for user, about in record(record(kinds).get("m.read")).items():
                if user not in scene.ours:
                    found[target] = max(found.get(target, 0), number(record(about).get("ts")))
    return found


def receipt(room: str, read: dict[str, int], scene: Scene) -> list[Event]:
    """All of ours up to the latest event that a customer has read."""
    places = [(at, target) for target in read if (at := scene.seen.at(target))]
    if not places:
        return []
    up_to, target = max(places)
    when = Instant(min(read[target] or scene.now, scene.now))
    return [ReceiptEvent(conversation=room, at=when, state="read", up_to=up_to)]


def typing(room: str, data: dict[str, Any], scene: Scene, before: set[str]) -> tuple[list[Event], set[str]]:
    """Who began and who stopped, and who writes now. `before`: who wrote at the last look."""
    told = _of(data, "m.typing")
    if not told:
        return [], before
    now = {user for user in texts(record(told[-1].get("content")).get("user_ids")) if user not in scene.ours}
    found: list[Event] = [
        TypingEvent(conversation=room, person=scene.names.person(room, user), typing=user in now)
        for user in sorted(now | before)
    ]
    return found, now


def _of(data: dict[str, Any], type_: str) -> list[dict[str, Any]]:
    return [e for e in records(record(data.get("ephemeral")).get("events")) if e.get("type") == type_]
