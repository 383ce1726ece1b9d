"""The connector: one user at one homeserver."""

from __future__ import annotations

from typing import BinaryIO

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
from omnitui.sync.channels.matrix.client import V3, Homeserver
from omnitui.sync.channels.matrix.content import media_of
from omnitui.sync.channels.matrix.fields import words
from omnitui.sync.channels.matrix.history import older
from omnitui.sync.channels.matrix.mapping import map_event
from omnitui.sync.channels.matrix.parts import SentInParts
from omnitui.sync.channels.matrix.probing import probe
from omnitui.sync.channels.matrix.pulling import Puller
from omnitui.sync.channels.matrix.sending import Sender
from omnitui.sync.channels.matrix.settings import MatrixSettings


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
            events, more = await older(self._server, conversation, before, scene)
            await self._puller.look_up_edited(conversation, events, scene)
        except NotFound as error:
            raise Refused(f"the room gives no older messages: {error}") from None
        mapped = [found for event in events for found in map_event(conversation, event, scene)]
        # A page may hold nothing that is told here: it is gone on from its oldest event all the same.
        return Batch(tuple(mapped), words(events[0].get("event_id")) if events else "", more=more)

    async def send(self, draft: Outbound) -> Receipt:
        """Hand it over."""
        invited = draft.conversation in self._puller.invited
        return await self._sender.send(await self._who(), draft, invited=invited)

    async def reconcile(self, draft: Outbound) -> Lookup:
        """Look for it in the room."""
        try:
            return await self._sender.reconcile(await self._who(), draft)
        except (Refused, NotFound) as error:
            return Lookup("cannot_tell", detail=str(error))

    async def act(self, action: Action) -> Receipt:
        """Carry out a change."""
        return await self._acts.carry_out(await self._who(), action)

    async def fetch_attachment(self, ref: str, into: BinaryIO) -> None:
        """A file by its mxc:// address."""
        media = media_of(ref)
        if media is None:
            raise NotFound("the message does not say where its file is")
        await self._server.download(*media, into)

    async def _who(self) -> str:
        """Our user id, asked for once."""
        if not self._me:
            me = words((await self._server.get(f"{V3}/account/whoami", urgent=True)).get("user_id"))
            if not me:
                raise ProtocolError("the homeserver does not say whose the access token is")
            self._me = me
        return self._me
