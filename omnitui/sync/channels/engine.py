"""The supervisor: one task an account of any channel, which begins again by itself after trouble and stops asking where
only the user can help.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from omnitui.config.schema import AccountSettings, Settings
from omnitui.core.channels import EMAIL
from omnitui.core.errors import ConfigError, LoginRefused, OmnituiError, Refused, SecretError
from omnitui.core.models import AccountId
from omnitui.core.times import Instant
from omnitui.store import accounts, channels
from omnitui.store.chat.scene import ChatAccount
from omnitui.store.trouble import lived_through, plain
from omnitui.sync.backoff import Backoff
from omnitui.sync.channels.account_outbox import LAST_SEND, OutboxTools
from omnitui.sync.channels.contract import Channel, Connector
from omnitui.sync.channels.keeping import Keeping, KeepingTools
from omnitui.sync.channels.lease import Lease
from omnitui.sync.channels.opening import Account, find_secrets, open_connector, settings_of
from omnitui.sync.credentials import AccountLogins, Credentials
from omnitui.sync.outcome import Outcome
from omnitui.sync.writer import Writer

log = logging.getLogger("omnitui.sync")
ONCE_TURNS = 3
"""With `once`: rounds of looking and sending, for what a send brings back."""
STEADY = 60.0
"""Seconds of being in touch after which the next failure counts as the first."""
MENDED_BY_USER = (LoginRefused, SecretError, Refused, ConfigError)


@dataclass(frozen=True)
class EngineTools:
    """What the engine needs of the worker."""

    writer: Writer
    clock: Callable[[], Instant]
    credentials: Credentials
    cache: Path
    attachments: Path
    notes: Path
    hide: Callable[[str], None]
    """Told of every secret, so that no log holds it."""
    looked: Callable[[], None] = lambda: None
    """With `once`: called in a thread when an account was looked at, before anything of it is sent."""


Work: TypeAlias = Callable[[Keeping, str], Awaitable[None]]
"""What is done with an opened account of this name."""


class Engine:
    """Every account of a config. `run` until `stop`; or `once`."""

    def __init__(self, settings: Settings, tools: EngineTools) -> None:
        self._settings: tuple[Account, ...] = (*settings.accounts, *settings.channel_accounts)
        self._tools = tools
        self._sync = settings.sync
        self._keeping: dict[str, Keeping] = {}
        self._again = {account.name: asyncio.Event() for account in self._settings}
        self._synced = {account.name: asyncio.Event() for account in self._settings}
        self._stopping = asyncio.Event()
        self.outcomes = {account.name: Outcome(account.name) for account in self._settings}

    async def run(self) -> None:
        """Keep every account in step until `stop`."""
        async with self._opened_tools() as tools, asyncio.TaskGroup() as group:
            for account in self._settings:
                group.create_task(self._keep(account, tools))

    async def once(self) -> list[Outcome]:
        """Bring every account in step and send what is due, once."""
        async with self._opened_tools() as tools, asyncio.TaskGroup() as group:
            for account in self._settings:
                group.create_task(self._guarded(account, tools, self._once_only))
        return list(self.outcomes.values())

    @contextlib.asynccontextmanager
    async def _opened_tools(self) -> AsyncIterator[KeepingTools]:
        tools = self._tools
        outbox = await asyncio.to_thread(OutboxTools.open, tools.cache, tools.attachments, tools.clock)
        try:
            await asyncio.to_thread(self._enter)
            yield KeepingTools(tools.writer, tools.clock, outbox, tools.attachments, self._sync)
        finally:
            outbox.close()

    def wake(self) -> None:
        """Something was put into an outbox."""
        for keeping in self._keeping.values():
            keeping.wake()

    def retry(self) -> None:
        """Those that have given up try again, and the others look."""
        for name, again in self._again.items():
            again.set()
            if name in self._keeping:
                self._keeping[name].ask()

    async def sync_now(self, seconds: float) -> list[Outcome]:
        """Look at everything now; gives how it went, after at most `seconds`."""
        for event in self._synced.values():
            event.clear()
        self.retry()
        if waits := [asyncio.create_task(event.wait()) for event in self._synced.values()]:
            _, late = await asyncio.wait(waits, timeout=seconds)
            for task in late:
                task.cancel()
        return list(self.outcomes.values())

    def stop(self) -> None:
        """End every account; `run` returns soon after."""
        self._stopping.set()
        for name, again in self._again.items():
            again.set()
            if name in self._keeping:
                self._keeping[name].stop()

    def _enter(self) -> None:
        """The accounts' rows, in the order of the config, before anything of them is known."""
        for account in self._settings:
            with self._tools.writer.transaction() as cache, contextlib.suppress(ConfigError):
                if accounts.number(cache, account.name) is None:
                    channel, settings = settings_of(account)
                    channels.upsert(
                        cache, account.name, channel.name, _address(account, channel, settings), mark=channel.mark,
                        capabilities=channel.capabilities,
                    )  # fmt: skip
                if isinstance(account, AccountSettings):
                    accounts.mark_ours(cache, EMAIL, [account.address, *account.aliases])
        with self._tools.writer.transaction() as cache:
            accounts.leave_out(cache, [account.name for account in self._settings], self._tools.clock())

    async def _keep(self, account: Account, tools: KeepingTools) -> None:
        backoff = Backoff()
        while not self._stopping.is_set():
            started = time.monotonic()
            wait = await self._guarded(account, tools, self._at_work)
            self._synced[account.name].set()
            if time.monotonic() - started > STEADY:
                backoff.reset()
            await self._pause(account.name, backoff.next() if wait else None)

    async def _pause(self, name: str, seconds: float | None) -> None:
        """Until it is time again, or somebody asks; None: only when somebody asks."""
        again = self._again[name]
        again.clear()
        if self._stopping.is_set():
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await again.wait()

    async def _guarded(self, account: Account, tools: KeepingTools, work: Work) -> bool:
        """Open the account and do `work`. False when only the user can mend what ended it."""
        try:
            await self._opened(account, lambda chat, connector: self._with(Keeping(chat, connector, tools), work))
        except MENDED_BY_USER as error:
            await self._failed(account, "refused", error)
            return False
        except OmnituiError as error:
            await self._failed(account, "offline", error)
        except Exception as error:
            told = plain(error)
            if told is None:
                log.exception("account %s", account.name)
                told = OmnituiError(f"a fault of the program ({type(error).__name__}); see the log")
            await self._failed(account, "offline", told)
        return True

    async def _opened(self, account: Account, begin: Callable[[ChatAccount, Connector], Awaitable[None]]) -> None:
        tools = self._tools
        channel, settings = settings_of(account)
        stores = tools.credentials.stores
        found = await asyncio.to_thread(find_secrets, account, channel, settings, stores, os.environ)
        secrets = {name: secret.value for name, secret in found.items()}
        for value in secrets.values():
            tools.hide(value)
        logins = AccountLogins(tools.credentials, account) if isinstance(account, AccountSettings) else None
        async with contextlib.AsyncExitStack() as stack:
            http = None
            if channel.speaks_http:
                # Who has mailboxes only need not load what speaks HTTP.
                from omnitui.sync.http.client import Client

                http = await stack.enter_async_context(Client())
            connector = open_connector(
                account, channel, settings, secrets, http=http, clock=tools.clock, notes=tools.notes / account.name,
                logins=logins,
            )  # fmt: skip
            if connector.capabilities.exclusive:
                lease = Lease(channel.name, tuple(secrets.values()))
                await asyncio.to_thread(lease.take)
                stack.callback(lease.release)
            number = await asyncio.to_thread(self._row, account, channel, settings, connector)
            await begin(ChatAccount(number, account.name, channel.name, connector.capabilities.links_expire), connector)

    async def _with(self, keeping: Keeping, work: Work) -> None:
        name = keeping.account.name
        self._keeping[name] = keeping
        try:
            await work(keeping, name)
        finally:
            self.outcomes[name].new += keeping.new
            self._keeping.pop(name, None)
            await keeping.close()

    def _row(self, account: Account, channel: Channel, settings: object, connector: Connector) -> AccountId:
        address = _address(account, channel, settings)
        with self._tools.writer.transaction() as cache:
            return channels.upsert(
                cache, account.name, channel.name, address, mark=channel.mark, capabilities=connector.capabilities
            )

    async def _once_only(self, keeping: Keeping, name: str) -> None:
        for _ in range(ONCE_TURNS):
            try:
                if not await self._unless_stopped(keeping.pull_all()):
                    return
            except OmnituiError:
                if keeping.sends_apart:
                    await keeping.deliver_once()
                raise
            await asyncio.to_thread(self._tools.looked)
            if not await keeping.deliver_once():
                break
        await self._in_step(keeping, name)

    async def _unless_stopped(self, work: Coroutine[None, None, None]) -> bool:
        """Do it to its end, or until `stop`; whether it came to its end."""
        working, stopping = asyncio.create_task(work), asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait([working, stopping], return_when=asyncio.FIRST_COMPLETED)
        finally:
            ended = working.done()
            working.cancel()
            stopping.cancel()
            await asyncio.wait([working, stopping])
        if ended:
            working.result()
        return ended

    async def _at_work(self, keeping: Keeping, name: str) -> None:
        """Until the other side ends it, or `stop`: looks beside sends, so that neither waits for the other."""
        sends = asyncio.create_task(keeping.deliver())
        others = [asyncio.create_task(keeping.learn_templates()), asyncio.create_task(self._stopping.wait())]
        pulls = asyncio.create_task(self._pulls(keeping, name))
        try:
            done, _ = await asyncio.wait([pulls, sends, others[1]], return_when=asyncio.FIRST_COMPLETED)
        finally:
            keeping.stop()
            for task in (pulls, *others):
                task.cancel()
            await asyncio.wait([sends], timeout=LAST_SEND)
            sends.cancel()
            await asyncio.wait([pulls, sends, *others])
        for task in done:
            if task in (pulls, sends):
                task.result()

    async def _pulls(self, keeping: Keeping, name: str) -> None:
        """Keep in step; trouble of the network is waited for here, so that sends by another way go on meanwhile."""
        backoff, account = Backoff(), next(one for one in self._settings if one.name == name)
        events = asyncio.get_running_loop()
        saying: set[asyncio.Task[None]] = set()

        def synced() -> None:
            if not keeping.by_itself:
                # Each time it has asked and was answered; a mailbox may be in step as soon as it is connected.
                backoff.reset()
            task = events.create_task(self._in_step(keeping, name))
            saying.add(task)
            task.add_done_callback(saying.discard)

        while not self._stopping.is_set():
            started = time.monotonic()
            try:
                await keeping.run(synced)
                wait = True
            except OmnituiError as error:
                if saying:
                    await asyncio.wait(saying)
                wait = not isinstance(error, MENDED_BY_USER)
                if not wait and not keeping.sends_apart:
                    raise
                await self._failed(account, "offline" if wait else "refused", error)
            finally:
                keeping.in_step = False
            self._synced[name].set()
            if time.monotonic() - started > STEADY:
                backoff.reset()
            await self._pause(name, backoff.next() if wait else None)

    async def _in_step(self, keeping: Keeping, name: str) -> None:
        outcome = self.outcomes[name]
        self._synced[name].set()
        if outcome.state != "online":
            outcome.state, outcome.detail, outcome.error = "online", "", None
            if not keeping.by_itself:
                await self._tell(name, "online", "")

    async def _failed(self, account: Account, state: str, error: OmnituiError) -> None:
        outcome = self.outcomes[account.name]
        outcome.state, outcome.detail, outcome.error = state, str(error), error
        log.warning("account %s: %s", account.name, error)
        await self._tell(account.name, state, str(error))

    async def _tell(self, name: str, state: str, detail: str) -> None:
        """Write an account's state down. Where the machine refuses that (a full disk), only the log tells of it: the
        account's work must go on by itself once there is room again.
        """
        with lived_through(log, f"account {name}: its state ({state}) cannot be written down"):
            await asyncio.to_thread(self._say, name, state, detail)

    def _say(self, name: str, state: str, detail: str) -> None:
        account = next(one for one in self._settings if one.name == name)
        with self._tools.writer.transaction() as cache:
            number = accounts.number(cache, name)
            if number is None:
                number = accounts.upsert(cache, name, account.channel, "")
            accounts.set_state(cache, number, state, detail, self._tools.clock())


def _address(account: Account, channel: Channel, settings: object) -> str:
    """What stands for the account in lists: a mailbox its address, others the name that they were given."""
    if isinstance(account, AccountSettings):
        return account.address
    return account.display_name or channel.address(settings) or account.name
