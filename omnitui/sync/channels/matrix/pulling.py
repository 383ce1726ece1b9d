"""One pull: /sync, what its timelines leave out, and invitations, as one batch of events with the next cursor."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from omnitui.core.channel_events import ConversationEvent, Event, GapEvent
from omnitui.core.errors import NotFound, Offline
from omnitui.core.times import Instant
from omnitui.sync.channels.contract import Batch, PullBudget
from omnitui.sync.channels.matrix import ephemeral, history, rooms
from omnitui.sync.channels.matrix.answers import Answer, Answers
from omnitui.sync.channels.matrix.client import Denied, Homeserver
from omnitui.sync.channels.matrix.content import is_poll, poll_answers, relation
from omnitui.sync.channels.matrix.cursor import Cursor, Hole, read_cursor
from omnitui.sync.channels.matrix.fields import record, records, words
from omnitui.sync.channels.matrix.mapping import VOTES, Scene, as_it_is_now, id_of, is_edit, map_event, redacts
from omnitui.sync.channels.matrix.moving import Moves
from omnitui.sync.channels.matrix.people import Names, Seen
from omnitui.sync.channels.matrix.settings import MatrixSettings
from omnitui.sync.channels.matrix.system import BARRED_ENCRYPTED, BARRED_LEFT, BARRED_REPLACED

MOST_FILLED = 5000
"""Events that all rooms together get by /messages in one pull."""
MOST_RECEIPTS = 20
"""Receipts for events that we do not know, whose time is asked for in one pull."""
MOST_POLLS = 500
"""Polls whose answers are remembered."""
NOTHING = Cursor()
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
        self.names, self.seen, self.moves = Names(settings.bridged), Seen(), Moves()
        self._answers = Answers(server, settings.history_messages)
        self._polls: dict[str, dict[str, str]] = {}
        self._facts: dict[str, rooms.Facts] = {}
        self._typing: dict[str, set[str]] = {}
        self._stripped: dict[str, list[dict[str, Any]]] = {}
        self.invited: frozenset[str] = frozenset()
        """Rooms that wait for us to join them."""

    def scene(self, me: str, cursor: Cursor = NOTHING) -> Scene:
        """What is known now."""
        ours = frozenset({me, *self._settings.colleagues})
        return Scene(
            me,
            ours,
            self._clock(),
            self.names,
            self.seen,
            {reacted.event: reacted for reacted in cursor.reactions},
            dict(cursor.edits),
            polls=self._polls,
            own_part=self._own_part,
        )

    async def pull(self, me: str, text: str, budget: PullBudget) -> Batch:
        """What is new since the cursor. Raises as `Homeserver.get`."""
        cursor = read_cursor(text)
        if cursor.user != me:
            cursor = Cursor(user=me)
        self.moves.known = dict(cursor.moved)
        found = Found([], [], dict(cursor.invites), set(cursor.spaces))
        seconds = 0.0 if cursor.holes or not cursor.since else budget.seconds
        try:
            answer, done = await self._answers.next(cursor, seconds)
        except Denied as error:
            if error.status != 400 or not cursor.since:
                raise
            # The server does not know the place any more (moved or restored): from the latest messages on.
            found.events.append(GapEvent(since=cursor.at, until=self._clock(), reason="the homeserver began anew"))
            cursor = Cursor(user=me, at=cursor.at, moved=cursor.moved)
            answer, done = await self._answers.next(cursor, 0.0)
        first = not cursor.since and not cursor.at
        scene = self.scene(me, cursor)
        part = answer.part(done, budget.events)
        for room, data in part:
            await self._joined(room, data, cursor, scene, found)
        done += len(part)
        rest = done < len(answer.joined)
        if rest:
            found.holes = [*cursor.holes, *found.holes]
        else:
            await self._rest(answer, cursor, budget, scene, found)
            self._answers.let_go()
        self.invited = frozenset(found.invites)
        cursor = Cursor(
            user=me,
            since=cursor.since if rest else answer.following,
            at=cursor.at if rest else scene.now,
            holes=tuple(found.holes),
            invites=found.invites,
            reactions=tuple(scene.reactions.values()),
            spaces=tuple(sorted(found.spaces)),
            edits=tuple(scene.edits.items()),
            moved=dict(self.moves.known),
            part_of=answer.following if rest else "",
            given=done if rest else 0,
        )
        more = rest or bool(found.holes) or found.again
        return Batch(tuple(found.events), cursor.to_json(), more=more, wait=0.0, history=first)

    async def _rest(self, answer: Answer, cursor: Cursor, budget: PullBudget, scene: Scene, found: Found) -> None:
        """What else an answer says, once all rooms in it were given out; and a piece of an older hole."""
        for room, data in answer.left:
            await self._left(room, data, cursor, scene, found)
        for room, data in answer.invited:
            found.invites.setdefault(room, 0 if self._settings.join_invites else MOST_TRIES)
            self._stripped[room] = records(record(data.get("invite_state")).get("events"))
            if found.invites[room] >= MOST_TRIES:
                found.events += rooms.invitation(room, self._stripped[room], scene, "")
        await self._join(scene, found)
        await self._fill_one(cursor, budget, scene, found)

    async def _joined(self, room: str, data: dict[str, Any], cursor: Cursor, scene: Scene, found: Found) -> None:
        timeline = records(record(data.get("timeline")).get("events"))
        state = rooms.state_events(data)
        facts = rooms.learn(self._facts.get(room, rooms.Facts()), data, state)
        invited = found.invites.pop(room, None) is not None
        if facts.space:
            found.spaces.add(room)
        if room in found.spaces:
            return
        for event in [*state, *timeline]:
            scene.names.learn(room, event)
            scene.seen.learn(event)
        joined = invited or history.just_joined(timeline, scene.me)
        if facts.before and any(event.get("type") == "m.room.create" for event in state):
            found.events += await self._continues(facts.before, room, scene)
        if room not in self.moves.known and (rooms.describes(state, data) or joined):
            facts = await self._complete(room, facts)
            at = max((scene.time(event) for event in timeline), default=scene.now)
            found.events.append(rooms.describe(room, facts, scene, at))
        self._facts[room] = facts
        if facts.after and any(event.get("type") == "m.room.tombstone" for event in timeline):
            await self._follow(facts.after, timeline, found)
        most = min(history.MOST_AT_ONCE, found.room_left)
        missing, hole = await history.before_timeline(self._server, room, data, cursor, scene, most)
        found.room_left -= len(missing)
        if hole is not None:
            found.holes.append(hole)
            found.events.append(history.gap(hole))
        await self._map(room, [*missing, *timeline], scene, found)
        await self._passing(room, data, scene, found, known=not cursor.since)

    async def _continues(self, old: str, new: str, scene: Scene) -> list[Event]:
        """Whether `new` takes the place of `old`, by the word of both: then they are one conversation."""
        if self.moves.known.get(old) == new:
            return []
        facts = self._facts.get(old, rooms.Facts())
        after = facts.after or words((await self._server.state(old, "m.room.tombstone")).get("replacement_room"))
        if after != new:
            return []
        self.moves.add(old, new)
        return [ConversationEvent(conversation=old, at=scene.now, merged_into=new)]

    async def _follow(self, room: str, timeline: list[dict[str, Any]], found: Found) -> None:
        """Go into the room that replaces one of ours. Where that fails an invitation may come; the old one says so."""
        sender = next(words(e.get("sender")) for e in timeline if e.get("type") == "m.room.tombstone")
        if room in self._facts:
            return
        try:
            await self._server.follow(room, sender.partition(":")[2])
        except (Offline, Denied, NotFound):
            return
        found.again = True

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
        if room not in self.moves.known:
            found.events.append(ConversationEvent(conversation=room, at=scene.now, barred=BARRED_LEFT))

    async def _map(self, room: str, timeline: list[dict[str, Any]], scene: Scene, found: Found) -> None:
        await self.look_up(room, timeline, scene)
        for event in timeline:
            found.events += map_event(room, event, scene)

    async def look_up(self, room: str, timeline: list[dict[str, Any]], scene: Scene) -> None:
        """Learn what the events here are about: who wrote what is edited (nobody else may edit it), how a message
        reads when an edit of it is taken back, and what a poll asks."""
        for event in timeline:
            if target := is_edit(event):
                scene.edits.setdefault(id_of(event), target)
                if target not in scene.seen:
                    await self._look_up(room, target, scene)
            elif is_poll(words(event.get("type"))):
                self._learn_poll(event)
            elif event.get("type") in VOTES:
                poll = relation(record(event.get("content")))[1]
                if poll and poll not in self._polls:
                    self._learn_poll(await self._look_up(room, poll, scene))
            elif event.get("type") == "m.room.redaction" and (edited := scene.edits.get(redacts(event), "")):
                original = await self._look_up(room, edited, scene)
                if original:
                    scene.undone[redacts(event)] = as_it_is_now(room, original, scene)

    def _learn_poll(self, event: dict[str, Any]) -> None:
        if len(self._polls) >= MOST_POLLS:
            self._polls.clear()
        self._polls[id_of(event)] = poll_answers(record(event.get("content")))

    async def _look_up(self, room: str, event: str, scene: Scene) -> dict[str, Any]:
        """An event of the room; empty where we may not see it."""
        try:
            found = await self._server.event(room, event)
        except (Denied, NotFound):
            return {}
        scene.seen.learn(found)
        if target := is_edit(found):
            scene.edits.setdefault(event, target)
        return found

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
        if facts.barred is None:
            after = words((await self._server.state(room, "m.room.tombstone")).get("replacement_room"))
            barred = BARRED_ENCRYPTED if await self._server.encrypted(room) else BARRED_REPLACED if after else ""
            facts = replace(facts, barred=barred, after=after)
        return replace(facts, name=name[:500], alias=alias[:300])

    async def _join(self, scene: Scene, found: Found) -> None:
        """Accept what is to be accepted; joining twice does no harm."""
        for room, tries in list(found.invites.items()):
            if tries >= MOST_TRIES:
                continue
            try:
                await self._server.join(room)
                # Counted, too: a server that lets us in and never shows the room must not keep us at it.
                found.again, found.invites[room] = found.again or not tries, tries + 1
                why = "the homeserver took the acceptance, and does not show the room"
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
