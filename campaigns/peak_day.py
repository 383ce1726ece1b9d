"""A peak day: five channels write at once into one cache, while somebody works in the screen.

    python -m campaigns.peak_day [--messages 20000] [--seconds 600] [--customers 150]

Telegram, Slack, WhatsApp (behind a real relay) and Chatwoot, each against its stateful fake, and a mailbox on a real
Dovecot; one worker keeps them all. The messages of many customers arrive evenly over so many seconds (0: as quickly as
they can be written). Meanwhile j and k are held in the real program in a pty, by a process of its own, and each key is
timed by the clock on the wall, with all that waits for the processor. At last: every message is here once, and the
whole list by waiting is the one that follows from what was written.
"""

from __future__ import annotations

import argparse
import contextlib
import imaplib
import json
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from bench.beside_work import RATE
from bench.channel_idle import connected
from omnitui.config.places import Places
from omnitui.core.models import Order
from omnitui.store import conversations
from omnitui.store.connection import Role, open_cache
from omnitui.store.where import Where
from tests.channels.conformance.rigs import running
from tests.channels.rig import Rig
from tests.servers.dovecot import PASSWORD, Dovecot

CHATS = ("telegram", "slack", "whatsapp", "chatwoot")
CHANNELS = (*CHATS, "mail")
US = "desk@shop.example"
LATE = 900.0
"""Seconds that the worker has for what is left when all is written."""
KEYS_AT_LEAST = 60


FAULTS = ("lost", "doubled", "foreign", "out_of_order", "against_the_specification")


class Load(NamedTuple):
    """What is asked of the day."""

    messages: int
    seconds: float
    customers: int
    seed: int


@dataclass
class Day:
    """What was written: who by their words, since when each customer waits (ms, not before and not after), and their
    newest mail's number."""

    who: dict[str, str] = field(default_factory=dict)
    since: dict[str, tuple[int, int]] = field(default_factory=dict)
    newest: dict[str, int] = field(default_factory=dict)


