"""A home with the account of a rig, a real worker on it, and its cache to look into."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from omnitui.config.load import load
from omnitui.config.places import places, prepare
from omnitui.core.errors import OmnituiError
from omnitui.core.times import Instant
from omnitui.store.connection import Cache, Role, open_cache
from omnitui.sync.outcome import Outcome
from omnitui.sync.wire import ask_worker
from omnitui.triage import drafting, sending
from omnitui.triage.agent import Agent
from omnitui.worker import Worker
from tests.channels.rig import Rig

ROOT = Path(__file__).resolve().parents[2]
LONG = 15 * 60 * 1000
"""Milliseconds in which every look for an unknown send has had its turn."""


class Desk:
    """One home. `ahead` moves the clock of worker and agent forward, in milliseconds."""

    def __init__(self, path: Path, rig: Rig) -> None:
        self.path, self.rig, self.ahead = path, rig, 0
        self.places = places(path, {})
        prepare(self.places)
        self.places.config_file.write_text(f'[agent]\nname = "Ana"\n\n{rig.config()}', encoding="utf-8")
        self.settings = load(self.places.config_file)
        self.agent = Agent("Ana", channels=self.settings.channel_accounts, accounts=self.settings.accounts)

    def now(self) -> Instant:
        """The time here."""
        return Instant(time.time_ns() // 1_000_000 + self.ahead)

    def once(self) -> Outcome:
        """The worker brings everything in step, and ends."""
        with self._environment():
            return next(iter(asyncio.run(Worker(self.places, self.settings, self.now).once())))

    def reply(self, text: str, message_id: int | None = None, *, conversation: int = 0) -> str:
        """The agent answers the (newest) conversation; gives the outbox item."""
        with self.cache() as cache:
            number = conversation or self.one("SELECT id FROM conversation ORDER BY last_at DESC LIMIT 1")
            draft = drafting.reply(cache, self.agent, number, message_id=message_id, everyone=False)
            sending.send(cache, self.agent, replace(draft, body=text), self.now(), attachments=self.places.attachments)
            return str(
                self.one("SELECT id FROM outbox WHERE kind = 'send' ORDER BY created_at DESC, rowid DESC LIMIT 1")
            )

    @contextlib.contextmanager
    def cache(self) -> Iterator[Cache]:
        """A connection as the screen has it."""
        cache = open_cache(self.places.cache_db, Role.OPERATIONS)
        try:
            yield cache
        finally:
            cache.close()

    def rows(self, sql: str, *params: Any) -> list[tuple[Any, ...]]:
        """What the cache holds."""
        with contextlib.closing(sqlite3.connect(self.places.cache_db)) as cache:
            return cache.execute(sql, params).fetchall()

    def one(self, sql: str, *params: Any) -> Any:
        """The first value of the first row; None without one."""
        found = self.rows(sql, *params)
        return found[0][0] if found else None

    def texts(self, class_: str = "customer") -> list[str]:
        """What was written, oldest first: first lines, since a mail's quote stands below."""
        found = self.rows(
            "SELECT b.text FROM message m JOIN body b ON b.message_id = m.id WHERE m.class = ? ORDER BY m.at, m.id",
            class_,
        )
        return [text.strip().split("\n")[0] for (text,) in found]

    def state(self, item: str) -> str:
        """Where a send stands."""
        return str(self.one("SELECT state FROM outbox WHERE id = ?", item))

    def killed(self, after: float) -> int:
        """A worker of its own, killed after so many seconds with no chance to tidy up."""
        process = subprocess.Popen(
            [sys.executable, "-m", "omnitui", "--home", str(self.path), "sync", "--once"],
            cwd=ROOT, env={**os.environ, **self.rig.environment()}, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            return process.wait(after)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()

    @contextlib.contextmanager
    def live(self) -> Iterator[None]:
        """A worker runs meanwhile, and is in step: for what a channel tells only to those who listen."""
        process = subprocess.Popen(
            [sys.executable, "-m", "omnitui", "--home", str(self.path), "sync"],
            cwd=ROOT, env={**os.environ, **self.rig.environment()}, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            self.until(self.in_step)
            yield
        finally:
            process.terminate()
            process.wait()

    def in_step(self) -> bool:
        """Whether a worker runs and has looked at everything now."""
        try:
            return bool(ask_worker(self.places.socket, "sync", "synced", 30.0))
        except OmnituiError:
            return False

    def wake(self) -> None:
        """As the screen does when something was put into the outbox."""
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as line:
            line.connect(str(self.places.socket))
            line.sendall(b'{"do": "wake"}\n')

    def until(self, there: Callable[[], bool], seconds: float = 120.0) -> None:
        """Wait for something to be so."""
        end = time.monotonic() + seconds
        while not there():
            assert time.monotonic() < end, "it did not happen"
            time.sleep(0.05)

    @contextlib.contextmanager
    def _environment(self) -> Iterator[None]:
        before = dict(os.environ)
        os.environ.update(self.rig.environment())
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)
