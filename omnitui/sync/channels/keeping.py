"""One account kept in step: pulls, stores with the cursor in one transaction, acknowledges after that.

A `Keeper` brings in what is new by itself; everything around it is the same.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from omnitui.config.schema import SyncSettings
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
from omnitui.sync.channels.contract import Batch, Connector, Keeper, PullBudget, Room, Template
from omnitui.sync.threads import to_its_end
from omnitui.sync.writer import Writer

log = logging.getLogger("omnitui.channels")
POLL = 10.0
"""Seconds between two polls where the connector does not say."""
TEMPLATES_EVERY = 3600.0


@dataclass(frozen=True)
class KeepingTools:
    """What every account is kept with."""

    writer: Writer
    clock: Callable[[], Instant]
    outbox: OutboxTools
    attachments: Path
    sync: SyncSettings


class Keeping:
    """A connector at work on one account. `pull_all` once or `run` until cancelled; `close` afterwards."""

    def __init__(self, account: ChatAccount, connector: Connector, tools: KeepingTools) -> None:
        self.account, self._connector, self._tools = account, connector, tools
        self._desk = tools.outbox.desk
        self.in_step = False
        self.new = 0
        self._asked = asyncio.Event()
        self._hurrying: set[asyncio.Task[None]] = set()
        self._outbox = AccountOutbox(tools.outbox, account, connector, lambda: self.in_step)

    @property
    def sends_apart(self) -> bool:
        """What is sent goes another way than what is brought in."""
        return self._connector.sends_apart

    @property
    def by_itself(self) -> bool:
        """The connector keeps the account, and notes how it is doing while it is connected."""
        return isinstance(self._connector, Keeper)

    def ask(self) -> None:
        """Pull now."""
        self._asked.set()
        if isinstance(self._connector, Keeper):
            self._connector.look()

    def wake(self) -> None:
        """Something was put into the outbox."""
        self._outbox.wake()
        if isinstance(self._connector, Keeper):
            self._connector.wake()

    async def pull_all(self, synced: Callable[[], None] = lambda: None) -> None:
        """Pull until there is no more for now. Raises what the connector raises."""
        if isinstance(self._connector, Keeper):
            await self._connector.keep(self._room(once=True, synced=lambda: None))
        else:
            while (await self._pull(0.0)).more:
                pass
        self._heard(synced)

    async def run(self, synced: Callable[[], None]) -> None:
        """Pull for ever; `synced` is called whenever everything was looked at. Raises what the connector raises."""
        if isinstance(self._connector, Keeper):
            await self._connector.keep(self._room(once=False, synced=synced))
            return
        await self.pull_all(synced)
        while True:
            batch = await self._next()
            while batch is None or batch.more:
                batch = await self._pull(0.0)
            self._heard(synced)
            await self._rest(batch)

    def _room(self, *, once: bool, synced: Callable[[], None]) -> Room:
        events, tools = asyncio.get_running_loop(), self._tools

        def heard() -> None:
            events.call_soon_threadsafe(self._heard, synced)

        async def cursor_now() -> str:
            return await self._cursor() or ""

        async def store(batch: Batch) -> None:
            await self._stored(batch, await self._cursor())

        return Room(
            account_id=self.account.id,
            once=once,
            synced=heard,
            brought=self._brought,
            cursor=cursor_now,
            store=store,
            writer=tools.writer,
            attachments=tools.attachments,
            sync=tools.sync,
        )

    def _brought(self, new: int) -> None:
        self.new += new

    def _heard(self, synced: Callable[[], None]) -> None:
        """Everything was looked at. Where that could not be done before, what waits for another try is sent now."""
        if not self.in_step:
            self.in_step = True
            task = asyncio.get_running_loop().create_task(self._outbox.network_is_back())
            self._hurrying.add(task)
            task.add_done_callback(self._hurrying.discard)
        synced()

    async def deliver(self) -> None:
        """Send and do errands until `stop`, or until cancelled."""
        await self._outbox.run()

    async def deliver_once(self) -> int:
        """Everything that is due now; how many items that were."""
        await asyncio.gather(*self._hurrying)
        return await self._outbox.once()

    async def learn_templates(self) -> None:
        """Bring the approved templates up to date, now and then."""
        while self._connector.capabilities.templates:
            try:
                found = await self._connector.templates()
            except OmnituiError as error:
                log.info("templates of %s: %s", self.account.name, error)
            else:
                rows = [_cleaned(one) for one in found]
                await self._desk.do(channels.set_templates, self.account.id, rows)
            await asyncio.sleep(TEMPLATES_EVERY)

    def stop(self) -> None:
        """Begin nothing more."""
        self._outbox.stop()

    async def close(self) -> None:
        """Let go of the other side."""
        try:
            await self._connector.close()
        finally:
            await asyncio.gather(*self._hurrying, return_exceptions=True)

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

    async def _cursor(self) -> str | None:
        return await self._desk.do(lambda cache: cursor(self.account.id).first(cache))

    async def _pull(self, seconds: float) -> Batch:
        at = await self._cursor()
        batch = await self._connector.pull(at or "", PullBudget(seconds=seconds))
        await self._stored(batch, at)
        await self._connector.committed(batch)
        return batch

    async def _stored(self, batch: Batch, at: str | None) -> None:
        """In the cache when it returns, also when the caller is cancelled meanwhile; `at` is the cursor until now."""
        if not batch.events and batch.next_cursor == at:
            return
        await to_its_end(self._store, batch, at is None or batch.history)

    def _store(self, batch: Batch, first: bool) -> None:
        writer, now = self._tools.writer, self._tools.clock()
        # What is acknowledged the other side may forget: it must outlive a power cut.
        with writer.transaction(last=True) as cache:
            arrived = store_events(cache, self.account, batch.events, now, cursor=batch.next_cursor, history=first)
        self.new += len(arrived.new_ids)
        writer.give_way()

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
