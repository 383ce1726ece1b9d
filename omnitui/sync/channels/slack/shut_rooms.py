"""Channels that the app was put out of, or that were archived: told of each conversation in them, as is its end."""

from __future__ import annotations

from omnitui.core.channel_events import ConversationEvent, Event
from omnitui.core.times import Instant
from omnitui.sync.channels.slack.place import Place
from omnitui.sync.channels.slack.rooms import Room, Rooms


async def told(rooms: Rooms, place: Place, now: Instant) -> list[Event]:
    """What has changed since the last look; notes it in `place`. Raises Offline."""
    events: list[Event] = []
    for id in [id for id in place.rooms if id not in rooms.within]:
        if id in place.shut:
            continue
        rooms.forget(id)
        room = await rooms.named(id)
        if room.shut:
            place.shut.append(id)
            events += _in(room, place, room.shut, now)
    for id in [id for id in place.shut if id in rooms.within]:
        place.shut.remove(id)
        events += _in(await rooms.named(id), place, "", now)
    return events


def _in(room: Room, place: Place, barred: str, now: Instant) -> list[Event]:
    """The conversations of a channel that are known: itself, or its threads with the latest activity."""
    roots = [name.partition(":")[2] for name in place.threads if name.partition(":")[0] == room.id]
    return [
        ConversationEvent(conversation=one, at=now, barred=barred)
        for one in dict.fromkeys(room.conversation(root) for root in ([""] if room.whole else roots))
    ]
