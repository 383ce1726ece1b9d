"""A worker killed with SIGKILL at random moments, on every channel: what customers wrote is here once, answers go once.

    python -m campaigns.channel_kill [--points 40] [--kills 4] [--seed 1] [--channels telegram slack ...]

Each channel has the other side that the conformance suite has. A home sees several kills: before each a customer
writes a burst, and another one is answered several times; then a worker of its own starts (`omnitui sync --once`) and
is killed at a random moment of the time that an unbroken one needs: by turns from its first line in the log, and from
the moment at which it takes the first answer in hand. A run that ended before its kill is no point. At last the worker
runs to the end with a clock that moves on, and both sides are compared.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.channels.conformance.rigs import rig_of, rigged
from tests.channels.desk import LONG, ROOT, Desk
from tests.channels.rig import Rig

BURST, ANSWERS = 6, 2
"""Before each kill: messages of a customer, and answers to another one."""
PASSES = 8
"""Runs to the end; between two of them a quarter of an hour passes."""


LONGEST = 120.0
FAULTS = ("lost", "doubled", "sent_twice", "sent_lost", "stuck", "violations")
"""What must not be; `sent_lost` is said to be sent and is not there, `stuck` neither settled nor asked about."""
TRIES = "SELECT coalesce(sum(attempts), 0) FROM outbox WHERE kind = 'send'"


@dataclass
class Told:
    """What one home was given: the customers' words, and our answers by outbox item."""

    wrote: list[str] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)


