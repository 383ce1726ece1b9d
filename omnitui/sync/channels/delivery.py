"""Sending for one account, of any channel: claims what is due, checks that it may still go, hands it over, settles it.

Every step is on the disk before the next one begins: the very bytes where we make those (`freeze`), and the phase `dot`
before the byte after which the message may have been sent. Whatever dies after that is unknown, and is looked for; it
is sent again only where the other side removes doubles by our key, or was asked and certainly does not have it.
"""

from __future__ import annotations

import logging
import os
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import replace

from omnitui.core.channels import Dedupe
from omnitui.core.errors import LoginRefused, NotFound, Offline, ProtocolError, Refused, SecretError
from omnitui.core.times import DAY, MINUTE, SECOND, Instant
from omnitui.store import channels, outbox, sending
from omnitui.store.chat import sending as chat_sending
from omnitui.store.outbox import OutboxItem
from omnitui.sync.channels.contract import Connector, Deferred, Outbound, Receipt, Standing
from omnitui.sync.channels.outbound import FindFile, outbound_of
from omnitui.sync.http.messages import TooMany, Unanswered
from omnitui.sync.outbox.backoff import after
from omnitui.sync.outbox.desk import Desk

log = logging.getLogger("omnitui.outbox")
LEASE = 30 * MINUTE
"""Longer than any send can take: for a mail three minutes a block and ten for the dot."""
LOOKS = (2 * SECOND, 10 * SECOND, 60 * SECOND, 5 * MINUTE)
"""When to look for an unknown send, counted from the loss and then from the look before. The last look is for what
would be sent again by itself: some servers file late."""
AGAIN = 30 * SECOND
"""After a look that could not be done."""
PATIENCE = 10 * MINUTE
"""How long an answer waits for the account to be looked at first: the customer may have written again."""
GIVE_UP = 5 * DAY
"""A server that keeps saying "later" for so long means no (RFC 5321 4.5.4.1)."""
MOST_FAULTS = 5
"""Tries of a message in which the program has a fault; then it is told, and the message kept."""
LEAST_DEFERRALS = 12
"""So often it must have said so: one that was away itself for a week is told "later" by a greylisting server, too."""
KEY_KEPT = DAY
"""How long the other side is trusted to know our key; then it is asked instead."""
ASK = "It may have been sent, and looking for it at the other side proves nothing. Send it again, or was it sent?"
ABSENT = "The other side certainly does not have it: it is sent again"


class _Elsewhere(Exception):
    """Somebody else has the item by now, and sends it."""


class _Leaving:
    """The point from which on a send may have been done: on the disk when a call returns."""

    def __init__(self, note: Callable[[], Awaitable[None]]) -> None:
        self._note = note
        self.passed = False
        self.hindered: Exception | None = None
        """What kept it from being noted: trouble of the cache, not of the other side."""

    async def __call__(self) -> None:
        """Raises _Elsewhere, and what the cache raises."""
        try:
            await self._note()
        except Refused as error:
            raise _Elsewhere from error
        except Exception as error:
            self.hindered = error
            raise
        self.passed = True


