"""Sending for one account of a channel: claims what is due, checks that it may still go, hands it over, settles it.

The phase `dot` is on the disk before a byte leaves. Whatever dies after that is unknown, and is looked for; it is sent
again only where the other side removes doubles by our key, or was asked and certainly does not have it.
"""

from __future__ import annotations

import logging
import os
import uuid
from collections.abc import Callable
from pathlib import Path

from omnitui.core.channel_events import Person
from omnitui.core.channels import Dedupe
from omnitui.core.errors import LoginRefused, NotFound, Offline, ProtocolError, Refused, SecretError
from omnitui.core.outgoing import OutgoingFile
from omnitui.core.times import DAY, MINUTE, SECOND, Instant
from omnitui.store import channels, outbox, sending
from omnitui.store.chat import sending as chat_sending
from omnitui.store.outbox import OutboxItem
from omnitui.sync.channels.contract import Connector, Outbound, OutboundFile, Receipt, Standing, Template
from omnitui.sync.http.messages import TooMany, Unanswered
from omnitui.sync.outbox.backoff import after
from omnitui.sync.outbox.desk import Desk

log = logging.getLogger("omnitui.channels")
LEASE = 30 * MINUTE
LOOKS = (2 * SECOND, 10 * SECOND, 60 * SECOND, 5 * MINUTE)
"""When to look for an unknown send, counted from the loss and then from the look before."""
PATIENCE = 10 * MINUTE
"""How long an answer waits for the account to be looked at first."""
GIVE_UP = 5 * DAY
KEY_KEPT = DAY
"""How long the other side is trusted to know our key; then it is asked instead."""
ASK = "It may have been sent, and the channel cannot say. Send it again, or was it sent?"
ABSENT = "The channel does not have it: it is sent again"


