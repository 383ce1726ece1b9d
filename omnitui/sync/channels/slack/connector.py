"""An account on Slack at work: history first, then the line for events, which is open before history is read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, BinaryIO

from omnitui.core.channel_events import (
    ConversationEvent,
    DeletedEvent,
    Event,
    IdentityEvent,
    MessageEvent,
    ReactionEvent,
)
from omnitui.core.channels import Capabilities, to_json
from omnitui.core.errors import NotFound, Offline
from omnitui.core.times import MINUTE, SECOND, Instant
from omnitui.sync.channels.contract import (
    Action,
    Batch,
    Connector,
    Lookup,
    Outbound,
    Probe,
    PullBudget,
    Receipt,
    Setup,
)
from omnitui.sync.channels.slack import CAPABILITIES
from omnitui.sync.channels.slack.actions import carry_out
from omnitui.sync.channels.slack.catching_up import CatchUp, Found, ordered
from omnitui.sync.channels.slack.client import SlackClient, SlackRefused
from omnitui.sync.channels.slack.listening import Envelope, Listening
from omnitui.sync.channels.slack.mapping import (
    Sight,
    changed,
    deleted,
    edit_of,
    emoji_of,
    is_own,
    lost,
    posted,
    reacted,
    root_of,
    taken_back,
    team_said,
    ts_instant,
    ts_order,
)
from omnitui.sync.channels.slack.people import People
from omnitui.sync.channels.slack.place import Place, place_of, ts_of
from omnitui.sync.channels.slack.probing import probe
from omnitui.sync.channels.slack.rooms import Room, Rooms, split_conversation
from omnitui.sync.channels.slack.sending import Sender
from omnitui.sync.channels.slack.settings import SlackSettings
from omnitui.sync.channels.slack.shared_files import with_files
from omnitui.sync.channels.slack.shut_rooms import told
from omnitui.sync.channels.slack.text import dicts, mentioned, string
from omnitui.sync.channels.slack.upload_notes import UploadNotes
from omnitui.sync.http.messages import TooMany

STEPS_SECONDS = 5 * SECOND
"""History is read for so long in one pull; then what has come meanwhile is handed over and acknowledged."""
AGAIN = 10 * MINUTE
"""History is looked at so often while the line holds, for an event that never came."""
AGAIN_SHARED = MINUTE
"""The same while another program takes some of the events."""
PATIENT = 3 * MINUTE
"""For so long a round over the history holds up what waits for it; one that Slack lets go on slowly only (15 messages
a minute, for apps that are sold outside of its Marketplace) goes on beside it."""
PAUSE = 10.0
"""Seconds that the line is listened to while Slack allows no more calls."""
LOOKS_AT_ONCE = 20
"""Threads that are looked at for changes before the account counts as being in step; the others follow beside."""
WHOLE = replace(CAPABILITIES, reply_to=True)
STAMP = MINUTE
"""The cursor says so often that we were there."""


class SlackConnector(Connector):
    """See the contract. Nothing of a pull stays here unless the pull came to its end."""

    capabilities = CAPABILITIES

    def __init__(self, setup: Setup) -> None:
        settings: SlackSettings = setup.settings
        self._settings, self._clock = settings, setup.clock
        secrets = setup.secrets
        self._client = SlackClient(setup.http, settings.url, secrets.get("bot_token", ""), secrets.get("app_token", ""))
        self._rooms = Rooms(self._client, settings)
        self._people = People(self._client)
        self._sender = Sender(self._client, self._rooms, UploadNotes(setup.notes), setup.clock)
        self._line = Listening(self._client, setup.clock)
        self._sight: Sight | None = None
        self._catch: CatchUp | None = None
        self._handed: str | None = None
        """The cursor that the last pull gave out; another one means that its batch was not kept."""
        self._joined = 0
        """How often the app was invited into a channel."""
        self._looks = 0

    async def probe(self) -> Probe:
        """See `probing.py`."""
        return await probe(self._client, self._rooms, self._settings)

    async def pull(self, cursor: str, budget: PullBudget) -> Batch:
        """History while there is some, else what comes by the line within the budget."""
        place = place_of(cursor)
        await self._known()
        await self._line.connect()
        catch, events = await self._round(cursor, place)
        found, wait = list[Found](), None
        # What comes by the line while a channel is read for the first time is new: it goes in batches of its own.
        first = not catch.finished(place) and (not place.live or catch.meets(place))
        apart = first and bool(cursor and self._line.pending)
        if apart:
            looking = True
        elif catch.finished(place):
            found, quick = await self._look(catch, place, budget)
            wait = await self._line.listen(min(budget.seconds, 1.0) if quick else budget.seconds, budget.events)
            looking = quick and self._looks < LOOKS_AT_ONCE
        else:
            if not catch.done and not place.todo:
                events += catch.gap(place)
            found, paused = await self._history(catch, place, budget)
            await self._line.listen(0.0 if found else min(paused, PAUSE), budget.events)
            left = not catch.finished(place) or bool(place.look)
            looking = left and (not paused or self._clock() - catch.now < PATIENT)
        old = first and not apart and (not place.live or any(place.is_new(one.room.id) for one in found))
        envelopes = [] if old else list(self._line.pending.values())[: budget.events]
        for one in ordered(found):
            events += await self._from_history(one, place)
        for envelope in envelopes:
            events += await self._from_envelope(envelope, place, catch)
        events += await self._people.settled((await self._known()).team)
        if catch.finished(place) and self._line.connected and catch.line == self._line.lines:
            self._stamp(place, moved=bool(events))
        if catch.finished(place):
            place.none_new()
        text = place.text()
        more = looking or len(self._line.pending) > len(envelopes) or (wait == 0.0)
        self._catch, self._handed = catch, text
        token = tuple(one.id for one in envelopes)
        return Batch(tuple(events), text, more=more, wait=wait, token=token, history=old)

    async def committed(self, batch: Batch) -> None:
        """Acknowledge the envelopes of the batch."""
        await self._line.kept(batch.token or ())

    async def backfill(self, conversation: str, before: str) -> Batch:
        """Older messages of a thread or a whole channel; of a thread all at once."""
        channel, root = split_conversation(conversation)
        room = await self._rooms.named(channel)
        fields = {"channel": channel, "include_all_metadata": "true"}
        if before:
            fields["latest"] = before.rpartition(":")[2]
        if not root:
            answer, following = await self._client.page("conversations.history", fields)
            messages = dicts(answer.get("messages"))
        else:
            following, messages = "", []
            async for page in self._client.pages("conversations.replies", {**fields, "ts": root}):
                messages += dicts(page.get("messages"))
        limit = fields.get("latest", "")
        kept = [one for one in messages if not limit or ts_order(string(one.get("ts"))) < ts_order(limit)]
        events: list[Event] = []
        for one in ordered(Found(room, message) for message in kept):
            message = await with_files(self._client, one.message)
            events += posted(message, room, await self._sight_of(message))
        return Batch(tuple(events), "", more=bool(following))

    async def send(self, draft: Outbound) -> Receipt:
        """See `sending.py`."""
        return await self._sender.send(draft)

    async def reconcile(self, draft: Outbound) -> Lookup:
        """See `sending.py`."""
        return await self._sender.reconcile(draft)

    async def act(self, action: Action) -> Receipt:
        """See `actions.py`."""
        return await carry_out(self._client, action)

    def narrowed(self, conversation: str) -> Capabilities:
        """Within a channel or direct message that is one conversation, a message can be answered in its thread."""
        return self.capabilities if split_conversation(conversation)[1] else WHOLE

    async def fetch_attachment(self, ref: str, into: BinaryIO) -> None:
        """Write a file. Raises NotFound when Slack has it no more."""
        try:
            answer = await self._client.call("files.info", {"file": ref})
        except SlackRefused as refused:
            if refused.code in ("file_not_found", "file_deleted"):
                raise NotFound("the file is not in Slack any more") from None
            raise
        raw = answer.get("file")
        file: dict[str, Any] = raw if isinstance(raw, dict) else {}
        why = lost(file)
        address = string(file.get("url_private_download")) or string(file.get("url_private"))
        if why or not address:
            raise NotFound(why or "Slack does not say where the file is")
        await self._client.download(address, into, page=string(file.get("mimetype")).startswith("text/html"))

    async def close(self) -> None:
        """Hang up."""
        await self._line.close()

    async def _known(self) -> Sight:
        """Who we are, asked once."""
        if self._sight is None:
            who = await self._client.call("auth.test")
            self._sight = Sight(
                user=string(who.get("user_id")),
                bot=string(who.get("bot_id")),
                team=string(who.get("team_id")),
                enterprise=string(who.get("enterprise_id")),
                everyone=self._settings.customers == "everyone",
                agents=frozenset(self._settings.agents),
                customer_bots=frozenset(self._settings.customer_bots),
            )
        return self._sight

    async def _round(self, cursor: str, place: Place) -> tuple[CatchUp, list[Event]]:
        """The present round over the history, or a new one where something may have passed unheard; and what was found
        of the channels themselves. A pull that fails leaves the present one as it is."""
        now, old, line = self._clock(), self._catch, self._line
        every, told_of = AGAIN_SHARED if line.shared else AGAIN, self._joined + line.overran
        fresh = old is None or line.lines != old.line or cursor != self._handed
        due = old is None or told_of != old.told or (now - old.now >= every and old.finished(place))
        if old is not None and not fresh and not due:
            return old.copy(), []
        rooms = tuple(await self._rooms.refresh())
        events = await told(self._rooms, place, now)
        deep_at = old.deep_at if old is not None else Instant(0)
        deep = fresh or (line.shared and now - deep_at >= AGAIN)
        self._looks = 0
        return CatchUp(
            rooms, now, self._settings.history_days, deep=deep, deep_at=now if deep else deep_at, broken=fresh,
            line=line.lines, told=told_of, expected=dict(place.recent),
        ), events  # fmt: skip

    async def _history(self, catch: CatchUp, place: Place, budget: PullBudget) -> tuple[list[Found], float]:
        """Pages within a while; then for how many seconds Slack allows no more of them."""
        started, found = self._clock(), list[Found]()
        mixed = bool(place.live) and catch.meets(place)
        while not catch.finished(place) and len(found) < budget.events and self._clock() - started < STEPS_SECONDS:
            if mixed and found:
                break  # a page is of one channel, which is new to us or is not
            try:
                found += await catch.step(self._client, place)
            except TooMany as error:
                return found, max(error.wait, 0.1)
            except Offline:
                if not found:
                    raise
                break
        return found, 0.0

    async def _look(self, catch: CatchUp, place: Place, budget: PullBudget) -> tuple[list[Found], bool]:
        """A page of the threads to be looked at, and whether to go on with them soon."""
        if not place.look:
            return [], False
        self._looks += 1
        try:
            return await catch.look(self._client, place), bool(place.look)
        except Offline:
            return [], budget.seconds > 0

    async def _from_history(self, one: Found, place: Place) -> list[Event]:
        name, at = f"{one.room.id}:{string(one.message.get('ts'))}", ts_instant(one.message.get("ts"))
        reading, new = place.rooms.get(one.room.id), False
        # A channel that is read for the first time was not listened to.
        if reading and reading.floor != reading.fresh:
            self._line.seen_in_history(name, at)
        message = await with_files(self._client, one.message) if one.fresh or one.changed else one.message
        events = posted(message, one.room, await self._sight_of(message))
        first = events[0] if events else None
        if isinstance(first, MessageEvent):
            events += _answerable(one.room, place, first.at)
            self._note(place, one.room, one.message)
            place.remember(one.room.id, root_of(one.message), string(one.message.get("ts")))
            if one.changed:
                events.insert(1, edit_of(first, first.edited_at or first.at))
            gone, new = place.reacted(name, emoji_of(message), all_of_them=True)
            if gone:
                events += taken_back(message, one.room, gone, await self._sight_of(message, gone), self._clock())
        telling = [event for event in events if _tells(event, place) and (new or not isinstance(event, ReactionEvent))]
        _forget(place, events)
        return events if one.fresh or one.changed else telling

    async def _from_envelope(self, envelope: Envelope, place: Place, catch: CatchUp) -> list[Event]:
        event = envelope.event
        kind, named = string(event.get("type")), _channel_of(event)
        if kind in ("channel_rename", "group_rename"):
            self._rooms.forget(named)
            return []
        if kind == "user_change":
            return await self._renamed(event)
        if kind == "member_joined_channel":
            self._joined += string(event.get("user")) == (await self._known()).user
            return []
        if not named or not kind.startswith(("message", "reaction_")):
            return []
        room = await self._rooms.named(named)
        if not room.watched:
            return []
        self._line.heard(f"{named}:{string(event.get('ts'))}")
        if kind.startswith("reaction_"):
            found = reacted(event, room, await self._sight_of(event))
            for one in found:
                if isinstance(one, ReactionEvent) and one.added:
                    theirs = {string(event.get("user")): [string(event.get("reaction"))]}
                    place.reacted(one.remote_id, theirs, all_of_them=False)
            return found
        subtype = string(event.get("subtype"))
        if subtype == "message_deleted":
            gone = deleted(event, room)
            _forget(place, gone)
            return gone
        if subtype == "message_changed":
            inner = event.get("message")
            message = await with_files(self._client, inner) if isinstance(inner, dict) else {}
            return changed({**event, "message": message}, room, await self._sight_of(message))
        if subtype == "message_replied":
            return []
        event = await with_files(self._client, event)
        events = posted(event, room, await self._sight_of(event))
        if events:
            events += _answerable(room, place, self._clock())
            self._note(place, room, event)
            ts = string(event.get("ts"))
            place.remember(room.id, root_of(event), ts)
            if root_of(event) == ts or subtype == "thread_broadcast":
                place.saw(room.id, ts, whole=catch.has_read(room.id))
        return events

    async def _renamed(self, event: dict[str, Any]) -> list[Event]:
        user = event.get("user")
        id = string(user.get("id")) if isinstance(user, dict) else ""
        if not self._people.met(id):
            return []
        self._people.forget(id)
        sight = await self._known()
        member = (await self._people.known([id], {}, sight.team))[id]
        return [IdentityEvent(person=member.person, ours=not sight.everyone and member.team == sight.team)]

    def _note(self, place: Place, room: Room, message: dict[str, Any]) -> None:
        ts, root = string(message.get("ts")), root_of(message)
        if not room.whole or root != ts:
            place.saw_reply(room.id, root, ts)

    async def _sight_of(self, message: dict[str, Any], others: Iterable[str] = ()) -> Sight:
        """What is to be known for one message: its people, `others` too, and our keys."""
        base = await self._known()
        user = string(message.get("user"))
        ids = {user, *mentioned(message), *emoji_of(message), *others} - {""}
        members = await self._people.known(ids, {user: team_said(message)}, base.team)
        keys = await self._sender.file_keys() if is_own(message, base) and message.get("files") else {}
        return replace(base, members=members, rooms=self._rooms.names, file_keys=keys)

    def _stamp(self, place: Place, *, moved: bool) -> None:
        now = ts_of(self._clock())
        if moved or not place.live or ts_order(now)[0] - ts_order(place.live)[0] >= STAMP // SECOND:
            place.live = now


def _answerable(room: Room, place: Place, at: Instant) -> list[Event]:
    """Of a channel that is one conversation: said once."""
    if not room.whole or room.id in place.whole:
        return []
    place.whole.append(room.id)
    return [ConversationEvent(conversation=room.id, at=at, capabilities=to_json(WHOLE))]


def _tells(event: Event, place: Place) -> bool:
    """Whether it is worth telling of a message that is here already and has not changed."""
    known_and_gone = isinstance(event, DeletedEvent) and event.remote_id in place.recent
    return known_and_gone or isinstance(event, ReactionEvent | ConversationEvent)


def _forget(place: Place, events: list[Event]) -> None:
    """Those that are deleted need not be looked for any more."""
    for event in events:
        if isinstance(event, DeletedEvent):
            place.forget(event.remote_id)


def _channel_of(event: dict[str, Any]) -> str:
    """The channel's id: at one of three places."""
    channel, item = event.get("channel"), event.get("item")
    if isinstance(channel, dict):
        return string(channel.get("id"))
    return string(channel) or (string(item.get("channel")) if isinstance(item, dict) else "")