class Delivery:
    """The sends of one account. One per account and worker: `turn` whenever something may be due."""

    def __init__(
        self, desk: Desk, account_id: int, connector: Connector, find_file: FindFile, *,
        clock: Callable[[], Instant], in_step: Callable[[], bool] = lambda: True,
    ) -> None:  # fmt: skip
        self._desk, self._account_id, self._connector = desk, account_id, connector
        self._find_file, self._clock, self._in_step = find_file, clock, in_step
        self._owner = f"{os.getpid()} {uuid.uuid4()}"
        self.stopping = False

    async def turn(self) -> int:
        """Do all that is due now; how many items that were. No send waits for more than one look at the other side,
        which may take its time."""
        done = await self._send_due()
        unknown = sending.unknown_due(self._account_id, self._clock())
        for lost in await self._desk.do(unknown.all):
            if self.stopping:
                break
            await self._look_for(lost)
            done += await self._send_due()
        return done

    async def _send_due(self) -> int:
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
        leaving = _Leaving(lambda: desk.do(outbox.set_phase, item.id, "dot", self._owner))
        try:
            draft = await self._frozen(item, leaving)
        except (NotFound, Refused) as error:
            await desk.do(outbox.settle, item.id, "failed", str(error), self._clock())
            return
        except (ValueError, KeyError, TypeError, IndexError) as error:
            # A fault of ours in one message must not keep the others back; it is shown on it and kept whole.
            words = f"It cannot be made into a message ({type(error).__name__}); its text is kept: take it back"
            await desk.do(outbox.settle, item.id, "failed", words, self._clock())
            return
        try:
            await self._hand_over(item, draft, leaving)
        except _Elsewhere:
            log.warning("a send is in other hands by now: it was left to them")

    async def _frozen(self, item: OutboxItem, leaving: _Leaving) -> Outbound:
        """The message, with its bytes on the disk where there are such."""
        draft = replace(await outbound_of(self._desk, item, self._find_file), leaving=leaving)
        if draft.frozen:
            return draft
        made = await self._connector.freeze(draft)
        return replace(draft, frozen=await self._desk.do(outbox.freeze, item.id, made), files=()) if made else draft

    async def _hand_over(self, item: OutboxItem, draft: Outbound, leaving: _Leaving) -> None:
        desk = self._desk
        try:
            if not self._connector.tells_leaving:
                await leaving()
            receipt = await self._connector.send(draft)
        except (Unanswered, ProtocolError) as error:
            if not leaving.passed:
                await self._later(item, error)
                return
            now = self._clock()
            await desk.do(outbox.lose, item.id, f"It may have been sent: {error}", Instant(now + LOOKS[0]))
        except TooMany as error:
            at = Instant(self._clock() + max(1, round(error.wait)) * SECOND)
            await desk.do(outbox.retry_at, item.id, at, f"Not sent yet: {error}", never_before=True)
        except (Offline, LoginRefused, SecretError) as error:
            await self._later(item, error)
        except (Refused, NotFound) as error:
            await desk.do(outbox.settle, item.id, "failed", f"Not sent: {error}", self._clock())
        except Exception as error:
            if isinstance(error, _Elsewhere) or error is leaving.hindered:
                raise
            await self._fault(item, error, leaving)
        else:
            await self._settle(item, receipt)

    async def _fault(self, item: OutboxItem, error: Exception, leaving: _Leaving) -> None:
        """A fault of the program, or of this machine, in one message must not keep the others back."""
        log.exception("a send had a fault", exc_info=error)
        desk, now, words = self._desk, self._clock(), f"a fault of the program ({type(error).__name__}); see the log"
        if leaving.passed:
            await desk.do(outbox.lose, item.id, f"It may have been sent: {words}", Instant(now + LOOKS[0]))
        elif item.attempts < MOST_FAULTS:
            await desk.do(outbox.retry_at, item.id, after(item.attempts, now), f"Not sent yet: {words}")
        else:
            await desk.do(outbox.settle, item.id, "failed", f"Not sent: {words}", now)

    async def _later(self, item: OutboxItem, error: Exception) -> None:
        """Again later, however long we are offline; a server that says so itself is not believed for ever."""
        now = self._clock()
        later = isinstance(error, Deferred)
        old = now - max(item.created_at, item.not_before) > GIVE_UP
        if later and old and item.deferrals + 1 >= LEAST_DEFERRALS:
            await self._desk.do(outbox.settle, item.id, "failed", f"Not sent in five days: {error}", now)
        else:
            at, words = after(item.attempts, now), f"Not sent yet: {error}"
            await self._desk.do(outbox.retry_at, item.id, at, words, deferred=later)

    async def _settle(self, item: OutboxItem, receipt: Receipt) -> None:
        if receipt.state == "rejected":
            words = f"Not sent: {receipt.detail or 'the channel did not take it'}"
            await self._desk.do(outbox.settle, item.id, "failed", words, self._clock())
            return
        taken = chat_sending.Taken(receipt.remote_id, receipt.conversation, receipt.detail, copy=receipt.copy)
        await self._desk.do(chat_sending.accepted, item, taken, self._clock())

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

    async def _look_for(self, item: OutboxItem) -> None:
        """An unknown send: found is sent, certainly absent goes again, else the agent is asked."""
        now, desk = self._clock(), self._desk
        if self._connector.capabilities.dedupe is Dedupe.SERVER_KEY and now - item.created_at < KEY_KEPT:
            await desk.do(outbox.retry_at, item.id, now, "Sent again under the same key", was="unknown")
            return
        draft: Outbound | None = None
        try:
            draft = await outbound_of(desk, item, self._find_file)
            found = await self._connector.reconcile(draft)
        except (Offline, LoginRefused, ProtocolError, SecretError, OSError) as error:
            words = f"It may have been sent; it cannot be looked for now: {error}"
            await desk.do(sending.looked, item.id, item.looks, Instant(self._clock() + AGAIN), words)
            return
        except (Refused, NotFound, ValueError, KeyError, TypeError, IndexError) as error:
            await desk.do(outbox.settle, item.id, "asking", f"{ASK} ({error})", now, was="unknown")
            return
        except Exception as error:
            if draft is None:
                raise
            log.exception("a look for a send had a fault")
            words = f"{ASK} (a fault of the program: {type(error).__name__}; see the log)"
            await desk.do(outbox.settle, item.id, "asking", words, now, was="unknown")
            return
        looks, now = item.looks + 1, self._clock()
        most = len(LOOKS) if found.state == "absent" else len(LOOKS) - 1
        if found.state == "found":
            taken = chat_sending.Taken(found.remote_id, found.conversation, "Found at the other side: it was sent")
            await desk.do(chat_sending.accepted, item, taken, now)
        elif looks < most and not found.final:
            await desk.do(sending.looked, item.id, looks, Instant(now + LOOKS[looks]), outbox.LOOKING)
        elif found.state == "absent":
            await desk.do(outbox.retry_at, item.id, now, ABSENT, was="unknown")
        else:
            await desk.do(outbox.settle, item.id, "asking", ASK, now, was="unknown")
