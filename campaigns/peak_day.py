"""A peak day: five channels write at once into one cache, while the list is read all the time.

    python -m campaigns.peak_day [--messages 20000] [--seconds 600] [--customers 150]

Three accounts of `file` and one of `fake` stand for four chat channels, a mailbox on a real Dovecot is the fifth; one
worker keeps them. The messages of many customers arrive evenly over so many seconds (0: as quickly as they can be
written). Meanwhile the first page of the list is read twenty times a second as the screen reads it, and timed by the
clock on the wall, with all that waits for the processor. At last: every message is here once, and the whole list by
waiting is the one computed from what was written.
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
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from statistics import quantiles
from typing import NamedTuple

from omnitui.config.places import Places, places, prepare
from omnitui.core.channel_events import Direction, MessageEvent, Person
from omnitui.core.models import Order
from omnitui.core.times import Instant
from omnitui.store import conversations
from omnitui.store.connection import Role, open_cache
from omnitui.store.where import Where
from omnitui.sync.channels.file.lines import to_line
from tests.servers.dovecot import PASSWORD, Dovecot

CHATS = ("shop", "forum", "app", "web")
CHANNELS = (*CHATS, "mail")
US = "desk@shop.example"
READ_EVERY = 0.05
LATE = 900.0
"""Seconds that the worker has for what is left when all is written."""


FAULTS = ("lost", "doubled", "foreign", "out_of_order")


class Load(NamedTuple):
    """What is asked of the day."""

    messages: int
    seconds: float
    customers: int
    seed: int


@dataclass
class Day:
    """What was written: who by their words, since when each customer waits (ms), and their newest mail's number."""

    who: dict[str, str] = field(default_factory=dict)
    since: dict[str, int] = field(default_factory=dict)
    newest: dict[str, int] = field(default_factory=dict)


