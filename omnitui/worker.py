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
import uuid
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from omnitui.config.load import load
from omnitui.config.places import Places
from omnitui.config.schema import Settings
from omnitui.config.stores import open_stores
from omnitui.core.errors import ConfigError
from omnitui.core.times import Instant
from omnitui.store import feed
from omnitui.sync.channels.contract import Connector
from omnitui.sync.channels.email.connector import EmailConnector
from omnitui.sync.credentials import AccountLogins, Credentials
from omnitui.sync.engine import Engine, Outcome, Tools
from omnitui.sync.imap.account import Wake
from omnitui.sync.lock import WorkerLock
from omnitui.sync.mail.parse import keep_journal
from omnitui.sync.orders import Orders
from omnitui.sync.outbox.service import OutboxService
from omnitui.sync.redact import Redactor, end_log, start_log
from omnitui.sync.upkeep import keep_tidy
from omnitui.sync.wire import Answer, WireServer
from omnitui.sync.writer import Writer
from omnitui.triage import follow_ups, snooze_due

if TYPE_CHECKING:
    from omnitui.sync.channels.engine import ChannelEngine

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
LAST_SEND = 15.0
"""Seconds that a worker told to stop gives to what is being sent."""
LONGEST_SYNC = 600.0


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
        self._outbox: OutboxService | None = None
        self._channels: ChannelEngine | None = None
        self._orders: Orders | None = None
        self._passphrase = passphrase
        self._redactor.hide(passphrase)

    async def once(self) -> Sequence[Outcome]:
        """Bring every account in step, and end."""
        async with self._open() as writer:
            credentials = self._new_credentials()
            engine = self._new_engine(writer, credentials, once=True)
            with self._signals(engine.stop):
                outcomes = await engine.run()
            await asyncio.to_thread(self._look_at_waits, writer)
            if self._settings.channel_accounts:
                outcomes = [*outcomes, *await self._new_channels(writer, credentials).once()]
            outbox = self._new_outbox(engine, credentials)
            try:
                # Somebody asked for a pass: what waits for another try has it now, where the servers answer.
                for outcome in outcomes:
                    if outcome.error is None and outcome.account in engine.ids:
                        await outbox.online(engine.ids[outcome.account])
                done = await outbox.once()
            finally:
                outbox.close()
            if done:
                # What was sent has left flags to set and copies to see: the servers are asked once more.
                engine = self._new_engine(writer, credentials, once=True)
                with self._signals(engine.stop):
                    await engine.run()
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
                            others.append(group.create_task(self._end_when_unused(wire)))
                        await self._serve(writer)
                        for task in others:
                            task.cancel()
            finally:
                await wire.stop()

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[Writer]:
        lock = WorkerLock(self._places.lock)
        lock.take()
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
            credentials = self._new_credentials()
            self._engine = engine = self._new_engine(writer, credentials)
            self._outbox = outbox = self._new_outbox(engine, credentials)
            self._channels = channels = (
                self._new_channels(writer, credentials) if self._settings.channel_accounts else None
            )
            engine.online = partial(self._reached, asyncio.get_running_loop(), outbox)
            sending = asyncio.create_task(outbox.run())
            running = asyncio.create_task(engine.run())
            chatting = asyncio.create_task(channels.run()) if channels else None
            ends = [asyncio.create_task(event.wait()) for event in (self._stopping, self._reload)]
            # Without accounts the engine has nothing to do, but the config may get some.
            works = [*([running] if self._settings.accounts else []), *([chatting] if chatting else [])]
            await asyncio.wait([*ends, *works], return_when="FIRST_COMPLETED")
            for task in ends:
                task.cancel()
            engine.stop()
            outbox.stop()
            if channels is not None and chatting is not None:
                channels.stop()
                await chatting
            await running
            await asyncio.wait([sending], timeout=LAST_SEND)
            sending.cancel()
            await asyncio.wait([sending])
            outbox.close()

    @staticmethod
    def _reached(events: asyncio.AbstractEventLoop, outbox: OutboxService, account_id: int) -> None:
        task = events.create_task(outbox.online(account_id))
        task.add_done_callback(_note_failure)

    def _new_outbox(self, engine: Engine, credentials: Credentials) -> OutboxService:
        connectors: dict[int, Connector] = {
            engine.ids[account.name]: EmailConnector.of_account(
                account, AccountLogins(credentials, account), self._clock
            )
            for account in self._settings.accounts
        }
        return OutboxService(self._places.cache_db, self._places.attachments, connectors, self._clock, engine.in_step)

    async def _end_waits(self, writer: Writer) -> None:
        """Open what was snoozed or is to be followed up; the clock may jump, so it is asked often."""
        while True:
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

    def _new_engine(self, writer: Writer, credentials: Credentials, *, once: bool = False) -> Engine:
        tools = Tools(
            writer=writer,
            clock=self._clock,
            login=credentials.login,
            attachments=self._places.attachments,
            owner=f"{os.getpid()} {uuid.uuid4()}",
        )
        engine = Engine(self._settings, tools, once=once)
        engine.prepare()
        return engine

    def _new_channels(self, writer: Writer, credentials: Credentials) -> ChannelEngine:
        # Who has mailboxes only need not load what speaks HTTP.
        from omnitui.sync.channels.engine import ChannelEngine, ChannelTools

        places = self._places
        tools = ChannelTools(
            writer=writer,
            clock=self._clock,
            stores=credentials.stores,
            cache=places.cache_db,
            attachments=places.attachments,
            notes=places.state / "channels",
            hide=self._redactor.hide,
        )
        return ChannelEngine(self._settings.channel_accounts, tools)

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
        elif what in ("file", "page"):
            return await self._orders.carry_out(asked) if self._orders else None
        elif what == "unlock":
            return {"unlocked": self._unlock(str(asked.get("passphrase") or ""))}
        elif engine is None:
            return None
        elif what == "retry":
            engine.wake(Wake.SYNC)
            if self._channels is not None:
                self._channels.retry()
            return {"retrying": True}
        elif what == "wake":
            engine.wake(Wake.OUTBOX)
            if self._outbox is not None:
                self._outbox.wake()
            if self._channels is not None:
                self._channels.wake()
        elif what == "sync":
            mail, chats = engine.sync_now(LONGEST_SYNC), self._sync_channels()
            outcomes = [outcome for found in await asyncio.gather(mail, chats) for outcome in found]
            return {"synced": [as_json(outcome) for outcome in outcomes]}
        elif what == "status":
            outcomes = [*engine.outcomes.values(), *(self._channels.outcomes.values() if self._channels else ())]
            return {"status": [as_json(outcome) for outcome in outcomes], "pid": os.getpid()}
        return None

    async def _sync_channels(self) -> Sequence[Outcome]:
        return await self._channels.sync_now(LONGEST_SYNC) if self._channels else ()

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

    async def _end_when_unused(self, wire: WireServer) -> None:
        """A worker that a screen has started goes when no screen has been there for a while."""
        await asyncio.sleep(FIRST_SCREEN)
        while True:
            wire.left.clear()
            if not wire.clients:
                await asyncio.sleep(LAST_SCREEN)
                if not wire.clients:
                    self._stopping.set()
                    return
            await wire.left.wait()

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


def _note_failure(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (failure := task.exception()) is not None:
        log.error("waking the outbox failed", exc_info=failure)


def as_json(outcome: Outcome) -> Answer:
    """An outcome as scripts read it."""
    return {"account": outcome.account, "state": outcome.state, "detail": outcome.detail, "new": outcome.new}
