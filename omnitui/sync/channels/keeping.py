"""One account of a channel kept in step: pulls, stores with the cursor in one transaction, acknowledges after that."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from pathlib import Path

from omnitui.core.channels import Inbound
from omnitui.core.errors import OmnituiError
from omnitui.core.models import TemplateRow
from omnitui.core.text.clean import safe_text
from omnitui.core.times import Instant
from omnitui.store import channels
from omnitui.store.chat.arriving import store_events
from omnitui.store.chat.cursors import cursor
from omnitui.store.chat.scene import ChatAccount
from omnitui.sync.channels.account_outbox import AccountOutbox, OutboxTools
from omnitui.sync.channels.contract import Batch, Connector, PullBudget, Template
from omnitui.sync.writer import Writer

log = logging.getLogger("omnitui.channels")
POLL = 10.0
"""Seconds between two polls where the connector does not say."""
TEMPLATES_EVERY = 3600.0


class Keeping:
    """A connector at work on one account. `pull` once or `run` until cancelled; `close` afterwards."""

    def __init__(
        self, account: ChatAccount, connector: Connector, writer: Writer, cache: Path, attachments: Path,
        clock: Callable[[], Instant],
    ) -> None:  # fmt: skip
        self._account, self._connector, self._writer, self._clock = account, connector, writer, clock
        tools = OutboxTools.open(cache, attachments, clock)
        self._desk = tools.desk
        self.in_step = False
        self.new = 0
        self._asked = asyncio.Event()
        self._outbox = AccountOutbox(tools, account, connector, lambda: self.in_step)

    def ask(self) -> None:
        """Pull now."""
        self._asked.set()

    def wake(self) -> None:
        """Something was put into the outbox."""
        self._outbox.wake()

    async def pull_all(self, synced: Callable[[], None] = lambda: None) -> None:
        """Pull until there is no more for now. Raises what the connector raises."""
        while True:
            batch = await self._pull(0.0)
            if not batch.more:
                break
        self.in_step = True
        synced()

    async def run(self, synced: Callable[[], None]) -> None:
        """Pull for ever; `synced` is called whenever everything was looked at. Raises what the connector raises."""
        await self.pull_all(synced)
        while True:
            batch = await self._next()
            while batch is None or batch.more:
                batch = await self._pull(0.0)
            synced()
            await self._rest(batch)

    async def deliver(self) -> None:
        """Send and do errands until `stop`, or until cancelled."""
        await self._outbox.run()

    async def deliver_once(self) -> int:
        """Everything that is due now; how many items that were."""
        return await self._outbox.once()

    async def learn_templates(self) -> None:
        """Bring the approved templates up to date, now and then."""
        while self._connector.capabilities.templates:
            try:
                found = await self._connector.templates()
            except OmnituiError as error:
                log.info("templates of %s: %s", self._account.name, error)
            else:
                rows = [_cleaned(one) for one in found]
                await self._desk.do(channels.set_templates, self._account.id, rows)
            await asyncio.sleep(TEMPLATES_EVERY)

    def stop(self) -> None:
        """Begin nothing more."""
        self._outbox.stop()

    async def close(self) -> None:
        """Let go of the other side and of the cache."""
        try:
            await self._connector.close()
        finally:
            self._desk.close()

    async def _next(self) -> Batch | None:
        """The next batch; None when somebody asked for a look at once, which ends a long poll."""
        waits = self._connector.capabilities.inbound in (Inbound.LONG_POLL, Inbound.STREAM, Inbound.RELAY)
        if not waits:
            return await self._pull(0.0)
        pulling = asyncio.ensure_future(self._pull(PullBudget().seconds))
        asked = asyncio.ensure_future(self._asked.wait())
        try:
            await asyncio.wait([pulling, asked], return_when=asyncio.FIRST_COMPLETED)
            if pulling.done():
                return pulling.result()
            self._asked.clear()
            return None
        finally:
            for task in (pulling, asked):
                task.cancel()
            await asyncio.wait([pulling, asked])

    async def _pull(self, seconds: float) -> Batch:
        at = await self._desk.do(lambda cache: cursor(self._account.id).first(cache))
        batch = await self._connector.pull(at or "", PullBudget(seconds=seconds))
        if batch.events or batch.next_cursor != at:
            storing = asyncio.ensure_future(asyncio.to_thread(self._store, batch, at is None))
            try:
                await asyncio.shield(storing)
            except asyncio.CancelledError:
                await asyncio.wait([storing])
                raise
        await self._connector.committed(batch)
        return batch

    def _store(self, batch: Batch, first: bool) -> None:
        with self._writer.transaction() as cache:
            arrived = store_events(
                cache, self._account, batch.events, self._clock(), cursor=batch.next_cursor, history=first
            )
        self.new += len(arrived.new_ids)
        self._writer.give_way()

    async def _rest(self, batch: Batch) -> None:
        waits = self._connector.capabilities.inbound in (Inbound.LONG_POLL, Inbound.STREAM, Inbound.RELAY)
        seconds = batch.wait if batch.wait is not None else 0.0 if waits else POLL
        if seconds <= 0:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._asked.wait()
        self._asked.clear()


def _cleaned(one: Template) -> TemplateRow:
    """A template fit to be shown. Its id stays as it is: the channel must know it again, and nobody is shown it."""
    name, language = (safe_text(text, lines=False) for text in (one.name, one.language))
    return TemplateRow(one.id, name, language, safe_text(one.body))