def main() -> None:
    """Write, read meanwhile, compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--customers", type=int, default=150, help="on each channel")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    if reason := Dovecot.missing():
        sys.exit(reason)
    told = peak(given.messages, given.seconds, given.customers, given.seed)
    print(json.dumps(told, indent=1))
    sys.exit(any(told[name] for name in FAULTS))


def peak(messages: int, seconds: float, customers: int, seed: int) -> dict[str, float]:
    """So many messages over so many seconds, on each channel by so many customers; what was found."""
    with tempfile.TemporaryDirectory(prefix="omni-peak-") as folder, Dovecot() as server:
        where = _home(Path(folder), server.port)
        worker = subprocess.Popen(
            [sys.executable, "-m", "omnitui", "--home", folder, "sync"], stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, env={**os.environ, "OMNITUI_PASSWORD_MAIL": PASSWORD},
        )  # fmt: skip
        try:
            return _day(where, server, Load(messages, seconds, customers, seed))
        finally:
            worker.terminate()
            worker.wait(30)


def _home(home: Path, port: int) -> Places:
    """Four folders of lines and a mailbox."""
    where = places(home, {})
    prepare(where)
    tables = ['[agent]\nname = "Ana"\n']
    for name in CHATS:
        folder = home / "service" / name
        folder.mkdir(parents=True)
        (folder / "in.jsonl").write_text("")
        channel = "fake" if name == CHATS[-1] else "file"
        options = f'folder = "{folder}"\n'
        if channel == "file":
            options = f'inbox = "{folder / "in.jsonl"}"\noutbox = "{folder / "out.jsonl"}"\n'
        tables.append(f'[[account]]\nname = "{name}"\nchannel = "{channel}"\n[account.{channel}]\n{options}')
    server = f'host = "127.0.0.1"\nport = {port}\nsecurity = "plain"\nusername = "mail"\n'
    tables.append(f'[[account]]\nname = "mail"\naddress = "{US}"\n[account.imap]\n{server}')
    where.config_file.write_text("\n".join(tables), encoding="utf-8")
    return where


def _day(where: Places, server: Dovecot, given: Load) -> dict[str, float]:
    """The whole day; what was found."""
    _until(where.cache_db.exists, 180)
    _until(lambda: _count(where, "SELECT count(*) FROM account WHERE state = 'online'") == len(CHANNELS), 180)
    ends, taken = threading.Event(), list[float]()
    reader = threading.Thread(target=_read, args=(where, ends, taken))
    reader.start()
    began = time.monotonic()
    day = _write(where, server, given)
    wrote = time.monotonic() - began
    with contextlib.suppress(TimeoutError):
        _until(lambda: _count(where, "SELECT count(*) FROM message") >= given.messages, LATE)
    here = time.monotonic() - began
    ends.set()
    reader.join()
    parts = quantiles(taken, n=100)
    return {
        "messages": len(day.who), "seconds_writing": round(wrote, 1), "seconds_until_all_here": round(here, 1),
        **compared(where, day), "pages_read": len(taken), "page_ms_p50": round(parts[49], 2),
        "page_ms_p99": round(parts[98], 2), "page_ms_longest": round(max(taken), 1),
    }  # fmt: skip


def _read(where: Places, ends: threading.Event, taken: list[float]) -> None:
    """The first page again and again; milliseconds."""
    cache = open_cache(where.cache_db, Role.OPERATIONS)
    while not ends.wait(READ_EVERY):
        began = time.perf_counter()
        conversations.page(Where(), Order.WAITING).all(cache)
        taken.append((time.perf_counter() - began) * 1000)
    cache.close()


def _write(where: Places, server: Dovecot, given: Load) -> Day:
    """All messages, each by a customer drawn at random, over the seconds."""
    day, draw, began, last = Day(), random.Random(given.seed), time.monotonic(), 0
    with server.client("mail") as mailbox, contextlib.ExitStack() as stack:
        inboxes = {name: stack.enter_context(_inbox(where, name).open("a", encoding="utf-8")) for name in CHATS}
        for number in range(given.messages):
            if (early := began + given.seconds * number / given.messages - time.monotonic()) > 0:
                time.sleep(early)
            channel, text = CHANNELS[number % len(CHANNELS)], f"message {number}"
            who = f"{channel}{draw.randrange(given.customers)}"
            at = last = max(last + 1, time.time_ns() // 1_000_000)
            if channel == "mail":
                at = at // 1000 * 1000  # A mail says whole seconds.
                mailbox.append("INBOX", "", imaplib.Time2Internaldate(at / 1000), _mail(who, text, at, number, day))
            else:
                inboxes[channel].write(_line(who, text, at, number) + "\n")
                inboxes[channel].flush()
            day.who[text] = who
            day.since.setdefault(who, at)
    return day


def _inbox(where: Places, name: str) -> Path:
    return where.config.parent / "service" / name / "in.jsonl"


def _line(who: str, text: str, at: int, number: int) -> str:
    person = Person(who, who.capitalize())
    return to_line(
        MessageEvent(
            conversation=f"c-{who}", remote_id=f"m{number}", at=Instant(at), direction=Direction.IN, author=person,
            text=text, people=(person,),
        )
    )  # fmt: skip


def _mail(who: str, text: str, at: int, number: int, day: Day) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = f"{who}@harbour.example", US, f"Re: a question of {who}"
    mail["Date"] = format_datetime(datetime.fromtimestamp(at / 1000, UTC))
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
    computed = sorted(day.since.values())
    wrong = sum(one.waiting_since != day.since.get(people.get(one.id, "")) for one in listed)
    wrong += sum(one.waiting_since != since for one, since in zip(listed, computed, strict=False))
    return {
        "lost": sum(not have[text] for text in day.who), "doubled": sum(have[text] > 1 for text in day.who),
        "foreign": sum(text not in day.who for text in have), "customers": len(computed),
        "out_of_order": wrong + abs(len(listed) - len(computed)),
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
