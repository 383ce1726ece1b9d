"""One pull: /sync, what its timelines leave out, and invitations, as one batch of events with the next cursor."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from omnitui.core.channel_events import ConversationEvent, Event, GapEvent
from omnitui.core.errors import NotFound, Offline, ProtocolError
from omnitui.core.times import Instant
from omnitui.sync.channels.contract import Batch, PullBudget
from omnitui.sync.channels.matrix import ephemeral, history, rooms
from omnitui.sync.channels.matrix.client import Denied, Homeserver
from omnitui.sync.channels.matrix.cursor import Cursor, Hole, Reacted, read_cursor
from omnitui.sync.channels.matrix.fields import record, records, words
from omnitui.sync.channels.matrix.mapping import Scene, is_edit, map_event
from omnitui.sync.channels.matrix.people import Names, Seen
from omnitui.sync.channels.matrix.settings import MatrixSettings
from omnitui.sync.channels.matrix.system import BARRED_LEFT

TIMELINE = 50
"""Events of a room that /sync gives at once; what is beyond comes by /messages."""
MOST_FILLED = 5000
"""Events that all rooms together get by /messages in one pull."""
MOST_RECEIPTS = 20
"""Receipts for events that we do not know, whose time is asked for in one pull."""
MOST_TRIES = 10
"""Times that joining is tried before the agent is told."""


@dataclass
class Found:
    """What a pull has gathered so far."""

    events: list[Event]
    holes: list[Hole]
    invites: dict[str, int]
    spaces: set[str]
    room_left: int = MOST_FILLED
    again: bool = False


class Puller:
    """Reads what is new. What it remembers beside the cursor can be forgotten: it is asked for again."""

    def __init__(
        self,
        server: Homeserver,
        settings: MatrixSettings,
        clock: Callable[[], Instant],
        own_part: Callable[[str], bool],
    ) -> None:
        self._server, self._settings, self._clock, self._own_part = server, settings, clock, own_part
        self.names, self.seen = Names(), Seen()
        self._facts: dict[str, rooms.Facts] = {}
        self._typing: dict[str, set[str]] = {}
        self._stripped: dict[str, list[dict[str, Any]]] = {}
        self.invited: frozenset[str] = frozenset()
        """Rooms that wait for us to join them."""

    def scene(self, me: str, reactions: tuple[Reacted, ...] = ()) -> Scene:
        """What is known now."""
        ours = frozenset({me, *self._settings.colleagues})
        known = {reacted.event: reacted for reacted in reactions}
        return Scene(me, ours, self._clock(), self.names, self.seen, known, self._own_part)

    async def pull(self, me: str, text: str, budget: PullBudget) -> Batch:
        """What is new since the cursor. Raises as `Homeserver.get`."""
        cursor = read_cursor(text)
        if cursor.user != me:
            cursor = Cursor(user=me)
        found = Found([], [], dict(cursor.invites), set(cursor.spaces))
        seconds = 0.0 if cursor.holes or not cursor.since else budget.seconds
        try:
            answer = await self._server.sync(cursor.since, self._filter(first=not cursor.since), seconds)
        except Denied as error:
            if error.status != 400 or not cursor.since:
                raise
            # The server does not know the place any more (moved or restored): from the latest messages on.
            found.events.append(GapEvent(since=cursor.at, until=self._clock(), reason="the homeserver began anew"))
            cursor = Cursor(user=me)
            answer = await self._server.sync("", self._filter(first=True), 0.0)
        following = words(answer.get("next_batch"))
        if not following:
            raise ProtocolError("the homeserver does not say where its answer ends (next_batch)")
        scene = self.scene(me, cursor.reactions)
        told = record(answer.get("rooms"))
        for room, data in record(told.get("join")).items():
            await self._joined(room, record(data), cursor, scene, found)
        for room, data in record(told.get("leave")).items():
            await self._left(room, record(data), cursor, scene, found)
        for room, data in record(told.get("invite")).items():
            found.invites.setdefault(room, 0 if self._settings.join_invites else MOST_TRIES)
            self._stripped[room] = records(record(record(data).get("invite_state")).get("events"))
            if found.invites[room] >= MOST_TRIES:
                found.events += rooms.invitation(room, self._stripped[room], scene, "")
        await self._join(scene, found)
        await self._fill_one(cursor, budget, scene, found)
        self.invited = frozenset(found.invites)
        cursor = Cursor(
            user=me,
            since=following,
            at=scene.now,
            holes=tuple(found.holes),
            invites=found.invites,
            reactions=tuple(scene.reactions.values()),
            spaces=tuple(sorted(found.spaces)),
        )
        return Batch(tuple(found.events), cursor.to_json(), more=bool(found.holes) or found.again, wait=0.0)

    def _filter(self, *, first: bool) -> dict[str, Any]:
        limit = self._settings.history_messages if first else TIMELINE
        return {
            "presence": {"types": []},
            "account_data": {"types": []},
            "room": {
                "account_data": {"types": []},
                "ephemeral": {"types": ["m.receipt", "m.typing"]},
                "timeline": {"limit": limit, "lazy_load_members": True},
                # Redundant ones, too: which of them we still know, the server cannot know.
                "state": {"lazy_load_members": True, "include_redundant_members": True},
            },
        }

    async def _joined(self, room: str, data: dict[str, Any], cursor: Cursor, scene: Scene, found: Found) -> None:
        timeline = records(record(data.get("timeline")).get("events"))
        state = rooms.state_events(data)
        facts = rooms.learn(self._facts.get(room, rooms.Facts()), data, state)
        if facts.space:
            found.spaces.add(room)
        if room in found.spaces:
            return
        for event in [*state, *timeline]:
            scene.names.learn(room, event)
            scene.seen.learn(event)
        joined = found.invites.pop(room, None) is not None or history.just_joined(timeline, scene.me)
        if joined and facts.barred is None:
            facts = replace(facts, barred="")
        if rooms.describes(state, data) or joined:
            facts = await self._complete(room, facts)
            at = max((scene.time(event) for event in timeline), default=scene.now)
            found.events.append(rooms.describe(room, facts, scene, at))
        self._facts[room] = facts
        most = min(history.MOST_AT_ONCE, found.room_left)
        missing, hole = await history.before_timeline(self._server, room, data, cursor, scene, most)
        found.room_left -= len(missing)
        if hole is not None:
            found.holes.append(hole)
            found.events.append(history.gap(hole))
        await self._map(room, [*missing, *timeline], scene, found)
        await self._passing(room, data, scene, found, known=not cursor.since)

    async def _left(self, room: str, data: dict[str, Any], cursor: Cursor, scene: Scene, found: Found) -> None:
        """Out of a room, or an invitation was taken back."""
        asked = found.invites.pop(room, None)
        self._facts.pop(room, None)
        if room in found.spaces:
            found.spaces.discard(room)
            return
        timeline = records(record(data.get("timeline")).get("events"))
        if asked is not None and asked < MOST_TRIES and not timeline:
            return
        for event in [*rooms.state_events(data), *timeline]:
            scene.names.learn(room, event)
            scene.seen.learn(event)
        missing: list[dict[str, Any]] = []
        try:
            missing, hole = await history.before_timeline(self._server, room, data, cursor, scene, found.room_left)
        except (Denied, NotFound):
            hole = None
        if hole is not None:
            found.holes.append(hole)
            found.events.append(history.gap(hole))
        await self._map(room, [*missing, *timeline], scene, found)
        found.events.append(ConversationEvent(conversation=room, at=scene.now, barred=BARRED_LEFT))

    async def _map(self, room: str, timeline: list[dict[str, Any]], scene: Scene, found: Found) -> None:
        await self.look_up_edited(room, timeline, scene)
        for event in timeline:
            found.events += map_event(room, event, scene)

    async def look_up_edited(self, room: str, timeline: list[dict[str, Any]], scene: Scene) -> None:
        """Learn who wrote what is edited here: nobody else may edit it."""
        for target in {target: None for event in timeline if (target := is_edit(event))}:
            if target not in scene.seen:
                await self._look_up(room, target, scene)

    async def _look_up(self, room: str, event: str, scene: Scene) -> None:
        try:
            scene.seen.learn(await self._server.event(room, event))
        except (Denied, NotFound):
            return

    async def _passing(self, room: str, data: dict[str, Any], scene: Scene, found: Found, *, known: bool) -> None:
        """Receipts and typing. `known`: only receipts for events that we know (the first sync has those of years)."""
        read = ephemeral.read_by_others(data, scene)
        for event in [event for event in read if event not in scene.seen][: 0 if known else MOST_RECEIPTS]:
            await self._look_up(room, event, scene)
        found.events += ephemeral.receipt(room, read, scene)
        events, self._typing[room] = ephemeral.typing(room, data, scene, self._typing.get(room, set()))
        found.events += events

    async def _complete(self, room: str, facts: rooms.Facts) -> rooms.Facts:
        """What this process has not heard of the room's name."""
        name, alias = facts.name, facts.alias
        if name is None:
            name = words((await self._server.state(room, "m.room.name")).get("name"))
        if alias is None:
            alias = words((await self._server.state(room, "m.room.canonical_alias")).get("alias"))
        return replace(facts, name=name[:500], alias=alias[:300])

    async def _join(self, scene: Scene, found: Found) -> None:
        """Accept what is to be accepted; joining twice does no harm."""
        for room, tries in list(found.invites.items()):
            if tries >= MOST_TRIES:
                continue
            try:
                await self._server.join(room)
                found.again = True
            except Offline as error:
                why = str(error)
                found.invites[room] = tries + 1
            except (Denied, NotFound) as error:
                why = str(error)
                found.invites[room] = MOST_TRIES
            if found.invites[room] >= MOST_TRIES:
                told = self._stripped.get(room, [])
                found.events += rooms.invitation(room, told, scene, f"The invitation could not be accepted: {why}")

    async def _fill_one(self, cursor: Cursor, budget: PullBudget, scene: Scene, found: Found) -> None:
        """A piece of the first hole that was left by earlier pulls."""
        if not cursor.holes:
            return
        hole, *others = cursor.holes
        timeline, rest, words_of_it = await history.fill(self._server, hole, budget.events, scene)
        await self._map(hole.room, timeline, scene, found)
        found.events += words_of_it
        found.holes = [*([rest] if rest else []), *others, *found.holes]
