"""The connector: one user at one homeserver."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, BinaryIO, TypeAlias

from omnitui.core.errors import LoginRefused, NotFound, ProtocolError, Refused
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
from omnitui.sync.channels.matrix.acts import Acts
from omnitui.sync.channels.matrix.capabilities import CAPABILITIES
from omnitui.sync.channels.matrix.client import V3, Denied, Homeserver
from omnitui.sync.channels.matrix.content import media_of
from omnitui.sync.channels.matrix.fields import words
from omnitui.sync.channels.matrix.history import older
from omnitui.sync.channels.matrix.mapping import Scene, map_event
from omnitui.sync.channels.matrix.parts import SentInParts
from omnitui.sync.channels.matrix.probing import probe
from omnitui.sync.channels.matrix.pulling import Puller
from omnitui.sync.channels.matrix.sending import Sender
from omnitui.sync.channels.matrix.settings import MatrixSettings

Event: TypeAlias = dict[str, Any]
"""An event as the homeserver tells it."""


class MatrixConnector(Connector):
    """Rooms are conversations, events are messages; see the modules beside this one."""

    capabilities = CAPABILITIES

    def __init__(self, setup: Setup) -> None:
        """Raises LoginRefused where no token is given."""
        settings = setup.settings
        assert isinstance(settings, MatrixSettings)  # noqa: S101 - the kit builds it by the channel's class
        token = setup.secrets.get("access_token", "").strip()
        if not token:
            raise LoginRefused(f"the account {setup.name} has no access token; store it with omnitui secret set")
        self._settings = settings
        self._server = Homeserver(setup.http, settings.homeserver, token)
        self._parts = SentInParts(setup.notes)
        self._puller = Puller(self._server, settings, setup.clock, self._parts.__contains__)
        self._sender = Sender(self._server, setup.clock, self._parts, self._puller.seen)
        self._acts = Acts(self._server, self._sender)
        self._me = ""

    async def probe(self) -> Probe:
        """Who we are there, and what is missing."""
        return await probe(self._server, self._settings)

    async def pull(self, cursor: str, budget: PullBudget) -> Batch:
        """What is new."""
        await self._parts.load()
        return await self._puller.pull(await self._who(), cursor, budget)

    async def backfill(self, conversation: str, before: str) -> Batch:
        """Older messages of a room."""
        await self._parts.load()
        scene = self._puller.scene(await self._who())
        try:
            events, more = await self._older(conversation, before, scene)
        except (Denied, NotFound) as error:
            raise Refused(f"the room gives no older messages: {error}") from None
        mapped = [found for room, event in events for found in map_event(room, event, scene)]
        return Batch(tuple(mapped), "", more=more)

    async def _older(self, conversation: str, before: str, scene: Scene) -> tuple[list[tuple[str, Event]], bool]:
        """Older events with their rooms: of the room that `before` stands in, then of the one that it has replaced."""
        rooms = self._puller.moves.rooms(conversation)
        room = await self._room_of(rooms, before)
        found, more = await older(self._server, room, before, scene)
        replaced = [one for one in rooms if self._puller.moves.known.get(one) == room]
        if not found and not more and replaced:
            room = replaced[0]
            found, more = await older(self._server, room, "", scene)
        await self._puller.look_up(room, found, scene)
        return [(room, event) for event in found], more or bool(found and replaced)

    async def _room_of(self, rooms: list[str], event: str) -> str:
        """In which of the rooms of a conversation an event stands."""
        if len(rooms) == 1 or not event.startswith("$"):
            return self._puller.moves.newest(rooms[0])
        for room in rooms:
            try:
                await self._server.event(room, event)
            except (Denied, NotFound):
                continue
            return room
        return rooms[0]

    async def send(self, draft: Outbound) -> Receipt:
        """Hand it over."""
        invited = draft.conversation in self._puller.invited
        return await self._sender.send(await self._who(), self._now_in(draft), invited=invited)

    async def reconcile(self, draft: Outbound) -> Lookup:
        """Look for it in the room."""
        try:
            return await self._sender.reconcile(await self._who(), self._now_in(draft))
        except (Refused, NotFound) as error:
            return Lookup("cannot_tell", detail=str(error))

    async def act(self, action: Action) -> Receipt:
        """Carry out a change."""
        about = action.remote_id or words(action.value.get("up_to"))
        room = await self._room_of(self._puller.moves.rooms(action.conversation), about)
        return await self._acts.carry_out(await self._who(), replace(action, conversation=room))

    async def fetch_attachment(self, ref: str, into: BinaryIO) -> None:
        """A file by its mxc:// address."""
        media = media_of(ref)
        if media is None:
            raise NotFound("the message does not say where its file is")
        await self._server.download(*media, into)

    def _now_in(self, draft: Outbound) -> Outbound:
        """To where the conversation goes on, if its room was replaced."""
        return replace(draft, conversation=self._puller.moves.newest(draft.conversation))

    async def _who(self) -> str:
        """Our user id, asked for once."""
        if not self._me:
            me = words((await self._server.get(f"{V3}/account/whoami", urgent=True)).get("user_id"))
            if not me:
                raise ProtocolError("the homeserver does not say whose the access token is")
            self._me = me
        return self._me
