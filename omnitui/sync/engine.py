"""The supervisor: one task an account, which connects again by itself and stops asking where only the user can help."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from omnitui.config.schema import AccountSettings, Settings
from omnitui.core.errors import LoginRefused, OmnituiError, Refused, SecretError
from omnitui.core.models import AccountId
from omnitui.core.times import Instant
from omnitui.store import accounts
from omnitui.sync.backoff import Backoff
from omnitui.sync.imap.account import AccountSync, Wake
from omnitui.sync.imap.login import Login
from omnitui.sync.imap.setting import Setting
from omnitui.sync.imap.suspects import ENOUGH, TOGETHER, Suspects
from omnitui.sync.mail.batches import POLITE
from omnitui.sync.writer import Writer

log = logging.getLogger("omnitui.sync")
STEADY = 60.0
"""Seconds of a connection after which the next failure counts as the first."""


@dataclass
class Outcome:
    """How a pass over one account went, for `--once` and the status."""

    account: str
    state: str = "offline"
    detail: str = ""
    new: int = 0
    error: OmnituiError | None = None


@dataclass(frozen=True)
class Tools:
    """What the engine needs of the worker."""

    writer: Writer
    clock: Callable[[], Instant]
    login: Callable[[AccountSettings], Login]
    """Of an account's IMAP server. Blocks; raises SecretError, LoginRefused or Offline."""
    attachments: Path
    owner: str


