"""A Telegram bot at work. Its cursor is a `Place`."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, BinaryIO

from omnitui.core.channel_events import Event, GapEvent, MessageEvent
from omnitui.core.channels import Capabilities, Window, window_of
from omnitui.core.errors import NotFound, ProtocolError, Refused
from omnitui.core.times import DAY, MINUTE, Instant
from omnitui.sync.channels.contract import (
    Action,
    Batch,
    Connector,
    Outbound,
    Probe,
    PullBudget,
    Receipt,
    Setup,
    Standing,
)
from omnitui.sync.channels.telegram import CAPABILITIES
from omnitui.sync.channels.telegram.actions import about, carry_out
from omnitui.sync.channels.telegram.client import SILENCE, Api, Moved
from omnitui.sync.channels.telegram.mapping import WANTED, Bot, connection_ids, events_of
from omnitui.sync.channels.telegram.notes import Connection, Notes, connection_of
from omnitui.sync.channels.telegram.own_reactions import OwnReactions
from omnitui.sync.channels.telegram.place import Place, place_of, same_bot
from omnitui.sync.channels.telegram.probing import probe
from omnitui.sync.channels.telegram.reading import number, record, words
from omnitui.sync.channels.telegram.routes import Route, route_of
from omnitui.sync.channels.telegram.sending import call_for
from omnitui.sync.channels.telegram.standing import Standings, album_parts, barred_by, capabilities_of

KEPT = DAY
"""How long Telegram keeps an update for us (getUpdates)."""
PAGE = 100
"""Updates in one answer at most."""
LONGEST_POLL = 50.0
"""Seconds that one poll stays open at most."""


class TelegramConnector(Connector):
    """See the module."""

    capabilities = CAPABILITIES

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._settings = setup.settings
        self._api = Api(setup.http, self._settings.api, setup.secrets.get("bot_token", ""))
        self._notes = Notes(setup.notes / "telegram.json")
        self._read = False
        self._me: Mapping[str, Any] = {}
        self._reactions = OwnReactions(self._notes)
        self._asked: set[str] = set()
        """Connections that this process has heard of or asked for: what was kept of others may be out of date."""

    async def probe(self) -> Probe:
        """See `probing.py`."""
        return await probe(self._api)

    async def pull(self, cursor: str, budget: PullBudget) -> Batch:
        """One getUpdates: at most 100 updates, or as long as `budget` lets it wait for the first.

        There is no history: the first pull brings what Telegram has kept of the last 24 hours.
        """
        await self._ready()
        if not self._me:
            self._me = record(await self._api.ask("getMe"))
        here, api = number(self._me.get("id")), self._settings.api
        asked_at = self._setup.clock()
        place = place_of(cursor, asked_at)
        if not cursor:
            self._notes.told.clear()  # the cache is a new one, which knows nothing of what was told
        same_bot(place, here, words(self._me.get("username")))
        limit = max(1, min(PAGE, budget.events))
        timeout = int(max(0.0, min(LONGEST_POLL, budget.seconds)))
        fields: dict[str, Any] = {"limit": limit, "timeout": timeout, "allowed_updates": list(WANTED)}
        if offset := place.offset_at(asked_at, api):
            fields["offset"] = offset
        found = await self._api.ask("getUpdates", fields, silence=timeout + SILENCE)
        if not isinstance(found, list):
            raise ProtocolError("Telegram answered something else than updates")
        gap, heard = _gap(place.heard, asked_at)
        await self._learn(found, again=bool(gap))
        told = Standings(self._notes, self._setup.clock())
        ours = self._reactions.untold()
        events = [*gap, *told.of_businesses(), *self._events(found, told), *ours]
        more = len(found) >= limit
        serials = [number(record(update).get("update_id")) for update in found]
        after = Place(
            offset=max(serials) + 1 if serials else place.offset if place.api in ("", api) else 0,
            heard=(heard or asked_at) if more else asked_at,
            last=asked_at if found else place.last,
            bot=here,
            api=api,
        )
        return Batch(tuple(events), after.text(), more, 0.0, token=(told.told, ours))

    def _events(self, updates: list[Any], told: Standings) -> list[Event]:
        """Every update's events, and what it means for what can be done."""
        bot = Bot(number(self._me.get("id")), told.now, _team(self._settings.team), self._notes.owners())
        events: list[Event] = []
        parts = album_parts(self._notes.albums)
        for update in updates:
            # The whole album is one message of ours, known by its first.
            made = [
                one for one in events_of(update, bot) if not isinstance(one, MessageEvent) or one.remote_id not in parts
            ]
            events += made
            events += told.beside(update, made)
        return events

    async def committed(self, batch: Batch) -> None:
        """What was told of conversations, and of our reactions, is on the disk."""
        told, ours = batch.token or ({}, ())
        self._reactions.told(ours)
        if told:
            self._notes.tell(told)
            await self._keep()

    async def send(self, draft: Outbound) -> Receipt:
        """One request for one message (`sending.py`). A group that has moved is followed: nothing was done by then."""
        await self._ready()
        if not draft.conversation:
            raise Refused("a bot cannot write first: Telegram lets it answer those who have written to it")
        route = route_of(draft.conversation)
        try:
            return await self._send(draft, route)
        except Moved as moved:
            there = replace(route, chat=moved.chat)
            receipt = await self._send(replace(draft, reply_to=""), there)
            return replace(receipt, conversation=there.conversation)

    async def _send(self, draft: Outbound, route: Route) -> Receipt:
        connection = self._connection(route)
        call = call_for(draft, route, connection, pictures=self._settings.pictures == "shown")
        try:
            result = await self._api.send(call.method, route.chat, call.fields, call.files)
        except Refused as error:
            # Telegram has looked at the picture and taken nothing: as a file it goes.
            if call.method == "sendMessage" or not any(word in str(error) for word in ("PHOTO_", "IMAGE_PROCESS")):
                raise
            call = call_for(draft, route, connection, pictures=False)
            result = await self._api.send(call.method, route.chat, call.fields, call.files)
        made = [number(record(one).get("message_id")) for one in (result if isinstance(result, list) else [result])]
        if not made or made[0] < 0 or not record(result[0] if isinstance(result, list) and result else result):
            raise ProtocolError("Telegram took the message and did not say which it is")
        remote_id = route.message(made[0]) if made[0] else ""
        if len(made) > 1 and remote_id:
            self._notes.albums[remote_id] = made
            await self._keep()
        return Receipt("accepted", remote_id)

    async def act(self, action: Action) -> Receipt:
        """See `actions.py`."""
        await self._ready()
        route, _ = about(action)
        if action.kind == "react" and self._reactions.gone(action):
            return Receipt("duplicate")
        receipt = await carry_out(self._api, action, self._connection(route), self._notes.albums)
        if action.kind == "react":
            self._reactions.done(action, self._setup.clock())
            await self._keep()
        return receipt

    def narrowed(self, conversation: str) -> Capabilities:
        """See `standing.py`."""
        route = route_of(conversation)
        return capabilities_of(route, self._notes.of_owner(route.owner) if route.owner else None)

    async def window(self, standing: Standing, now: Instant) -> Window:
        """A bot may always answer; for a business account it may for 24 hours (`BusinessBotRights.can_reply`)."""
        await self._ready()
        route = route_of(standing.conversation)
        barred = barred_by(self._notes.of_owner(route.owner)) if route.owner else standing.barred
        return window_of(self.narrowed(standing.conversation), standing.last_customer_at, now, barred)

    async def fetch_attachment(self, ref: str, into: BinaryIO) -> None:
        """Raises NotFound for what Telegram does not give (any more)."""
        if not ref:
            raise NotFound("Telegram did not say how to get this file")
        await self._api.download(ref, into)

    async def _ready(self) -> None:
        """Read the notes, once."""
        if not self._read:
            await asyncio.to_thread(self._notes.load)
            self._read = True

    async def _learn(self, updates: list[Any], *, again: bool) -> None:
        """Whose the business connections are and what they allow: told by updates, else asked for, `again` after a gap
        and once a process. Kept before anything is mapped."""
        known = dict(self._notes.connections)
        if again:
            self._asked.clear()
        for update in updates:
            told = connection_of(record(update).get("business_connection"))
            if told.id:
                self._notes.connections[told.id] = told
                self._asked.add(told.id)
        for name in dict.fromkeys([*connection_ids(updates), *self._notes.speaking()]):
            if name not in self._asked:
                await self._ask_for(name)
        if known != self._notes.connections:
            await self._keep()

    async def _ask_for(self, name: str) -> None:
        try:
            asked = connection_of(await self._api.ask("getBusinessConnection", {"business_connection_id": name}))
        except Refused:
            asked = self._notes.connections.get(name, Connection(name, ""))
        self._notes.connections[name] = replace(asked, id=name)
        self._asked.add(name)

    async def _keep(self) -> None:
        """Write the notes; a full disk costs no more than asking again, and must not make a send look failed."""
        with suppress(OSError):
            await asyncio.to_thread(self._notes.save)

    def _connection(self, route: Route) -> str:
        """The business connection to speak by; empty for a chat of the bot's own. Raises Refused."""
        if not route.owner:
            return ""
        found = self._notes.of_owner(route.owner)
        if found is None:
            raise Refused(
                "the connection to this business account is not known; it is with the customer's next message"
            )
        if not found.enabled:
            raise Refused("the business account has disconnected the bot; connect it again in Telegram's settings")
        return found.id


def _gap(heard: Instant, now: Instant) -> tuple[list[Event], Instant]:
    """The gap where Telegram has thrown away what was not fetched, and since when all is heard after it."""
    if not heard or now - heard <= KEPT:
        return [], heard
    # What comes in the next minutes of the same queue is within the same gap.
    until = Instant(now - KEPT + 5 * MINUTE)
    reason = "omnitui was away for more than 24 hours, and Telegram keeps messages for no longer"
    return [GapEvent(since=heard, until=until, reason=reason)], until


def _team(given: tuple[str, ...]) -> frozenset[str]:
    return frozenset(one.lower() for one in given)
