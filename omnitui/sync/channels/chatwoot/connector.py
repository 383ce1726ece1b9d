"""Chatwoot behind the interface of a channel: polls by activity, answers, writes notes, and works the queue there."""

from __future__ import annotations

import asyncio
import json
from typing import BinaryIO
from urllib.parse import urlsplit

from omnitui.core.channel_events import Event, IdentityEvent, Person
from omnitui.core.channels import Capabilities, Dedupe, History, Inbound
from omnitui.core.errors import LoginRefused, NotFound, ProtocolError, Refused
from omnitui.core.times import MINUTE
from omnitui.sync.channels.chatwoot import acting, cursor, messages, probing
from omnitui.sync.channels.chatwoot.client import PAGE, ChatwootClient, Missing
from omnitui.sync.channels.chatwoot.multipart import multipart
from omnitui.sync.channels.chatwoot.people import Agents, Place, worker
from omnitui.sync.channels.chatwoot.pulling import Puller
from omnitui.sync.channels.chatwoot.settings import ChatwootSettings
from omnitui.sync.channels.chatwoot.values import moment, number, record, records, words
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
from omnitui.sync.http.messages import Unanswered

FILES = 15
"""Files that Chatwoot takes with one message."""
SLACK = 2 * MINUTE
"""Milliseconds by which its clock and ours may differ."""
LOOKED = 10
"""Pages that are looked through for a message of ours."""

CAPABILITIES = Capabilities(
    inbound=Inbound.POLL,
    history=History.FULL,
    dedupe=Dedupe.QUERYABLE,
    delete=True,
    reply_to=True,
    typing=True,
    mark_read=True,
    receipts="read",
    attachments=True,
    notes=True,
    states=True,
    assignees=True,
    tags=True,
    priority=True,
    links_expire=True,
    most_text=150_000,
    most_file=40 * 1024 * 1024,
    formats="markdown",
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
        self._puller = Puller(self._client, settings, self._place, self._agents, setup.clock)
        self._me: Person | None = None
        self._my_id: int | None = None
        self._claimed: dict[str, str] = {}

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
        found, more = await self._puller.pull(at, budget.events)
        events = [*events, *found] if found or not cursor_text else []
        return Batch(tuple(events), at.text(), more=more, wait=None if more else float(self._settings.poll_seconds))

    async def backfill(self, conversation: str, before: str) -> Batch:
        """The 20 messages before one."""
        page = await self._client.messages(conversation, before=number(before) or 0)
        events: list[Event] = []
        for one in page:
            events += messages.events_of(self._place, conversation, one, new=True, title="", fallback=self._clock())
        ids = [id_ for one in page if (id_ := messages.identity(one)) is not None]
        return Batch(tuple(events), str(min(ids)) if ids else "", more=len(page) >= PAGE)

    async def send(self, draft: Outbound) -> Receipt:
        """Write an answer or a note. Chatwoot hands an answer on to the inbox's channel by itself."""
        if not draft.conversation:
            raise Refused("a new conversation is begun in Chatwoot; here those that exist are answered")
        if draft.template is not None:
            raise Refused("templates are sent in Chatwoot")
        if len(draft.files) > FILES:
            raise Refused(f"Chatwoot takes {FILES} files with a message at most")
        extra: dict[str, object] = {messages.KEY: draft.key}
        if draft.reply_to.isdigit():
            extra["in_reply_to"] = int(draft.reply_to)
        if draft.files:
            kind, body = await asyncio.to_thread(_form, draft, extra)
            made = await self._client.create_form(draft.conversation, kind, body)
        else:
            fields = {
                "content": draft.text,
                "message_type": "outgoing",
                "private": draft.private,
                "content_attributes": extra,
                "echo_id": draft.key,
            }
            made = await self._client.create(draft.conversation, fields)
        id_ = messages.identity(made)
        if id_ is None:
            raise Unanswered("Chatwoot took the message, as it seems, without saying under which number")
        self._claimed[str(id_)] = draft.key
        return Receipt("accepted", str(id_))

    async def reconcile(self, draft: Outbound) -> Lookup:
        """By our key where the server keeps it; else by the text, the time and ourselves as the writer."""
        await self._myself()
        first, before = draft.composed_at - SLACK, 0
        alike: list[str] = []
        for _ in range(LOOKED):
            try:
                page = await self._client.messages(draft.conversation, before=before)
            except Missing as error:
                return Lookup("cannot_tell", detail=str(error))
            for one in page:
                id_ = str(messages.identity(one) or "")
                if id_ and messages.key_of(one) == draft.key:
                    return Lookup("found", id_)
                if self._fits(one, draft, first) and self._claimed.get(id_, draft.key) == draft.key:
                    alike.append(id_)
            ids = [each for one in page if (each := messages.identity(one)) is not None]
            times = [at for one in page if (at := moment(one.get("created_at"))) is not None]
            if len(page) < PAGE or (times and min(times) < first):
                return self._verdict(alike, draft)
            before = min(ids, default=0)
        return Lookup("cannot_tell", detail="too much was written since to look through")

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

    def _fits(self, one: dict[str, object], draft: Outbound, first: int) -> bool:
        """Whether a message without a key may be this draft."""
        sender = record(one.get("sender"))
        at = moment(one.get("created_at"))
        return (
            messages.type_of(one) == messages.OUTGOING
            and not messages.key_of(one)
            and number(sender.get("id")) == self._my_id
            and words(sender.get("type")) in ("user", "")
            and (one.get("private") is True) == draft.private
            and words(one.get("content")).split() == draft.text.split()
            and len(records(one.get("attachments"))) == len(draft.files)
            and at is not None
            and at >= first
        )

    def _verdict(self, alike: list[str], draft: Outbound) -> Lookup:
        if len(alike) == 1:
            self._claimed[alike[0]] = draft.key
            return Lookup("found", alike[0], "recognised by its text and time")
        if alike:
            return Lookup("cannot_tell", detail="several messages there say the same")
        return Lookup("absent")


def _form(draft: Outbound, extra: dict[str, object]) -> tuple[str, bytes]:
    fields = {
        "content": draft.text,
        "message_type": "outgoing",
        "private": "true" if draft.private else "false",
        "content_attributes": json.dumps(extra),
        "echo_id": draft.key,
    }
    return multipart(fields, "attachments[]", [(file, file.path.read_bytes()) for file in draft.files])