def main() -> None:
    """Write, press keys meanwhile, compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--customers", type=int, default=150, help="on each channel")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    if reason := Dovecot.missing():
        sys.exit(reason)
    with tempfile.TemporaryDirectory(prefix="omni-peak-") as folder:
        # Credentials of the fakes are always the same ones: other runs on this machine hold their leases elsewhere.
        tempfile.tempdir = os.environ["TMPDIR"] = folder
        told = peak(Path(folder), Load(given.messages, given.seconds, given.customers, given.seed))
    print(json.dumps(told, indent=1))
    sys.exit(any(told[name] for name in FAULTS))


def peak(home: Path, given: Load) -> dict[str, float]:
    """So many messages over so many seconds, on each channel by so many customers; what was found."""
    with Dovecot() as server, contextlib.ExitStack() as stack:
        rigs = {name: stack.enter_context(running(name)) for name in CHATS}
        where, secrets = connected(home, list(rigs.values()), [_mailbox(server.port)])
        environment = {**os.environ, **secrets, "OMNITUI_PASSWORD_MAIL": PASSWORD}
        stack.enter_context(_worker(home, environment))
        found = _day(where, server, rigs, given)
        broken = [one for rig in rigs.values() for one in rig.violations()]
        return {**found, "against_the_specification": len(broken)}


@contextlib.contextmanager
def _worker(home: Path, environment: dict[str, str]) -> Iterator[None]:
    command = [sys.executable, "-m", "omnitui", "--home", str(home), "sync"]
    worker = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    try:
        yield
    finally:
        worker.terminate()
        worker.wait(30)


def _mailbox(port: int) -> str:
    server = f'host = "127.0.0.1"\nport = {port}\nsecurity = "plain"\nusername = "mail"\n'
    return f'[[account]]\nname = "mail"\naddress = "{US}"\n[account.imap]\n{server}'


def _day(where: Places, server: Dovecot, rigs: dict[str, Rig], given: Load) -> dict[str, float]:
    """The whole day; what was found."""
    _until(where.cache_db.exists, 180)
    _until(lambda: _count(where, "SELECT count(*) FROM account WHERE state = 'online'") == len(CHANNELS), 180)
    presses = max(KEYS_AT_LEAST, round(given.seconds * RATE))
    keys = subprocess.Popen(
        [sys.executable, "-m", "bench.beside_work", str(where.config.parent), "--presses", str(presses)],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    began = time.monotonic()
    day = _write(server, rigs, given)
    wrote = time.monotonic() - began
    with contextlib.suppress(TimeoutError):
        _until(lambda: _count(where, "SELECT count(*) FROM message") >= given.messages, LATE)
    here = time.monotonic() - began
    pressed = json.loads(keys.communicate()[0])
    return {
        "messages": len(day.who), "seconds_writing": round(wrote, 1), "seconds_until_all_here": round(here, 1),
        **compared(where, day), "keys": presses, **{f"key_{name}": value for name, value in pressed.items()},
    }  # fmt: skip


def _write(server: Dovecot, rigs: dict[str, Rig], given: Load) -> Day:
    """All messages, each by a customer drawn at random, over the seconds."""
    day, draw, began = Day(), random.Random(given.seed), time.monotonic()
    with server.client("mail") as mailbox:
        for number in range(given.messages):
            if (early := began + given.seconds * number / given.messages - time.monotonic()) > 0:
                time.sleep(early)
            channel, text = CHANNELS[number % len(CHANNELS)], f"message {number}"
            who, at = f"{channel}{draw.randrange(given.customers)}", time.time_ns() // 1_000_000
            said = 0
            if channel == "mail":
                mailbox.append("INBOX", "", imaplib.Time2Internaldate(at / 1000), _mail(who, text, at, number, day))
            else:
                said = rigs[channel].written_at(rigs[channel].write(text, who=who))
            day.who[text] = who
            # Most channels tell whole seconds; where several fall into one, thousandths keep their order.
            now = time.time_ns() // 1_000_000
            day.since.setdefault(who, (said, said) if said else (at // 1000 * 1000, now // 1000 * 1000 + 999))
    return day


def _mail(who: str, text: str, at: int, number: int, day: Day) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = f"{who}@harbour.example", US, f"Re: a question of {who}"
    mail["Date"] = format_datetime(datetime.fromtimestamp(at // 1000, UTC))
    mail["Message-ID"] = f"<m{number}@harbour.example>"
    if who in day.newest:
        mail["In-Reply-To"] = f"<m{day.newest[who]}@harbour.example>"
    day.newest[who] = number
    mail.set_content(text)
    return mail.as_bytes()


def compared(where: Places, day: Day) -> dict[str, int]:
    """What was written against what is here."""
    with contextlib.closing(sqlite3.connect(where.cache_db)) as cache:
        found = cache.execute(
            "SELECT b.text, m.conversation_id FROM message m JOIN body b ON b.message_id = m.id"
        ).fetchall()
    have = Counter(text.strip() for text, _ in found)
    people = {number: day.who[text.strip()] for text, number in found if text.strip() in day.who}
    with contextlib.closing(open_cache(where.cache_db, Role.OPERATIONS)) as cache:
        listed = conversations.page(Where(), Order.WAITING, limit=1_000_000).all(cache)
    wrong = 0
    for one in listed:
        not_before, not_after = day.since.get(people.get(one.id, ""), (1, 0))
        wrong += not not_before <= (one.waiting_since or 0) <= not_after
    wrong += sum((one.waiting_since or 0) > (two.waiting_since or 0) for one, two in pairwise(listed))
    return {
        "lost": sum(not have[text] for text in day.who), "doubled": sum(have[text] > 1 for text in day.who),
        "foreign": sum(text not in day.who for text in have), "customers": len(day.since),
        "out_of_order": wrong + abs(len(listed) - len(day.since)),
    }  # fmt: skip


def _count(where: Places, sql: str) -> int:
    with contextlib.closing(sqlite3.connect(where.cache_db)) as cache:
        try:
            return int(cache.execute(sql).fetchone()[0])
        except sqlite3.OperationalError:
            return -1


def _until(there: Callable[[], bool], seconds: float) -> None:
    """Wait for it. Raises TimeoutError."""
    end = time.monotonic() + seconds
    while not there():
        if time.monotonic() > end:
            raise TimeoutError("it did not happen")
        time.sleep(0.1)


if __name__ == "__main__":
    main()
