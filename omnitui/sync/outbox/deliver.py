"""The outbox of one account at work: claims what is due, checks that it may still leave, sends it, settles it.

Every step is on the disk before the next one begins; whatever dies in between is found by `recover` and is either
certainly unsent (and goes again, the same bytes) or unknown (and is looked for).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import uuid
from collections.abc import Callable

from omnitui.core.errors import LoginRefused, NotFound, Offline, ProtocolError, Refused, SecretError
from omnitui.core.outgoing import Outgoing, from_payload
from omnitui.core.times import DAY, MINUTE, SECOND, Instant
from omnitui.store import outbox, sending
from omnitui.store.outbox import OutboxItem
from omnitui.sync.outbox.account import Sender
from omnitui.sync.outbox.backoff import after
from omnitui.sync.outbox.compose import ReadFile, compose
from omnitui.sync.outbox.desk import Desk
from omnitui.sync.outbox.headers import wire_address
from omnitui.sync.outbox.sent_copy import file_copy
from omnitui.sync.outbox.smtp import Outcome, Result, send_mail
from omnitui.sync.outbox.verify import LOOKS, verify

LEASE = 30 * MINUTE
"""Longer than any send can take: three minutes a block and ten for the dot."""
GIVE_UP = 5 * DAY
"""A server that keeps saying "later" for so long means no (RFC 5321 4.5.4.1)."""
IDLE = 2 * SECOND
"""How long to sleep at most: an answer put in by a program that does not call goes out as soon, too."""
SHORTEST = 50
PATIENCE = 10 * MINUTE
"""How long an answer waits for the mailbox to be looked at first."""


class Delivery:
    """The outbox of one account. One per account and worker; `run` until cancelled, or `turn` by hand."""

    def __init__(
        self,
        desk: Desk,
        sender: Sender,
        read_file: ReadFile,
        clock: Callable[[], Instant],
        in_step: Callable[[], bool] = lambda: True,
    ) -> None:
        self._desk = desk
        self._in_step = in_step
        self._sender = sender
        self._read_file = read_file
        self._clock = clock
        self._begin()
        self._stopping = False
        self._wake = asyncio.Event()

    def _begin(self) -> None:
        """Under a new name: what another name has left in the middle is recovered first."""
        self._owner = f"{os.getpid()} {uuid.uuid4()}"
        self._recovered = False

    def wake(self) -> None:
        """Something may be due: look now."""
        self._wake.set()

    def stop(self) -> None:
        """End `run` after the item at hand."""
        self._stopping = True
        self._wake.set()

    async def network_is_back(self) -> None:
        """Do not wait for the next try."""
        await self._desk.do(sending.try_now, self._sender.account_id, self._clock())
        self.wake()

    async def run(self) -> None:
        """Work until `stop`, or until cancelled."""
        while not self._stopping:
            self._wake.clear()
            try:
                await self.turn()
            except Exception:
                self._begin()
                raise
            due = await self._desk.do(lambda cache: sending.next_due(self._sender.account_id).first(cache))
            waits = due is None or not self._in_step()
            wait = IDLE if waits else min(max((due or 0) - self._clock(), SHORTEST), IDLE)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait / 1000):
                    await self._wake.wait()

    async def turn(self) -> int:
        """Do everything that is due now; how many items that were."""
        done = 0
        if not self._recovered:
            account, now = self._sender.account_id, self._clock()
            await self._desk.do(outbox.recover, self._owner, now, kinds=("send", "copy"), account_id=account)
            self._recovered = True
        await verify(self._desk, self._sender, self._clock)
        since = None if self._in_step() else Instant(self._clock() - PATIENCE)
        while not self._stopping and (item := await self._claim("send", since)):
            await self._send(item)
            done += 1
        while not self._stopping and (item := await self._claim("copy")):
            await file_copy(self._desk, self._sender, item, self._clock())
            done += 1
        return done

    async def _claim(self, kind: str, due_since: Instant | None = None) -> OutboxItem | None:
        account, now, owner = self._sender.account_id, self._clock(), self._owner
        return await self._desk.do(
            outbox.claim, [kind], account, owner=owner, now=now, lease=LEASE, due_since=due_since
        )

    async def _send(self, item: OutboxItem) -> None:
        if reason := await self._desk.do(sending.reason_to_ask, item):
            await self._desk.do(outbox.settle, item.id, "asking", reason, self._clock())
            return
        try:
            mail = from_payload(item.payload)
            raw = item.raw
            if raw is None:
                raw = await asyncio.to_thread(compose, mail, self._read_file)
                raw = await self._desk.do(outbox.freeze, item.id, raw)
            envelope = [wire_address(email) for email in mail.recipients]
            secret = await asyncio.to_thread(self._sender.secret)
        except (Refused, NotFound) as error:
            await self._desk.do(outbox.settle, item.id, "failed", str(error), self._clock())
            return
        except (ValueError, KeyError, TypeError, IndexError) as error:
            # A fault of ours in one mail must not keep the others back; it is shown on the mail and kept whole.
            words = (
                f"It cannot be made into a mail ({type(error).__name__}); its text is kept: take it back and change it"
            )
            await self._desk.do(outbox.settle, item.id, "failed", words, self._clock())
            return
        except (SecretError, LoginRefused, Offline, ProtocolError) as error:
            await self._desk.do(outbox.retry_at, item.id, after(item.attempts, self._clock()), str(error))
            return
        await self._settle(item, await self._hand_over(item, mail, envelope, secret, raw))

    async def _hand_over(
        self, item: OutboxItem, mail: Outgoing, envelope: list[str], secret: str, raw: bytes
    ) -> Result:
        async def before_dot() -> None:
            await self._desk.do(outbox.set_phase, item.id, "dot", self._owner)

        if not envelope:
            return Result(Outcome.REFUSED, "there is nobody to send it to")
        return await send_mail(
            self._sender.endpoint, secret, wire_address(mail.sender.email), envelope, raw, before_dot
        )

    async def _settle(self, item: OutboxItem, result: Result) -> None:
        now, desk = self._clock(), self._desk
        if result.outcome is Outcome.SENT:
            copy = not self._sender.filed_by_server()
            await desk.do(sending.settle_sent, item.id, result.detail, now, copy=copy)
        elif result.outcome is Outcome.UNKNOWN:
            await desk.do(outbox.lose, item.id, f"It may have been sent: {result.detail}", Instant(now + LOOKS[0]))
        elif result.outcome is Outcome.REFUSED:
            await desk.do(outbox.settle, item.id, "failed", f"Not sent: {result.detail}", now)
        elif result.refused_for_now and now - max(item.created_at, item.not_before) > GIVE_UP:
            await desk.do(outbox.settle, item.id, "failed", f"Not sent in five days: {result.detail}", now)
        else:
            await desk.do(outbox.retry_at, item.id, after(item.attempts, now), f"Not sent yet: {result.detail}")
