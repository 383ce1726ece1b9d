"""One WhatsApp number at work: webhooks from the relay, sends to the Cloud API."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any, BinaryIO

from omnitui.core.channel_events import Event, ReceiptEvent
from omnitui.core.channels import Capabilities
from omnitui.core.errors import NotFound, Offline, ProtocolError, Refused
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
    Template,
)
from omnitui.sync.channels.whatsapp.client import Graph
from omnitui.sync.channels.whatsapp.contents import items, record, words
from omnitui.sync.channels.whatsapp.mapping import events_of
from omnitui.sync.channels.whatsapp.outgoing import addressed, check, media_part, template_of, template_part, to_of
from omnitui.sync.channels.whatsapp.people import scoped
from omnitui.sync.channels.whatsapp.probing import probe
from omnitui.sync.relay_client import RelayClient, RelayCursor

REMEMBERED = 5000
"""Keys of ours that statuses have brought back, for `reconcile`."""
LOOK = 15 * MINUTE
"""How often Meta is asked whether the token is still good."""
TYPING = 20 * SECOND
"""How often a customer is shown anew that we write."""
PAGE = 200
"""Webhooks in one pull at most; each may hold several events."""


class WhatsApp(Connector):
    """See the contract. What is unknown is proved by a status that brings our key back through the relay; nothing at
    Meta lists what was sent, so `reconcile` never says absent."""

    def __init__(self, setup: Setup, capabilities: Capabilities) -> None:
        self.capabilities = capabilities
        self._settings = setup.settings
        self._clock = setup.clock
        self._graph = Graph(setup.http, setup.settings, setup.secrets["access_token"])
        self._relay = RelayClient(
            setup.http, setup.settings.relay_url, setup.settings.relay_source, setup.secrets["relay_token"]
        )
        self._look_at = Instant(0)
        self._shown: dict[str, Instant] = {}
        self._arrived: OrderedDict[str, ReceiptEvent] = OrderedDict()

    async def probe(self) -> Probe:
        """The number, the token, the webhooks' subscription and the relay."""
        return await probe(self._graph, self._relay, self._settings, self._clock())

    async def pull(self, cursor: str, budget: PullBudget) -> Batch:
        """Webhooks after the cursor's id. The first time: all that the relay still has (its keep_days, and whatever no
        worker has confirmed)."""
        at, now = RelayCursor.read(cursor), self._clock()
        pulled = await self._relay.pull(at, max(1, min(PAGE, budget.events)), budget.seconds, now)
        if not pulled.events and now >= self._look_at:
            await self._look(now)
        events: list[Event] = list(pulled.gaps)
        for webhook in pulled.events:
            events += events_of(webhook, self._settings.phone_number_id, pulled.cursor.epoch)
        for event in events:
            if isinstance(event, ReceiptEvent) and event.key:
                self._arrived[event.key] = event
        while len(self._arrived) > REMEMBERED:
            self._arrived.popitem(last=False)
        # The wait has been at the relay already.
        wait = 0.0 if budget.seconds >= 1 else None
        return Batch(tuple(events), pulled.cursor.text(), pulled.more, wait, pulled.cursor.after, pulled.history)

    async def _look(self, now: Instant) -> None:
        """Whether Meta still takes our token: the relay works without it, and the first send would be a bad time to
        learn that it has ended. Raises LoginRefused, after everything that waits at the relay has been brought."""
        try:
            await self._graph.number()
        except (Offline, NotFound, Refused, ProtocolError):
            return
        self._look_at = Instant(now + LOOK)

    async def committed(self, batch: Batch) -> None:
        """The relay need not keep them for us any more."""
        if not batch.token:
            return
        try:
            await self._relay.confirm(batch.token)
        except Offline:
            # The next batch confirms these, too.
            return

    async def send(self, draft: Outbound) -> Receipt:
        """A text, a file with or without a text, or a template. Raises Refused for what WhatsApp does not take."""
        check(draft)
        to = to_of(draft)
        body = addressed(to, draft.key, draft.reply_to)
        if draft.template is not None:
            file = draft.files[0] if draft.files else None
            media = await self._graph.upload(file) if file else ""
            body |= template_part(draft.template, media, file.name if file else "")
        elif draft.files:
            first = draft.files[0]
            body |= media_part(first, await self._graph.upload(first), draft.text)
        else:
            body |= {"type": "text", "text": {"body": draft.text}}
        answer = await self._graph.message(body)
        sent = record(next(iter(items(answer.get("messages"))), None))
        remote_id = words(sent.get("id"))
        if not remote_id:
            raise ProtocolError("WhatsApp took the message and gave it no id")
        known = record(next(iter(items(answer.get("contacts"))), None))
        held = words(sent.get("message_status")) in ("held_for_quality_assessment", "paused")
        detail = "WhatsApp holds the template back while it looks at its quality" if held else ""
        return Receipt("accepted", remote_id, detail, words(known.get("wa_id")) or to)

    async def reconcile(self, draft: Outbound) -> Lookup:
        """Found once a status with our key has come; before that nobody can tell."""
        receipt = self._arrived.get(draft.key)
        if receipt is not None:
            return Lookup("found", receipt.remote_id, receipt.detail, receipt.conversation)
        return Lookup(
            "cannot_tell",
            detail="WhatsApp cannot be asked what was sent; if it went out, its status comes through the relay",
        )

    async def act(self, action: Action) -> Receipt:
        """React, or show the customer that we write, or have read up to a message. Raises Refused."""
        if action.kind == "react":
            emoji = words(action.value.get("emoji")) if action.value.get("added", True) else ""
            part = {"message_id": action.remote_id, "emoji": emoji}
            body = addressed(action.conversation) | {"type": "reaction", "reaction": part}
        elif action.kind == "read":
            message = words(action.value.get("up_to")) or action.remote_id
            body = {"messaging_product": "whatsapp", "status": "read", "message_id": message}
        elif action.kind == "typing":
            return await self._typing(action)
        else:
            raise Refused(f"WhatsApp cannot {action.kind}")
        await self._graph.message(body, repeatable=True)
        return Receipt("accepted", action.remote_id)

    async def _typing(self, action: Action) -> Receipt:
        """Shown for 25 seconds, or until we answer ("Typing indicators"); it is said of a message of theirs, which it
        marks as read. Nothing takes it back."""
        now, chat = self._clock(), action.conversation
        # Of groups Meta's page says nothing.
        due = now - self._shown.get(chat, Instant(0)) >= TYPING and (chat.isdigit() or scoped(chat))
        if action.value.get("typing", True) and due and action.remote_id.startswith("wamid."):
            self._shown = {one: at for one, at in self._shown.items() if now - at < TYPING} | {chat: now}
            body = {"messaging_product": "whatsapp", "status": "read", "message_id": action.remote_id}
            await self._graph.message(body | {"typing_indicator": {"type": "text"}}, repeatable=True)
        return Receipt("accepted", action.remote_id)

    async def templates(self) -> tuple[Template, ...]:
        """The approved ones that can be sent with words alone."""
        if not self._settings.waba_id:
            return ()
        found: list[Any] = await self._graph.templates()
        return tuple(one for one in map(template_of, found) if one is not None)

    async def fetch_attachment(self, ref: str, into: BinaryIO) -> None:
        """A file by its media id; Meta keeps it for 30 days. Raises NotFound."""
        try:
            await self._graph.download(ref, into)
        except Refused as error:
            raise NotFound(f"the file cannot be had: {error}") from error
