"""All accounts of messaging channels within the worker: one task each, which begins again by itself after trouble."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from omnitui.config.schema import ChannelAccountSettings
from omnitui.config.stores import Stores
from omnitui.core.errors import ConfigError, LoginRefused, OmnituiError, Refused, SecretError
from omnitui.core.models import AccountId
from omnitui.core.times import Instant
from omnitui.store import accounts, channels
from omnitui.store.chat.scene import ChatAccount
from omnitui.sync.backoff import Backoff
from omnitui.sync.channels.account_outbox import LAST_SEND
from omnitui.sync.channels.contract import Channel, Connector
from omnitui.sync.channels.keeping import Keeping
from omnitui.sync.channels.lease import Lease
from omnitui.sync.channels.opening import find_secrets, open_connector, settings_of
from omnitui.sync.engine import Outcome
from omnitui.sync.http.client import Client
from omnitui.sync.writer import Writer

log = logging.getLogger("omnitui.channels")
ONCE_TURNS = 3
"""With `once`: rounds of pulling and sending, for what a send brings back."""


@dataclass(frozen=True)
class ChannelTools:
    """What the engine needs of the worker."""

    writer: Writer
    clock: Callable[[], Instant]
    stores: Stores
    cache: Path
    attachments: Path
    notes: Path
    hide: Callable[[str], None]
    """Told of every secret, so that no log holds it."""


Work: TypeAlias = Callable[[Keeping, str], Awaitable[None]]
"""What is done with an opened account of this name."""


class ChannelEngine:
    """Every account of a messaging channel. `run` until `stop`; or `once`."""

    def __init__(self, settings: Sequence[ChannelAccountSettings], tools: ChannelTools) -> None:
        self._settings, self._tools = tuple(settings), tools
        self._keeping: dict[str, Keeping] = {}
        self._again = {account.name: asyncio.Event() for account in settings}
        self._synced = {account.name: asyncio.Event() for account in settings}
        self._stopping = asyncio.Event()
        self.outcomes = {account.name: Outcome(account.name) for account in settings}

    async def run(self) -> None:
        """Keep every account in step until `stop`."""
        async with asyncio.TaskGroup() as group:
            for account in self._settings:
                group.create_task(self._keep(account))

    async def once(self) -> list[Outcome]:
        """Bring every account in step and send what is due, once."""
        async with asyncio.TaskGroup() as group:
            for account in self._settings:
                group.create_task(self._guarded(account, self._once_only))
        return list(self.outcomes.values())

    def wake(self) -> None:
        """Something was put into an outbox."""
        for keeping in self._keeping.values():
            keeping.wake()

    def retry(self) -> None:
        """Those that have given up try again."""
        for again in self._again.values():
            again.set()

    async def sync_now(self, seconds: float) -> list[Outcome]:
        """Look at everything now; gives how it went, after at most `seconds`."""
        for event in self._synced.values():
            event.clear()
        for name, again in self._again.items():
            again.set()
            if name in self._keeping:
                self._keeping[name].ask()
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

    async def _keep(self, account: ChannelAccountSettings) -> None:
        backoff = Backoff()
        while not self._stopping.is_set():
            wait = await self._guarded(account, lambda keeping, name: self._at_work(keeping, name, backoff))
            self._synced[account.name].set()
            if self._stopping.is_set():
                return
            again = self._again[account.name]
            again.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(backoff.next() if wait else None):
                    await again.wait()

    async def _guarded(self, account: ChannelAccountSettings, work: Work) -> bool:
        """Open the account and do `work`. False when only the user can mend what ended it."""
        outcome = self.outcomes[account.name]
        try:
            await self._opened(account, work)
        except (LoginRefused, SecretError, Refused, ConfigError) as error:
            await self._failed(account, outcome, "refused", error)
            return False
        except OmnituiError as error:
            await self._failed(account, outcome, "offline", error)
        except Exception as error:
            log.exception("account %s", account.name)
            words = f"a fault of the program ({type(error).__name__}); see the log"
            await self._failed(account, outcome, "offline", OmnituiError(words))
        return True

    async def _opened(self, account: ChannelAccountSettings, work: Work) -> None:
        tools = self._tools
        channel, settings = settings_of(account)
        found = await asyncio.to_thread(find_secrets, account, channel, settings, tools.stores, os.environ)
        secrets = {name: secret.value for name, secret in found.items()}
        for value in secrets.values():
            tools.hide(value)
        async with Client() as http:
            connector = open_connector(
                account, channel, settings, secrets, http=http, clock=tools.clock, notes=tools.notes / account.name
            )
            lease = Lease(channel.name, tuple(secrets.values())) if connector.capabilities.exclusive else None
            if lease is not None:
                await asyncio.to_thread(lease.take)
            try:
                await self._with(account, channel, settings, connector, work)
            finally:
                if lease is not None:
                    lease.release()

    async def _with(
        self, account: ChannelAccountSettings, channel: Channel, settings: object, connector: Connector,
        work: Work,
    ) -> None:  # fmt: skip
        number = await asyncio.to_thread(self._row, account, channel, settings, connector)
        chat = ChatAccount(number, account.name, channel.name, connector.capabilities.links_expire)
        tools = self._tools
        keeping = Keeping(chat, connector, tools.writer, tools.cache, tools.attachments, tools.clock)
        self._keeping[account.name] = keeping
        try:
            await work(keeping, account.name)
        finally:
            self.outcomes[account.name].new += keeping.new
            self._keeping.pop(account.name, None)
            await keeping.close()

    def _row(
        self, account: ChannelAccountSettings, channel: Channel, settings: object, connector: Connector
    ) -> AccountId:
        address = account.display_name or channel.address(settings) or account.name
        with self._tools.writer.transaction() as cache:
            return channels.upsert(
                cache, account.name, channel.name, address, mark=channel.mark, capabilities=connector.capabilities
            )

    async def _once_only(self, keeping: Keeping, name: str) -> None:
        for _ in range(ONCE_TURNS):
            await keeping.pull_all()
            if not await keeping.deliver_once():
                break
        await self._in_step(name)

    async def _at_work(self, keeping: Keeping, name: str, backoff: Backoff) -> None:
        """Until the other side ends it, or `stop`: pulls beside sends, so that neither waits for the other."""
        events = asyncio.get_running_loop()
        pending: set[asyncio.Task[None]] = set()

        def synced() -> None:
            backoff.reset()
            task = events.create_task(self._in_step(name))
            pending.add(task)
            task.add_done_callback(pending.discard)

        sends = asyncio.create_task(keeping.deliver())
        others = [asyncio.create_task(keeping.learn_templates()), asyncio.create_task(self._stopping.wait())]
        pulls = asyncio.create_task(self._pulls(keeping, name, synced))
        try:
            done, _ = await asyncio.wait([pulls, sends, others[1]], return_when=asyncio.FIRST_COMPLETED)
        finally:
            keeping.stop()
            for task in (pulls, *others):
                task.cancel()
            await asyncio.wait([sends], timeout=LAST_SEND)
            sends.cancel()
            await asyncio.wait([pulls, sends, *others, *pending])
        for task in done:
            if task in (pulls, sends):
                task.result()

    async def _pulls(self, keeping: Keeping, name: str, synced: Callable[[], None]) -> None:
        """Pull; trouble of the network is waited for here, so that sends by another way go on meanwhile."""
        backoff, account = Backoff(), next(one for one in self._settings if one.name == name)

        def heard() -> None:
            backoff.reset()
            synced()

        while True:
            try:
                await keeping.run(heard)
            except (LoginRefused, SecretError, Refused, ConfigError):
                raise
            except OmnituiError as error:
                keeping.in_step = False
                await self._failed(account, self.outcomes[name], "offline", error)
                self._synced[name].set()
                again = self._again[name]
                again.clear()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(backoff.next()):
                        await again.wait()

    async def _in_step(self, name: str) -> None:
        outcome = self.outcomes[name]
        self._synced[name].set()
        if outcome.state != "online":
            outcome.state, outcome.detail, outcome.error = "online", "", None
            await asyncio.to_thread(self._say, name, "online", "")

    async def _failed(self, account: ChannelAccountSettings, outcome: Outcome, state: str, error: OmnituiError) -> None:
        outcome.state, outcome.detail, outcome.error = state, str(error), error
        log.warning("account %s: %s", account.name, error)
        await asyncio.to_thread(self._say, account.name, state, str(error))

    def _say(self, name: str, state: str, detail: str) -> None:
        account = next(one for one in self._settings if one.name == name)
        with self._tools.writer.transaction() as cache:
            number = accounts.number(cache, name)
            if number is None:
                number = accounts.upsert(cache, name, account.channel, "")
            accounts.set_state(cache, number, state, detail, self._tools.clock())