class Engine:
    """All accounts of one config. `run` until `stop`; with `once` until each is in step or has failed."""

    def __init__(self, settings: Settings, tools: Tools, *, once: bool = False) -> None:
        self._settings = settings
        self._tools = tools
        self._once = once
        self.ids: dict[str, AccountId] = {}
        """Of the accounts, by name; after `prepare`."""
        self._loops: dict[str, AccountSync] = {}
        self._asked: dict[str, asyncio.Event] = {}
        self._synced: dict[str, asyncio.Event] = {}
        self._in_step_now: set[str] = set()
        self._suspects = {account.name: Suspects() for account in settings.accounts}
        self._stopping = False
        self.outcomes = {account.name: Outcome(account.name) for account in settings.accounts}
        self.online: Callable[[AccountId], None] = lambda account_id: None
        """Called on the event loop when an account has come in step: its server can be reached."""

    def prepare(self) -> None:
        """Make the accounts' rows. Blocks for a moment."""
        with self._tools.writer.transaction() as cache:
            for account in self._settings.accounts:
                self.ids[account.name] = accounts.upsert(cache, account.name, "email", account.address)
                accounts.mark_ours(cache, "email", list(account.aliases))

    async def run(self) -> Sequence[Outcome]:
        """Keep every account in step."""
        listed = self._settings.accounts
        self._asked = {account.name: asyncio.Event() for account in listed}
        self._synced = {account.name: asyncio.Event() for account in listed}
        with ThreadPoolExecutor(max(1, len(listed)), thread_name_prefix="account") as threads:
            async with asyncio.TaskGroup() as group:
                for account in listed:
                    group.create_task(self._keep(account, threads))
        return list(self.outcomes.values())

    def wake(self, why: Wake) -> None:
        """Tell every account; SYNC also makes those try again that have given up."""
        if why is Wake.SYNC:
            for event in self._asked.values():
                event.set()
        for loop in list(self._loops.values()):
            loop.wake(why)

    async def sync_now(self, seconds: float) -> list[Outcome]:
        """Look at everything now; gives how it went, after at most `seconds`."""
        for event in self._synced.values():
            event.clear()
        self.wake(Wake.SYNC)
        waits = [asyncio.create_task(event.wait()) for event in self._synced.values()]
        if waits:
            _, late = await asyncio.wait(waits, timeout=seconds)
            for task in late:
                task.cancel()
        return list(self.outcomes.values())

    def stop(self) -> None:
        """End every account; `run` returns then."""
        self._stopping = True
        for event in self._asked.values():
            event.set()
        self.wake(Wake.STOP)

    async def _keep(self, account: AccountSettings, threads: ThreadPoolExecutor) -> None:
        backoff, tries = Backoff(), 0
        while not self._stopping:
            started = time.monotonic()
            wait = await self._connect(account, threads)
            self._synced[account.name].set()
            tries += 1
            if self._stopping or (self._once and not self._worth_another(account, tries)):
                return
            if time.monotonic() - started > STEADY:
                backoff.reset()
            await self._pause(account, backoff.next() if wait else None)

    def _worth_another(self, account: AccountSettings, tries: int) -> bool:
        """With `once`: the server hung up on some mail, and the others may still be had."""
        failed = self.outcomes[account.name].state == "offline"
        return failed and len(self._suspects[account.name]) > 0 and tries < ENOUGH + len(TOGETHER) + 1

    async def _pause(self, account: AccountSettings, seconds: float | None) -> None:
        """Until it is time again, or somebody asks; None: only when somebody asks."""
        asked = self._asked[account.name]
        asked.clear()
        try:
            async with asyncio.timeout(seconds):
                await asked.wait()
        except TimeoutError:
            return

    async def _connect(self, account: AccountSettings, threads: ThreadPoolExecutor) -> bool:
        """One connection from start to end. False when only the user can mend what ended it."""
        outcome = self.outcomes[account.name]
        events = asyncio.get_running_loop()

        def synced() -> None:
            events.call_soon_threadsafe(self._in_step, account)

        loop = self._loops[account.name] = AccountSync(
            self._setting(account), once=self._once, synced=synced, suspects=self._suspects[account.name]
        )
        running = events.run_in_executor(threads, loop.run)
        try:
            await asyncio.shield(running)
        except asyncio.CancelledError:
            loop.wake(Wake.STOP)
            await asyncio.wait([running])
            raise
        except (LoginRefused, SecretError, Refused) as error:
            await self._failed(outcome, "refused", error)
            return False
        except OmnituiError as error:
            await self._failed(outcome, "offline", error)
        except Exception as error:
            log.exception("account %s", account.name)
            await self._failed(
                outcome, "offline", OmnituiError(f"a fault of the program ({type(error).__name__}); see the log")
            )
        finally:
            outcome.new += loop.new
            if not self._once:
                self._in_step_now.discard(account.name)
            self._loops.pop(account.name, None)
        return True

    def _setting(self, account: AccountSettings) -> Setting:
        tools = self._tools
        return Setting(
            account=account,
            account_id=self.ids[account.name],
            login=lambda: tools.login(account),
            writer=tools.writer,
            clock=tools.clock,
            attachments=tools.attachments,
            limit=self._settings.sync.whole_mail_mb * 1_000_000,
            poll_seconds=self._settings.sync.poll_seconds,
            owner=tools.owner,
            niceness=0 if self._once else POLITE,
        )

    def _in_step(self, account: AccountSettings) -> None:
        outcome = self.outcomes[account.name]
        outcome.state, outcome.detail, outcome.error = "online", "", None
        self._synced[account.name].set()
        if account.name not in self._in_step_now:
            self._in_step_now.add(account.name)
            self.online(self.ids[account.name])

    def in_step(self, account_id: int) -> bool:
        """Whether an account's mail has been looked at since its server could be reached."""
        return any(self.ids[name] == account_id for name in self._in_step_now)

    async def _failed(self, outcome: Outcome, state: str, error: OmnituiError) -> None:
        outcome.state, outcome.detail, outcome.error = state, str(error), error
        log.warning("account %s: %s", outcome.account, error)
        await asyncio.to_thread(self._say, outcome)

    def _say(self, outcome: Outcome) -> None:
        with self._tools.writer.transaction() as cache:
            accounts.set_state(cache, self.ids[outcome.account], outcome.state, outcome.detail, self._tools.clock())
