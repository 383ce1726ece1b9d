"""The day's work that the kill campaign interrupts: sync, triage, answers, in this process; done again, it goes on.

Everything is the product's own code. What the agent saw confirmed is noted in a file before the next thing is done.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from omnitui.config.load import load
from omnitui.config.places import places, prepare
from omnitui.core.models import Priority, State
from omnitui.core.times import MINUTE, Instant
from omnitui.store import messages, outbox
from omnitui.store.connection import Role, open_cache
from omnitui.triage import drafting, joining, labels, notes, sending, state, undo
from omnitui.triage.agent import Agent
from omnitui.worker import Worker

MAILS = 8
FAR = Instant(2_208_988_800_000)
CUSTOMER = "customer{}@away.test"


def mail(number: int, to: str) -> bytes:
    """What customer `number` wrote."""
    date = time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime(1_700_000_000 + number * 60))
    return (
        f"From: Customer {number} <{CUSTOMER.format(number)}>\r\nTo: {to}\r\nSubject: Question {number}\r\n"
        f"Date: {date}\r\nMessage-ID: <q{number}@away.test>\r\n\r\nWhere is parcel {number}?\r\n"
    ).encode()


def config(address: str, user: str, imap: int, smtp: int) -> str:
    """The config of the home; the password is in the environment."""
    return (
        f'[[account]]\nname = "desk"\naddress = "{address}"\nundo_seconds = 0\narchive_on_close = true\n'
        f'[account.imap]\nhost = "127.0.0.1"\nport = {imap}\nsecurity = "plain"\nusername = "{user}"\n'
        f'[account.smtp]\nhost = "127.0.0.1"\nport = {smtp}\nsecurity = "plain"\n'
    )


Deed = Callable[[sqlite3.Connection, Agent, Callable[[int], int], Instant, Path], Any]
DEEDS: tuple[Deed, ...] = (
    lambda c, a, id_, now, files: answer(c, a, id_(1), now, files),
    lambda c, a, id_, now, files: labels.tag(c, a, [id_(1), id_(2)], ["parcel"], [], now),
    lambda c, a, id_, now, files: labels.assign(c, a, [id_(2)], "ben", now),
    lambda c, a, id_, now, files: answer(c, a, id_(3), now, files),
    lambda c, a, id_, now, files: state.close(c, a, [id_(3)], now),
    lambda c, a, id_, now, files: labels.star(c, a, [id_(4)], True, now),
    lambda c, a, id_, now, files: notes.note(c, a, [id_(4)], "ask the depot", now),
    lambda c, a, id_, now, files: labels.priority(c, a, [id_(5)], Priority.URGENT, now),
    lambda c, a, id_, now, files: state.set_state(c, a, [id_(6)], State.SNOOZED, now, until=FAR),
    lambda c, a, id_, now, files: joining.merge(c, a, [id_(7)], id_(8), now),
    lambda c, a, id_, now, files: answer(c, a, id_(8), now, files),
)
"""What agent n does is deed n; one of them is then taken back."""
TAKEN_BACK = 2


def answer(cache: sqlite3.Connection, agent: Agent, conversation: int, now: Instant, files: Path) -> object:
    """A reply whose text names the agent, so that it is the same in every run."""
    draft = replace(drafting.reply(cache, agent, conversation), body=f"Answer of {agent.name}")
    return sending.send(cache, agent, draft, now, attachments=files)


class Day:
    """One home on which the day is worked through, as often as it takes."""

    def __init__(self, home: Path, taken: Path) -> None:
        self._places = places(home)
        prepare(self._places)
        self._acks = home / "acks"
        self._taken = taken
        self._settings = load(self._places.config_file)

    def through(self, offset: int = 0) -> None:
        """Sync, do what is not done, send, sync. Raises nothing that the product does not."""

        def clock() -> Instant:
            return Instant(time.time_ns() // 1_000_000 + offset)

        asyncio.run(Worker(self._places, self._settings, clock).once())
        self._work(clock)
        asyncio.run(Worker(self._places, self._settings, clock).once())

    def to_the_end(self) -> bool:
        """Again and again, with time passing, until nothing is open; the agent decides what asks. Then once more."""
        for turn in range(1, 9):
            self.through(turn * 6 * MINUTE)
            if self._decided(Instant(time.time_ns() // 1_000_000 + turn * 6 * MINUTE)):
                self.through(turn * 6 * MINUTE)
                return True
        return False

    def acknowledged(self) -> list[str]:
        """Which agents saw their deed confirmed."""
        return self._acks.read_text().split() if self._acks.exists() else []

    def done(self) -> list[str]:
        """Which agents' deeds are in the log; a deed that was taken back stands there too."""
        if not self._places.cache_db.exists():
            return []
        cache = sqlite3.connect(self._places.cache_db)
        try:
            rows = cache.execute("SELECT actor || iif(state = 'undone', '-', '') FROM step WHERE actor <> 'sync'")
            return [row[0] for row in rows]
        except sqlite3.OperationalError:
            return []  # killed before the tables were made
        finally:
            cache.close()

    def _work(self, clock: Callable[[], Instant]) -> None:
        cache = open_cache(self._places.cache_db, Role.OPERATIONS)
        try:
            for number, deed in enumerate(DEEDS):
                agent = Agent(f"agent{number}", self._settings.accounts)
                if not {agent.name, f"{agent.name}-"} & set(self.done()):
                    deed(cache, agent, lambda n: _conversation(cache, n), clock(), self._places.attachments)
                self._acknowledge(agent.name)
                if number == TAKEN_BACK:
                    if f"{agent.name}-" not in self.done():
                        undo.undo(cache, agent, clock())
                    self._acknowledge(f"{agent.name}-")
        finally:
            cache.close()

    def _acknowledge(self, name: str) -> None:
        if name not in self.acknowledged():
            with self._acks.open("a") as acks:
                acks.write(f"{name}\n")
                acks.flush()
                os.fsync(acks.fileno())

    def _decided(self, now: Instant) -> bool:
        """Decide what asks, by looking into the customers' mailboxes; True when nothing is open any more."""
        cache = open_cache(self._places.cache_db, Role.OPERATIONS)
        try:
            for row in outbox.rows(kinds=("send",)).all(cache):
                if row.state == "asking":
                    head = messages.by_ids([row.message_id or 0]).first(cache)
                    assert head is not None
                    assert head.delivery.value == "asking", "the thread shows it"
                    arrived = (self._taken / row.id).exists()
                    (sending.arrived if arrived else sending.retry_send)(cache, row.id, now)
        finally:
            cache.close()
        return not self.open_items()

    def open_items(self) -> list[tuple[Any, ...]]:
        """What is in the outbox and not settled."""
        cache = sqlite3.connect(self._places.cache_db)
        try:
            sql = "SELECT kind, state, payload, detail FROM outbox WHERE state NOT IN ('sent', 'cancelled')"
            return cache.execute(sql).fetchall()
        finally:
            cache.close()