class ChannelDelivery:
    """The sends of one account."""

    def __init__(
        self,
        desk: Desk,
        account_id: int,
        connector: Connector,
        attachments: Path,
        clock: Callable[[], Instant],
        in_step: Callable[[], bool],
    ) -> None:
        self._desk, self._account_id, self._connector = desk, account_id, connector
        self._attachments, self._clock, self._in_step = attachments, clock, in_step
        self._owner = f"{os.getpid()} {uuid.uuid4()}"
        self._recovered = False
        self.stopping = False

    async def turn(self) -> int:
        """Do all that is due now; how many items that were."""
        if not self._recovered:
            kinds = ("send", "act", "fetch")
            await self._desk.do(outbox.recover, self._owner, self._clock(), kinds=kinds, account_id=self._account_id)
            self._recovered = True
        unknown = sending.unknown_due(self._account_id, self._clock())
        for lost in await self._desk.do(unknown.all):
            await self._look_for(lost)
        since = None if self._in_step() else Instant(self._clock() - PATIENCE)
        done = 0
        while not self.stopping and (item := await self._claim(since)):
            await self._send(item)
            done += 1
        return done

    async def _claim(self, since: Instant | None) -> OutboxItem | None:
        return await self._desk.do(
            outbox.claim, ["send"], self._account_id, owner=self._owner, now=self._clock(), lease=LEASE,
            due_since=since,
        )  # fmt: skip

    async def _send(self, item: OutboxItem) -> None:
        desk = self._desk
        if reason := await desk.do(sending.reason_to_ask, item) or await self._shut(item):
            await desk.do(outbox.settle, item.id, "asking", reason, self._clock())
            return
        try:
            draft = await self._outbound(item)
        except NotFound as error:
            await desk.do(outbox.settle, item.id, "failed", str(error), self._clock())
            return
        except (ValueError, KeyError, TypeError, IndexError) as error:
            words = f"It cannot be made into a message ({type(error).__name__}); its text is kept: take it back"
            await desk.do(outbox.settle, item.id, "failed", words, self._clock())
            return
        await desk.do(outbox.set_phase, item.id, "dot", self._owner)
        try:
            receipt = await self._connector.send(draft)
        except (Unanswered, ProtocolError) as error:
            now = self._clock()
            await desk.do(outbox.lose, item.id, f"It may have been sent: {error}", Instant(now + LOOKS[0]))
        except TooMany as error:
            at = Instant(self._clock() + max(1, round(error.wait)) * SECOND)
            await desk.do(outbox.retry_at, item.id, at, f"Not sent yet: {error}")
        except (Offline, LoginRefused, SecretError) as error:
            await self._later(item, str(error))
        except Refused as error:
            await desk.do(outbox.settle, item.id, "failed", f"Not sent: {error}", self._clock())
        else:
            await self._settle(item, receipt)

    async def _later(self, item: OutboxItem, words: str) -> None:
        now = self._clock()
        if now - max(item.created_at, item.not_before) > GIVE_UP:
            await self._desk.do(outbox.settle, item.id, "failed", f"Not sent in five days: {words}", now)
        else:
            await self._desk.do(outbox.retry_at, item.id, after(item.attempts, now), f"Not sent yet: {words}")

    async def _settle(self, item: OutboxItem, receipt: Receipt) -> None:
        if receipt.state == "rejected":
            words = f"Not sent: {receipt.detail or 'the channel did not take it'}"
            await self._desk.do(outbox.settle, item.id, "failed", words, self._clock())
            return
        await self._desk.do(
            chat_sending.accepted, item, receipt.remote_id, receipt.conversation, receipt.detail, self._clock()
        )

    async def _shut(self, item: OutboxItem) -> str:
        """Why the reply window does not let it go any more; empty when it may."""
        chat = item.payload.get("chat") or {}
        if item.conversation_id is None or chat.get("private") or chat.get("template"):
            return ""
        number = item.conversation_id
        here = await self._desk.do(lambda cache: channels.possible(number).first(cache))
        if here is None:
            return ""
        standing = Standing(str(chat.get("conversation") or ""), here.last_customer_at, here.barred)
        window = await self._connector.window(standing, self._clock())
        if window.kind == "open":
            return ""
        more = "send a template instead" if window.kind == "template" else "it cannot be sent now"
        return f"{window.words or 'The reply window has closed'}: {more}, or drop it"

    async def _outbound(self, item: OutboxItem) -> Outbound:
        payload, chat = item.payload, item.payload.get("chat") or {}
        template = chat.get("template")
        return Outbound(
            key=item.id,
            conversation=await self._desk.do(chat_sending.remote_conversation, item),
            to=tuple(Person(email, name) for name, email in payload.get("to", ())),
            text=str(payload["body"]).strip(),
            files=tuple(self._file(OutgoingFile(*fields)) for fields in payload.get("files", ())),
            reply_to=str(chat.get("reply_to") or ""),
            template=Template(**template) if template else None,
            private=bool(chat.get("private")),
            composed_at=item.created_at,
        )

    def _file(self, file: OutgoingFile) -> OutboundFile:
        path = self._attachments / file.sha256
        if len(file.sha256) != 64 or not file.sha256.isalnum() or not path.is_file():
            raise NotFound(f"{file.name} is gone: take the message back and attach it again")
        return OutboundFile(file.name, file.type, file.size, path)

    async def _look_for(self, item: OutboxItem) -> None:
        """An unknown send: found is sent, certainly absent goes again, else the agent is asked."""
        now, desk = self._clock(), self._desk
        if self._connector.capabilities.dedupe is Dedupe.SERVER_KEY and now - item.created_at < KEY_KEPT:
            await desk.do(outbox.retry_at, item.id, now, "Sent again under the same key", was="unknown")
            return
        try:
            found = await self._connector.reconcile(await self._outbound(item))
        except (Offline, LoginRefused, ProtocolError, SecretError) as error:
            words = f"It may have been sent; it cannot be looked for now: {error}"
            await desk.do(sending.looked, item.id, item.looks, Instant(now + 30 * SECOND), words)
            return
        except (Refused, NotFound, ValueError, KeyError, TypeError) as error:
            await desk.do(outbox.settle, item.id, "asking", f"{ASK} ({error})", now, was="unknown")
            return
        looks = item.looks + 1
        if found.state == "found":
            words = "Found at the other side: it was sent"
            await desk.do(chat_sending.accepted, item, found.remote_id, found.conversation, words, now)
        elif looks < len(LOOKS) and self._connector.capabilities.dedupe is not Dedupe.NONE:
            await desk.do(sending.looked, item.id, looks, Instant(now + LOOKS[looks]), outbox.LOOKING)
        elif found.state == "absent":
            await desk.do(outbox.retry_at, item.id, now, ABSENT, was="unknown")
        else:
            await desk.do(outbox.settle, item.id, "asking", ASK, now, was="unknown")
