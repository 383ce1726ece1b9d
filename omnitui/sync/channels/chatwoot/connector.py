"""Chatwoot behind the interface of a channel: polls by activity, answers, writes notes, and works the queue there."""

from __future__ import annotations

import json
from typing import BinaryIO
from urllib.parse import urlsplit

from omnitui.core.channel_events import Event, IdentityEvent, Person
from omnitui.core.channels import Capabilities
from omnitui.core.errors import LoginRefused, NotFound, ProtocolError
from omnitui.sync.channels.chatwoot import acting, cursor, messages, probing
from omnitui.sync.channels.chatwoot.capabilities import CAPABILITIES
from omnitui.sync.channels.chatwoot.client import PAGE, ChatwootClient, Missing
from omnitui.sync.channels.chatwoot.inboxes import Inboxes
from omnitui.sync.channels.chatwoot.people import Agents, Place, worker
from omnitui.sync.channels.chatwoot.pulling import Puller
from omnitui.sync.channels.chatwoot.sending import Sender
from omnitui.sync.channels.chatwoot.settings import ChatwootSettings
from omnitui.sync.channels.chatwoot.starting import Starter
from omnitui.sync.channels.chatwoot.templates import templates_of
from omnitui.sync.channels.chatwoot.values import number, record, records, words
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
    Template,
)


class ChatwootConnector(Connector):
    """One account of a Chatwoot server."""

    capabilities = CAPABILITIES

    def __init__(self, setup: Setup) -> None:
        settings: ChatwootSettings = setup.settings
        token = setup.secrets.get("access_token", "")
        if not token:
            raise LoginRefused("the access token of Chatwoot is missing; `omnitui secret set` stores it")
        self._settings, self._clock = settings, setup.clock
        self._client = ChatwootClient(setup.http, settings.url, settings.account_id, token)
        self._agents = Agents.of_settings(settings.agents)
        self._place = Place(urlsplit(settings.url).netloc.lower(), settings.account_id)
        self._inboxes = Inboxes(self._client, setup.clock)
        self._puller = Puller(self._client, settings, self._place, self._agents, self._inboxes, setup.clock)
        starter = Starter(self._client, settings, self._place, self._inboxes)
        self._sender = Sender(self._client, self._inboxes, starter, lambda: self._my_id)
        self._me: Person | None = None
        self._my_id: int | None = None

    async def probe(self) -> Probe:
        """Whose token it is, and whether that user is in the account and its inboxes."""
        return await probing.probe(self._client, self._settings, self._place)

    async def pull(self, cursor_text: str, budget: PullBudget) -> Batch:
        """Conversations that changed, with their new messages."""
        at = cursor.read(cursor_text)
        events: list[Event] = []
        if self._me is None:
            self._me = await self._myself()
            events.append(IdentityEvent(person=self._me, ours=True))
        found = await self._puller.pull(at, budget.events)
        events = [*events, *found.events] if found.events or not cursor_text else []
        wait = None if found.more else float(self._settings.poll_seconds)
        return Batch(tuple(events), at.text(), more=found.more, wait=wait, history=found.history)

    async def backfill(self, conversation: str, before: str) -> Batch:
        """The 20 messages before one."""
        page = await self._client.messages(conversation, before=number(before) or 0)
        events: list[Event] = []
        for one in page:
            events += messages.events_of(self._place, conversation, one, new=True, title="", fallback=self._clock())
        ids = [id_ for one in page if (id_ := messages.identity(one)) is not None]
        return Batch(tuple(events), str(min(ids)) if ids else "", more=len(page) >= PAGE)

    async def send(self, draft: Outbound) -> Receipt:
        """Write an answer, a note or a template; without a conversation one is begun."""
        if not draft.conversation:
            await self._myself()
        return await self._sender.send(draft)

    async def reconcile(self, draft: Outbound) -> Lookup:
        """Look for it in the conversation."""
        await self._myself()
        return await self._sender.reconcile(draft)

    def narrowed(self, conversation: str) -> Capabilities:
        """What the channel of the conversation's inbox can do."""
        inbox = self._inboxes.holding(conversation)
        return inbox.narrowed(self.capabilities) if inbox is not None else self.capabilities

    async def templates(self) -> tuple[Template, ...]:
        """The approved templates of the WhatsApp inboxes that are brought."""
        wanted = self._settings.inboxes
        return templates_of(one for one in await self._inboxes.refresh() if not wanted or one.name in wanted)

    async def act(self, action: Action) -> Receipt:
        """Carry out a change in Chatwoot."""
        return await acting.act(self._client, self._agents, action)

    async def fetch_attachment(self, ref: str, into: BinaryIO) -> None:
        """Ask for the message again, whose link is then a fresh one, and fetch the file."""
        try:
            told = record(json.loads(ref))
        except ValueError:
            raise NotFound("the file is not named as it should be") from None
        message, wanted = number(told.get("m")), number(told.get("f"))
        if message is None or wanted is None:
            raise NotFound("Chatwoot gives no link to the file")
        try:
            page = await self._client.messages(words(told.get("c")), before=message + 1)
        except Missing:
            raise NotFound("Chatwoot has the conversation no longer") from None
        for one in page:
            for file in records(one.get("attachments")) if messages.identity(one) == message else []:
                if number(file.get("id")) == wanted and words(file.get("data_url")):
                    await self._client.download(words(file.get("data_url")), into)
                    return
        raise NotFound("Chatwoot has the file no longer")

    async def _myself(self) -> Person:
        """Who we are there; asked once."""
        if self._me is not None:
            return self._me
        profile = await self._client.profile()
        me = worker(self._place, profile)
        if me is None:
            raise ProtocolError("Chatwoot does not say whose token it is")
        if not self._agents.listed:
            self._agents.take(await self._client.agents())
        self._my_id, self._me = number(profile.get("id")), me
        return me
