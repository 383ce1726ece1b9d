"""One account of a channel kept in step: pulls, stores with the cursor in one transaction, acknowledges after that."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

from omnitui.core.channels import Inbound
from omnitui.core.errors import OmnituiError
from omnitui.core.models import TemplateRow
from omnitui.core.text.clean import safe_text
from omnitui.core.times import Instant
from omnitui.store import channels, feed
from omnitui.store.chat import sending as chat_sending
from omnitui.store.chat.arriving import store_events
from omnitui.store.chat.cursors import cursor
from omnitui.store.chat.scene import ChatAccount
from omnitui.sync.channels.contract import Batch, Connector, PullBudget, Template
from omnitui.sync.channels.delivery import ChannelDelivery
from omnitui.sync.channels.errands import Errands
from omnitui.sync.channels.telling import Telling
from omnitui.sync.outbox.desk import Desk
from omnitui.sync.writer import Writer

log = logging.getLogger("omnitui.channels")
POLL = 10.0
"""Seconds between two polls where the connector does not say."""
LOOK = 1.0
"""Seconds after which is looked, called or not, whether the outbox needs a turn: other programs write there too."""
TEMPLATES_EVERY = 3600.0
LAST_SEND = 15.0
"""Seconds that an account that is left gives to what is being sent."""
LAST_ERRAND = 2.0
"""And to what is not: it is done again later, and twice does no harm."""


class Keeping:
    """A connector at work on one account. `pull` once or `run` until cancelled; `close` afterwards."""

    def __init__(
        self, account: ChatAccount, connector: Connector, writer: Writer, cache: Path, attachments: Path,
        clock: Callable[[], Instant],
    ) -> None:  # fmt: skip
        self._account, self._connector, self._writer, self._clock = account, connector, writer, clock
        self._desk = Desk.open(cache)
        self.in_step = False
        self.new = 0
        self._asked = asyncio.Event()
        self._woken = (asyncio.Event(), asyncio.Event(), asyncio.Event())
        """For sends, for errands, and for telling that we write."""
        self._delivery = ChannelDelivery(self._desk, account.id, connector, attachments, clock, lambda: self.in_step)
        self._errands = Errands(self._desk, account, connector, attachments, clock)
        self._telling = Telling(self._desk, account.id, connector, clock)

    def ask(self) -> None:
        """Pull now."""
        self._asked.set()

    def wake(self) -> None:
        """Something was put into the outbox."""
        for woken in self._woken:
            woken.set()

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
        """Send, and do errands beside that, until `stop`, or until cancelled: no send waits for an errand."""
        # The first turn takes over what a dead worker has left, errands among it.
        await self._delivery.turn()
        works = [(self._delivery.turn, self._until_send), (self._errands.turn, self._until_errand)]
        if self._connector.capabilities.typing:
            works.append((self._telling.turn, self._until_told))
        turns = [self._take_turns(*work, woken) for work, woken in zip(works, self._woken, strict=False)]
        watch, sends, *others = tasks = [asyncio.create_task(work) for work in (self._watch(), *turns)]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            self.stop()
            watch.cancel()
            await asyncio.wait([sends], timeout=LAST_SEND)
            await asyncio.wait(others, timeout=LAST_ERRAND)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
        for task in tasks:
            if not task.cancelled():
                task.result()

    async def _take_turns(
        self, turn: Callable[[], Awaitable[int]], pause: Callable[[], Awaitable[float | None]], woken: asyncio.Event
    ) -> None:
        """Turn after turn, each when called, or after the pause where something waits."""
        while not self._delivery.stopping:
            woken.clear()
            await turn()
            seconds = await pause()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await woken.wait()

    async def _watch(self) -> None:
        """Call everybody when others have changed the cache: not every program that writes there calls us."""
        seen = None
        while not self._delivery.stopping:
            found = await self._desk.do(feed.version().first)
            if found != seen:
                seen = found
                self.wake()
            await asyncio.sleep(LOOK)

    async def _until_send(self) -> float | None:
        """Seconds until a send may be due; None: nothing waits."""
        return LOOK if await self._desk.do(chat_sending.anything_open(self._account.id).first) else None

    async def _until_errand(self) -> float | None:
        due = await self._desk.do(chat_sending.fetches_due(self._account.id).first)
        return None if due is None else min(LOOK, max(0.05, (due - self._clock()) / 1000))

    async def _until_told(self) -> float | None:
        return LOOK if self._telling.busy else None

    async def deliver_once(self) -> int:
        """Everything that is due now; how many items that were."""
        return await self._delivery.turn() + await self._errands.turn()

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
        self._delivery.stopping = self._errands.stopping = True
        self.wake()

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