def main() -> None:
    """Kill, run to the end, compare, count."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--points", type=int, default=40, help="kills on each channel")
    parser.add_argument("--kills", type=int, default=4, help="of these in one home")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--channels", nargs="+", choices=rigged(), default=rigged())
    given = parser.parse_args()
    total = Counter[str]()
    with tempfile.TemporaryDirectory(prefix="omni-ck-") as folder:
        # Credentials of the fakes are always the same ones: other runs on this machine hold their leases elsewhere.
        tempfile.tempdir = os.environ["TMPDIR"] = folder
        for channel in given.channels:
            began = time.monotonic()
            found = tried(channel, points=given.points, kills=given.kills, seed=given.seed)
            print(json.dumps({"channel": channel, **found, "seconds": round(time.monotonic() - began)}), flush=True)
            counts = {name: n for name, n in found.items() if isinstance(n, int) and not name.endswith("_ms")}
            total.update(counts)
    print(json.dumps({"all": dict(total)}), flush=True)
    sys.exit(1 if wrong(total) else 0)


def wrong(found: Counter[str]) -> int:
    """How much of it must not be."""
    return sum(found[name] for name in FAULTS)


def tried(channel: str, *, points: int, kills: int, seed: int) -> dict[str, int | str]:
    """So many kills on a channel, `kills` of them in one home: what was found, or why it was skipped."""
    draw, found = random.Random(f"{seed} {channel}"), Counter[str]()
    try:
        spans = _unbroken(channel)
        while found["points"] < points:
            found.update(_home(channel, draw, spans, min(kills, points - found["points"])))
    except pytest.skip.Exception as skipped:
        return {"skipped": str(skipped)}
    whole, sending = (round(1000 * span) for span in spans)
    return {"whole_ms": whole, "sending_ms": sending, **{name: found[name] for name in sorted(found)}}


def _unbroken(channel: str) -> tuple[float, float]:
    """Seconds of a run that nobody kills: from its first line in the log, and from its first send."""
    with tempfile.TemporaryDirectory() as folder, _running(channel) as rig:
        desk, told = _begun(Path(folder), rig)
        spans = []
        for sending in (False, True):
            _work(desk, told, int(sending))
            spans.append(_killed(desk, LONGEST, sending=sending)[1])
        return spans[0], spans[1]


@contextlib.contextmanager
def _running(channel: str) -> Iterator[Rig]:
    rig = rig_of(channel)()
    rig.start()
    try:
        yield rig
    finally:
        rig.stop()


def _killed(desk: Desk, after: float, *, sending: bool) -> tuple[bool, float]:
    """A worker killed so many seconds after it has opened the home, or has taken the first send in hand.

    Gives whether it still ran, and for how many seconds it did.
    """
    log = desk.places.log
    size, tries = log.stat().st_size, desk.one(TRIES)
    process = subprocess.Popen(
        [sys.executable, "-m", "omnitui", "--home", str(desk.path), "sync", "--once"], cwd=ROOT,
        env={**os.environ, **desk.rig.environment()}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    with contextlib.closing(sqlite3.connect(desk.places.cache_db)) as cache:
        while process.poll() is None:
            begun = cache.execute(TRIES).fetchone()[0] > tries if sending else log.stat().st_size > size
            if begun:
                break
            time.sleep(0.001)
    began = time.monotonic()
    try:
        process.wait(after)
    except subprocess.TimeoutExpired:
        process.kill()
    return process.wait() < 0, time.monotonic() - began


def _begun(home: Path, rig: Rig) -> tuple[Desk, Told]:
    """The account is in step, and ana has written."""
    desk = Desk(home, rig)
    desk.once()
    rig.write("the first of ana")
    desk.once()
    return desk, Told(["the first of ana"])


def _work(desk: Desk, told: Told, number: int) -> None:
    """Ben writes a burst, and ana is answered, whose conversation was there from the beginning."""
    for n in range(BURST):
        text = f"burst {number} message {n}"
        desk.rig.write(text, who="ben")
        told.wrote.append(text)
    conversation = desk.one("SELECT conversation_id FROM message WHERE class = 'customer' ORDER BY id LIMIT 1")
    for n in range(ANSWERS):
        text = f"answer {number} part {n}"
        told.answers[desk.reply(text, conversation=conversation)] = text


def _home(channel: str, draw: random.Random, spans: tuple[float, float], kills: int) -> Counter[str]:
    """A home with this many kills, and what was found in the end."""
    found = Counter[str]()
    with tempfile.TemporaryDirectory() as folder, _running(channel) as rig:
        desk, told = _begun(Path(folder), rig)
        for number in range(kills):
            _work(desk, told, number)
            sending = bool(number % 2)
            killed, _ = _killed(desk, spans[sending] * draw.random(), sending=sending)
            found["points" if killed else "ended_before"] += 1
            if killed:
                found[_moment(desk, told)] += 1
        for _ in range(PASSES):
            desk.once()
            desk.ahead += LONG
        found.update(compared(desk, told))
        found["violations"] += len(rig.violations())
    return found


def _moment(desk: Desk, told: Told) -> str:
    """Where the kill fell, as the two sides show it."""
    here = set(desk.texts()) >= set(told.wrote)
    states = Counter(desk.state(item) for item in told.answers)
    if states["sending"]:
        return "killed_amid_a_send"
    if here and states["sent"] == len(told.answers):
        return "killed_after_all"
    return "killed_between_sends" if here else "killed_before_or_in_the_pull"


def compared(desk: Desk, told: Told) -> Counter[str]:
    """Both sides against what happened; every kind of fault is told on stderr."""
    found, have = Counter[str](), Counter(desk.texts())
    ours, arrived = Counter(desk.texts("human")), Counter(one.text for one in desk.rig.sent())
    found["customer_messages"], found["answers"] = len(told.wrote), len(told.answers)
    for text in told.wrote:
        _note(found, "lost", text, there=have[text] == 0)
        _note(found, "doubled", text, there=have[text] > 1)
    for item, text in told.answers.items():
        state = desk.state(item)
        _note(found, "sent_twice", text, there=arrived[text] > 1)
        _note(found, "sent_lost", text, there=state == "sent" and not arrived[text])
        _note(found, "stuck", f"{text}: {state}", there=state not in ("sent", "asking"))
        _note(found, "doubled", text, there=ours[text] > 1)
        _note(found, "lost", text, there=not ours[text])
        found["asked_about_arrived"] += state == "asking" and bool(arrived[text])
        found["asked_about_not_arrived"] += state == "asking" and not arrived[text]
    return found


def _note(found: Counter[str], fault: str, words: str, *, there: bool) -> None:
    found[fault] += there
    if there:
        print(f"{fault}: {words}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
