"""The worker process: wires store, sync engine, outbox, socket and log; knows no Textual.

One for each cache. It ends by a signal, by the socket's `stop`, or (`while_used`) soon after the last screen left.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from omnitui.config.load import load
from omnitui.config.places import Places
from omnitui.config.schema import Settings
from omnitui.config.stores import open_stores
from omnitui.core.errors import ConfigError
from omnitui.core.times import HOUR, Instant
from omnitui.store import feed, sending
from omnitui.store.trouble import lived_through
from omnitui.sync.channels.engine import Engine, EngineTools
from omnitui.sync.credentials import Credentials
from omnitui.sync.lock import WorkerLock
from omnitui.sync.mail.parse import keep_journal
from omnitui.sync.orders import ORDERS, Orders
from omnitui.sync.outcome import Outcome
from omnitui.sync.redact import Redactor, end_log, start_log
from omnitui.sync.upkeep import keep_tidy
from omnitui.sync.wire import Answer, WireServer
from omnitui.sync.writer import Writer
from omnitui.triage import follow_ups, snooze_due

log = logging.getLogger("omnitui.worker")
TELL_EVERY = 0.1
"""Seconds between two messages to screens at least."""
LOOK_EVERY = 1.0
"""Seconds after which changes of other processes are looked for."""
CONFIG_EVERY = 2.0
SNOOZE_EVERY = 2.0
FIRST_SCREEN = 60.0
"""Seconds in which a worker started by a screen waits for it to connect."""
LAST_SCREEN = 20.0
"""Seconds a worker started by a screen stays after the last one has gone."""
LAST_SEND = 2 * HOUR
"""For so long it stays for what is held or tried again (the longest undo time is an hour)."""
LONGEST_SYNC = 600.0
MOST_THREADS = 256
"""Many more than accounts: each may have some that wait (for a secret, for a mailbox that does not answer), and no
account waits for the threads of another."""


class Worker:
    """One run of the worker. The lock is taken before anything else. Raises Refused when another one runs."""

    def __init__(self, places: Places, settings: Settings, clock: Callable[[], Instant], passphrase: str = "") -> None:
        """`passphrase` opens the encrypted file of secrets; empty: by what the config says, or `unlock` later."""
        self._places = places
        self._settings = settings
        self._clock = clock
        self._redactor = Redactor()
        self._stopping = asyncio.Event()
        self._reload = asyncio.Event()
        self._committed = asyncio.Event()
        self._engine: Engine | None = None
        self._orders: Orders | None = None
        self._passphrase = passphrase
        self._redactor.hide(passphrase)

    async def once(self) -> Sequence[Outcome]:
        """Bring every account in step, send what is due, and end."""
        async with self._open() as writer:
            engine = self._new_engine(writer)
            with self._signals(engine.stop):
                outcomes = await engine.once()
            await asyncio.to_thread(self._look_at_waits, writer)
            return outcomes

    async def run(self, *, while_used: bool = False) -> None:
        """Until stopped."""
        async with self._open() as writer:
            self._orders = Orders(self._places, writer)
            wire = WireServer(self._places.socket, self._asked)
            await wire.start()
            writer.committed = self._from_thread(self._committed.set)
            try:
                with self._signals(self._stopping.set):
                    async with asyncio.TaskGroup() as group:
                        works = (
                            self._tell(wire, writer),
                            self._watch_config(),
                            self._end_waits(writer),
                            keep_tidy(writer),
                            self._orders.tidy(),
                        )
                        others = [group.create_task(work) for work in works]
                        if while_used:
                            others.append(group.create_task(self._end_when_unused(wire, writer)))
                        await self._serve(writer)
                        for task in others:
                            task.cancel()
            finally:
                await wire.stop()

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[Writer]:
        lock = WorkerLock(self._places.lock)
        lock.take()
        # Each is made when there is no idle one: most workers never have more than a few.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(MOST_THREADS, thread_name_prefix="worker"))
        handler = start_log(self._places.log, self._redactor)
        writer: Writer | None = None
        # What was imported stays for good, and mails leave few cycles behind: look for them seldom.
        gc.freeze()
        gc.set_threshold(10_000, 20, 20)
        try:
            keep_journal(self._places.state / "parsing")
            writer = await asyncio.to_thread(Writer, self._places.cache_db)
            log.info("worker %d starts", os.getpid())
            yield writer
        finally:
            log.info("worker %d ends", os.getpid())
            if writer is not None:
                writer.close()
            end_log(handler)
            lock.release()

    async def _serve(self, writer: Writer) -> None:
        """The engine, begun anew when the config changes."""
        while not self._stopping.is_set():
            self._reload.clear()
            self._engine = engine = self._new_engine(writer)
            running = asyncio.create_task(engine.run())
            ends = [asyncio.create_task(event.wait()) for event in (self._stopping, self._reload)]
            # Without accounts the engine has nothing to do, but the config may get some.
            works = [running] if self._settings.names else []
            await asyncio.wait([*ends, *works], return_when="FIRST_COMPLETED")
            for task in ends:
                task.cancel()
            engine.stop()
            await running

    async def _end_waits(self, writer: Writer) -> None:
        """Open what was snoozed or is to be followed up; the clock may jump, so it is asked often."""
        while True:
            with lived_through(log, "what was snoozed or waits for a reply could not be looked at"):
                await asyncio.to_thread(self._look_at_waits, writer)
            await asyncio.sleep(SNOOZE_EVERY)

    def _look_at_waits(self, writer: Writer) -> None:
        now = self._clock()
        with writer.reading() as cache:
            due = snooze_due.next_due(cache)
            replied = follow_ups.pressing(cache, now)
        if due is not None and due <= now:
            with writer.transaction() as cache:
                woken = snooze_due.wake(cache, now)
            log.info("%d snoozed conversations are due", len(woken))
        if replied:
            with writer.transaction() as cache:
                settled = follow_ups.settle(cache, now)
            log.info("%d follow-ups came to their end", len(settled))

    def _new_engine(self, writer: Writer) -> Engine:
        places = self._places
        tools = EngineTools(
            writer=writer,
            clock=self._clock,
            credentials=self._new_credentials(),
            cache=places.cache_db,
            attachments=places.attachments,
            notes=places.state / "channels",
            hide=self._redactor.hide,
            looked=partial(self._look_at_waits, writer),
        )
        return Engine(self._settings, tools)

    def _unlock(self, passphrase: str) -> bool:
        """Open the encrypted file from now on; the accounts begin anew, as after a change of the config."""
        self._redactor.hide(passphrase)
        self._passphrase = passphrase
        self._reload.set()
        return True

    def _new_credentials(self) -> Credentials:
        stores = open_stores(self._places, self._settings.secrets)
        if self._passphrase and stores.passphrase is not None:
            stores.passphrase.give(self._passphrase)
        return Credentials(stores, self._places.state, self._clock, self._redactor.hide)

    async def _asked(self, asked: dict[str, Any]) -> Answer | None:
        """What a client of the socket asked for."""
        engine, what = self._engine, asked["do"]
        if what == "stop":
            self._stopping.set()
        elif what in ORDERS:
            return await self._orders.carry_out(asked) if self._orders else None
        elif what == "unlock":
            return {"unlocked": self._unlock(str(asked.get("passphrase") or ""))}
        elif engine is None:
            return None
        elif what == "retry":
            engine.retry()
            return {"retrying": True}
        elif what == "wake":
            engine.wake()
        elif what == "sync":
            return {"synced": [as_json(outcome) for outcome in await engine.sync_now(LONGEST_SYNC)]}
        elif what == "status":
            return {"status": [as_json(outcome) for outcome in engine.outcomes.values()], "pid": os.getpid()}
        return None

    async def _tell(self, wire: WireServer, writer: Writer) -> None:
        """Tell screens what changed, at most ten times a second."""
        at = await asyncio.to_thread(self._latest, writer)
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY):
                    await self._committed.wait()
            self._committed.clear()
            if wire.clients:
                rows = await asyncio.to_thread(self._since, writer, at)
                if rows:
                    at = max(seq for seq, _ in rows)
                    wire.changed(sorted({conversation for _, conversation in rows}), at)
            await asyncio.sleep(TELL_EVERY)

    @staticmethod
    def _latest(writer: Writer) -> int:
        with writer.reading() as cache:
            return feed.latest().first(cache) or 0

    @staticmethod
    def _since(writer: Writer, at: int) -> list[tuple[int, int]]:
        with writer.reading() as cache:
            return feed.since(at).all(cache)

    async def _watch_config(self) -> None:
        """A changed config is taken up at once when it is right; a wrong one is logged, and the old one kept."""
        path = self._places.config_file
        before: tuple[int, int] | None = None
        while True:
            await asyncio.sleep(CONFIG_EVERY)
            now = self._stamp()
            if now == before:
                continue
            first, before = before is None, now
            try:
                settings = await asyncio.to_thread(load, path)
            except ConfigError as error:
                log.warning("the changed config is not used: %s", error)
                continue
            if first and settings == self._settings:
                # Only now is it known that nothing was changed between reading the config and watching it.
                continue
            screens_only = settings != self._settings and _work(settings) == _work(self._settings)
            self._settings = settings
            if screens_only:
                # Keys and colours: no reason to leave the servers.
                continue
            log.info("the config has changed")
            self._reload.set()

    @staticmethod
    def _from_thread(call: Callable[[], object]) -> Callable[[], None]:
        """`call` on this event loop, from any thread; nothing once the loop has ended."""
        events = asyncio.get_running_loop()

        def later() -> None:
            with contextlib.suppress(RuntimeError):
                events.call_soon_threadsafe(call)

        return later

    def _stamp(self) -> tuple[int, int]:
        try:
            found = self._places.config_file.stat()
        except OSError:
            return (0, 0)
        return (found.st_mtime_ns, found.st_size)

    async def _end_when_unused(self, wire: WireServer, writer: Writer) -> None:
        """A worker that a screen has started goes when no screen has been there for a while, and what was sent has
        left: an agent who leaves at once counts on it."""
        await asyncio.sleep(FIRST_SCREEN)
        while True:
            wire.left.clear()
            alone_since = self._clock()
            while not wire.clients:
                await asyncio.sleep(LAST_SCREEN)
                if not wire.clients and not await asyncio.to_thread(self._leaves_soon, writer, alone_since):
                    self._stopping.set()
                    return
            await wire.left.wait()

    def _leaves_soon(self, writer: Writer, alone_since: Instant) -> bool:
        """Whether something sent is still to leave, by the time that a worker stays for it."""
        until, soon = Instant(alone_since + LAST_SEND), False
        with lived_through(log, "the outbox cannot be looked at"), writer.reading() as cache:
            soon = self._clock() < until and bool(sending.leaves_by(until).first(cache))
        return soon

    @contextlib.contextmanager
    def _signals(self, stop: Callable[[], None]) -> Iterator[None]:
        events = asyncio.get_running_loop()
        numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
        for number in numbers:
            events.add_signal_handler(number, stop)
        try:
            yield
        finally:
            for number in numbers:
                events.remove_signal_handler(number)


def _work(settings: Settings) -> tuple[object, ...]:
    """The settings that the worker goes by."""
    options = [account.options for account in settings.channel_accounts]
    return settings.agent, settings.sync, settings.account, settings.channel_accounts, options


def as_json(outcome: Outcome) -> Answer:
    """An outcome as scripts read it."""
    return {"account": outcome.account, "state": outcome.state, "detail": outcome.detail, "new": outcome.new}