def _conversation(cache: sqlite3.Connection, number: int) -> int:
    row = cache.execute(
        "SELECT coalesce(c.merged_into, c.id) FROM conversation c WHERE c.key = ?", (f"desk q{number}@away.test",)
    ).fetchone()
    return int(row[0])


def kill_at(count: int, when: str) -> None:
    """From now on, this process dies by SIGKILL before or after its `count`-th durable step. 0: only count them."""
    lock = threading.Lock()
    STEPS[0] = 0

    class Mortal(sqlite3.Connection):
        """Every COMMIT, and every change outside a transaction, is a durable step."""

        def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
            durable = sql == "COMMIT" or (not self.in_transaction and sql.startswith(("INSERT", "UPDATE", "DELETE")))
            if not durable:
                return super().execute(sql, *values)
            with lock:
                STEPS[0] += 1
                mine = STEPS[0] == count
            if mine and when == "before":
                os.kill(os.getpid(), 9)
            found = super().execute(sql, *values)
            if mine and when == "after":
                os.kill(os.getpid(), 9)
            return found

    real = sqlite3.connect

    def connect(*args: Any, **named: Any) -> sqlite3.Connection:
        return real(*args, **{"factory": Mortal, **named})

    sqlite3.connect = connect  # type: ignore[assignment]


STEPS = [0]
"""Durable steps that this process has come to."""
