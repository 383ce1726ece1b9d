"""Reading what happened while nobody listened: events are not given again to a socket that was away.

History of each channel from a little before its last known message, threads that it shows to have newer replies, and
old threads one by one. What we knew and history does not show any more was deleted. Threads that were active lately are
looked at afterwards, when there is time, for what was changed in them. https://docs.slack.dev/reference/methods/conversations.history
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from omnitui.core.channel_events import GapEvent
from omnitui.core.times import DAY, MINUTE, Instant
from omnitui.sync.channels.slack.client import SlackClient, SlackRefused
from omnitui.sync.channels.slack.mapping import later, root_of, ts_instant, ts_order
from omnitui.sync.channels.slack.place import MOST_THREADS, Part, Place, Reading, ts_of
from omnitui.sync.channels.slack.rooms import Room
from omnitui.sync.channels.slack.text import dicts, string

OVERLAP = 15 * MINUTE
"""Read again at least: what came late or out of order shortly before the connection broke."""
MOST_OVERLAP = DAY
LOOK_BACK = 3 * DAY
"""Messages of so long are asked for their latest reply: one call tells it of two hundred threads."""
LOOK = 7 * DAY
"""After a break, messages of so long are looked at for changes: at the top of channels, and in active threads."""
BREAK = 2 * MINUTE
"""Slack gives an event again within minutes where nobody took it; after a longer break it may be gone."""
PATIENCE = 3.0
"""Seconds that a page may wait for its turn: events are taken in between."""
_SHUT = frozenset({"channel_not_found", "not_in_channel", "is_archived", "thread_not_found", "method_not_supported"})
"""The channel or thread is not to be read any more: nothing to wait for."""


@dataclass(frozen=True, slots=True)
class Found:
    """A message of history. `fresh`: to be reported; `changed`: edited since we last listened."""

    room: Room
    message: dict[str, Any]
    fresh: bool = True
    changed: bool = False


@dataclass(slots=True)
class CatchUp:
    """One round over all channels. `done` and `swept` are how far it is; the rest stands in the cursor."""

    rooms: tuple[Room, ...]
    now: Instant
    days: int
    deep: bool = True
    """Also old threads, one by one."""
    deep_at: Instant = Instant(0)
    """When that was done last."""
    broken: bool = False
    """Nobody listened for a while before it."""
    line: int = 0
    """While which of the lines it began: another one may have missed something."""
    told: int = 0
    """After how many things that ask for another one (invitations into channels, events held back) it began."""
    expected: dict[str, str] = field(default_factory=dict)
    """`Place.recent` when the round began: what of it is not seen in a channel or thread read whole was deleted."""
    done: set[str] = field(default_factory=set)
    swept: bool = False
    seen: set[str] = field(default_factory=set)
    begun: set[str] = field(default_factory=set)
    """Channels and `channel:root` of threads that this round reads from their first page."""

    def copy(self) -> CatchUp:
        """To work on: a pull that is cancelled must leave no trace."""
        return replace(self, done=set(self.done), seen=set(self.seen), begun=set(self.begun))

    def finished(self, place: Place) -> bool:
        """Whether there is nothing more to read."""
        return self.swept and not place.todo and self._next(place) is None

    def meets(self, place: Place) -> bool:
        """Whether a channel is, or will be, read for the first time: what is found there is history."""
        readings = [place.rooms.get(room.id) for room in self.rooms]
        return any(reading is None or reading.new for reading in readings)

    def has_read(self, channel: str) -> bool:
        """Whether the channel's history is not to be read any more in this round."""
        return channel in self.done or all(room.id != channel for room in self.rooms)

    def gap(self, place: Place) -> list[GapEvent]:
        """What this round cannot see: replies in threads that are older and more than are remembered, and after a long
        break what was changed in older messages."""
        away = self.now - ts_instant(place.live)
        if not self.deep or not place.live or away < MINUTE:
            return []
        reasons = [
            f"replies in threads older than the last {MOST_THREADS} active ones are not asked for after a break"
            if place.dropped
            else "",
            "omnitui was away for more than a week, and looks for edits and deletions in the last week's messages only"
            if away > LOOK
            else "",
        ]
        reason = "; ".join(filter(None, reasons))
        return [GapEvent(since=ts_instant(place.live), until=self.now, reason=reason)] if reason else []

    async def step(self, client: SlackClient, place: Place) -> list[Found]:
        """One page of something. Moves `place` and itself on."""
        if place.todo:
            return await self._thread(client, place, place.todo)
        room = self._next(place)
        if room is not None:
            return await self._history(client, place, room)
        self.swept = True
        place.todo = [*(self._old_threads(place) if self.deep else ()), *self._recent_threads(place)]
        self._plan_look(place)
        return []

    async def look(self, client: SlackClient, place: Place) -> list[Found]:
        """One page of a thread that is looked at for what has changed since the break. Raises as `step`."""
        since = ts_order(_before(place.look_since))
        try:
            found = await self._thread(client, place, place.look)
        except SlackRefused:
            place.look.pop(0)  # nothing new depends on it: the others are looked at all the same
            found = []
        if not place.look:
            place.look_since = ""
        gone = [one for one in found if one.message.get("subtype") == "tombstone"]
        return [
            one if one in gone else replace(one, fresh=ts_order(string(one.message.get("ts"))) > since) for one in found
        ]

    def _next(self, place: Place) -> Room | None:
        """The channel that waits longest: where calls are few, none is read to its end before another has begun."""
        left = [room for room in self.rooms if room.id not in self.done]
        return min(left, key=lambda room: place.rooms[room.id].turn if room.id in place.rooms else 0, default=None)

    def _plan_look(self, place: Place) -> None:
        """Note the threads of the last days, the latest first."""
        live = ts_instant(place.live)
        if not self.broken or not live or self.now - live < BREAK:
            return
        oldest, watched = ts_of(Instant(self.now - LOOK)), {room.id for room in self.rooms}
        planned = {(part.channel, part.root) for part in place.todo}
        active = [
            (last, channel, root)
            for (channel, _, root), last in ((name.partition(":"), last) for name, last in place.threads.items())
            if channel in watched and last != root and ts_order(last) > ts_order(oldest)
        ]
        place.look = [
            Part(channel, root, oldest)
            for _, channel, root in sorted(active, key=lambda one: ts_order(one[0]), reverse=True)
            if (channel, root) not in planned and f"{channel}:{root}" not in self.begun
        ]
        earlier = place.look_since if place.look_since else place.live
        place.look_since = min(earlier, place.live, key=ts_order) if place.look else ""

    def _begun(self, place: Place, room: Room) -> Reading:
        """The channel's reading with its bounds, from where it was left."""
        reading = place.rooms.get(room.id)
        if reading is None:
            start = ts_of(Instant(self.now - self.days * DAY))
            reading = place.rooms[room.id] = Reading(base=start, floor=start, fresh=start, new="new")
        elif not reading.page:
            away = self.now - ts_instant(place.live) if place.live else 0
            overlap = min(max(away, OVERLAP), MOST_OVERLAP)
            reading.fresh = ts_of(Instant(ts_instant(reading.base) - overlap))
            back = LOOK if self.broken and away >= BREAK else LOOK_BACK
            reading.floor = min(reading.fresh, ts_of(Instant(self.now - back)), key=ts_order)
        return reading

    async def _history(self, client: SlackClient, place: Place, room: Room) -> list[Found]:
        reading = self._begun(place, room)
        fields = {
            "channel": room.id,
            "oldest": reading.floor,
            "inclusive": "true",
            "include_all_metadata": "true",
        }
        try:
            answer, following = await client.page("conversations.history", fields, reading.page, patience=PATIENCE)
        except SlackRefused as refused:
            self._bear(refused, room, reading)
            return []
        place.turn += 1
        reading.turn = place.turn
        found = []
        for message in dicts(answer.get("messages")):
            ts = string(message.get("ts"))
            reading.top = later(reading.top, ts)
            fresh = ts_order(ts) > ts_order(reading.fresh)
            self._plan(place, room, message, reading)
            found.append(Found(room, message, fresh, _changed(message, place.live)))
            self.seen.add(f"{room.id}:{ts}")
        if not reading.page:
            self.begun.add(room.id)
        reading.page = following
        if not following:
            found += self._gone(room, "", reading.floor)
            reading.base, reading.top = later(reading.base, reading.top), ""
            self.done.add(room.id)
        return found

    def _bear(self, refused: SlackRefused, room: Room, reading: Reading) -> None:
        """Go on without this channel, or from its start where the page is not known any more. Raises the rest."""
        if refused.code == "invalid_cursor" and reading.page:
            reading.page = ""
            self.begun.discard(room.id)
        elif refused.code in _SHUT or (refused.code == "missing_scope" and room.direct):
            self.done.add(room.id)
        else:
            raise refused

    def _plan(self, place: Place, room: Room, message: dict[str, Any], reading: Reading) -> None:
        """Note the thread of a message when it has replies that we do not know."""
        ts, last = string(message.get("ts")), string(message.get("latest_reply"))
        if not last and message.get("reply_count"):
            last = ts
        if not last or root_of(message) != ts:
            return
        known = place.threads.get(f"{room.id}:{ts}", "")
        if known and ts_order(last) <= ts_order(known):
            return
        if not known and ts_order(last) <= ts_order(reading.fresh) and last != ts:
            return
        since = "" if ts_order(ts) > ts_order(reading.fresh) else _before(known or reading.fresh)
        if not any((part.channel, part.root) == (room.id, ts) for part in place.todo):
            place.todo.append(Part(room.id, ts, since))

    def _old_threads(self, place: Place) -> list[Part]:
        """Known threads that begin before what the history has shown."""
        parts = []
        watched = {room.id for room in self.rooms}
        for key, last in place.threads.items():
            channel, _, root = key.partition(":")
            reading = place.rooms.get(channel)
            if channel in watched and reading and reading.floor and ts_order(root) < ts_order(reading.floor):
                parts.append(Part(channel, root, _before(last)))
        return parts

    def _recent_threads(self, place: Place) -> list[Part]:
        """Threads of the replies from shortly before the break, for what has changed in them without a newer reply."""
        since: dict[tuple[str, str], str] = {}
        lately = _before(place.live) if place.live else "0"
        for name, root in self.expected.items():
            channel, _, ts = name.partition(":")
            reading = place.rooms.get(channel)
            if root == ts or not reading or f"{channel}:{root}" in self.begun:
                continue
            if channel in self.done and ts_order(ts) > ts_order(later(reading.fresh, lately)):
                known = since.get((channel, root), ts)
                since[channel, root] = min(known, ts, key=ts_order)
        return [Part(channel, root, _before(ts)) for (channel, root), ts in since.items()]

    def _gone(self, room: Room, root: str, since: str) -> list[Found]:
        """What was known after `since` and is not there any more; `root` empty: at the channel's top."""
        if (f"{room.id}:{root}" if root else room.id) not in self.begun:
            return []
        found = []
        for name, its_root in self.expected.items():
            channel, _, ts = name.partition(":")
            here = its_root == root if root else its_root == ts
            if channel == room.id and here and ts != root and name not in self.seen and ts_order(ts) > ts_order(since):
                found.append(Found(room, {"ts": ts, "thread_ts": its_root, "subtype": "tombstone"}))
        return found

    async def _thread(self, client: SlackClient, place: Place, parts: list[Part]) -> list[Found]:
        """A page of the first of `parts`, which goes when it is read."""
        part = parts[0]
        room = next((room for room in self.rooms if room.id == part.channel), None)
        if room is None:
            parts.pop(0)
            return []
        fields = {"channel": part.channel, "ts": part.root, "include_all_metadata": "true"}
        if part.oldest:
            fields["oldest"] = part.oldest
        try:
            answer, following = await client.page("conversations.replies", fields, part.page, patience=PATIENCE)
        except SlackRefused as refused:
            if refused.code == "invalid_cursor" and part.page:
                part.page = ""
                self.begun.discard(f"{part.channel}:{part.root}")
            elif refused.code in _SHUT:
                parts.pop(0)
            else:
                raise
            return []
        if not part.page:
            self.begun.add(f"{part.channel}:{part.root}")
        since = place.look_since if parts is place.look else place.live
        found = []
        for message in dicts(answer.get("messages")):
            ts = string(message.get("ts"))
            self.seen.add(f"{room.id}:{ts}")
            if ts != part.root:
                found.append(Found(room, message, True, _changed(message, since)))
        part.page = following
        if not following:
            parts.pop(0)
            found += self._gone(room, part.root, part.oldest)
        return found


def ordered(found: Iterable[Found]) -> list[Found]:
    """In the order in which it was written."""
    return sorted(found, key=lambda one: ts_order(string(one.message.get("ts"))))


def _changed(message: dict[str, Any], since: str) -> bool:
    edited = message.get("edited")
    if not since or not isinstance(edited, dict):
        return False
    # Slack gives the change's time in whole seconds in some places.
    return ts_instant(edited.get("ts")) >= ts_instant(since) - OVERLAP


def _before(ts: str) -> str:
    return ts_of(Instant(ts_instant(ts) - OVERLAP))
