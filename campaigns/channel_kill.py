"""A worker killed with SIGKILL at random moments, on every channel: what customers wrote is here once, answers go once.

    python -m campaigns.channel_kill [--points 40] [--kills 4] [--seed 1] [--channels telegram slack ...]

Each channel has the other side that the conformance suite has. A home sees several kills: before each a customer
writes a burst, and another one is answered several times. By turns the one that is killed is a worker that brings all
in step once (`omnitui sync --once`) and one that stays (`omnitui sync`), and the moment is a random one of the time
that an unbroken one needs for all of it, or of the time that a send needs, from the moment at which one of the answers
is taken in hand. A run that ended before its kill is no point. At last the worker runs to the end with a clock that
moves on, and both sides are compared.
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
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path

import pytest

from tests.channels.conformance.rigs import rigged, running
from tests.channels.desk import LONG, ROOT, Desk
from tests.channels.rig import Rig

BURST, ANSWERS = 6, 3
"""Before each kill: messages of a customer, and answers to another one."""
PASSES = 8
"""Runs to the end at most; between two of them a quarter of an hour passes."""
LONGEST = 60.0
"""Seconds that a run may need."""
FAULTS = ("lost", "doubled", "sent_twice", "sent_lost", "stuck", "violations")
"""What must not be; `sent_lost` is said to be sent and is not there, `stuck` neither settled nor asked about."""
TRIES = "SELECT coalesce(sum(attempts), 0) FROM outbox WHERE kind = 'send'"
OPEN = "SELECT count(*) FROM outbox WHERE kind = 'send' AND state IN ('held', 'queued', 'sending', 'unknown')"
KINDS = tuple((stays, amid) for amid in (True, False) for stays in (False, True))
"""Whether the worker stays, and whether it is killed while it sends: by turns."""


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
    draw, found, tries = random.Random(f"{seed} {channel}"), Counter[str](), 0
    try:
        spans = _unbroken(channel)
        while found["points"] < points:
            kinds = [KINDS[(tries + n) % len(KINDS)] for n in range(min(kills, points - found["points"]))]
            tries += len(kinds)
            found.update(_home(channel, draw, spans, kinds))
    except pytest.skip.Exception as skipped:
        return {"skipped": str(skipped)}
    told = {f"{name}_ms": round(1000 * span) for name, span in asdict(spans).items()}
    return {**told, **{name: found[name] for name in sorted(found)}}


@dataclass(frozen=True)
class Spans:
    """Seconds that a worker needs which nobody kills: for all of it, and for one send."""

    once: float
    stays: float
    send: float


def _unbroken(channel: str) -> Spans:
    """Measured on a home of its own."""
    with tempfile.TemporaryDirectory() as folder, running(channel) as rig:
        desk, told = _begun(Path(folder), rig)
        taken, sends = [], []
        for number, stays in enumerate((False, True)):
            with _worker(desk, told, number, stays=stays) as run:
                began, first = time.monotonic(), 0.0
                while time.monotonic() < began + LONGEST:
                    first = first or (time.monotonic() if desk.one(TRIES) > run.tries else 0.0)
                    if first and run.given.done() and not desk.one(OPEN):
                        break
                    time.sleep(0.002)
                sends.append((time.monotonic() - first) / ANSWERS)
                while not stays and run.process.poll() is None:
                    time.sleep(0.002)
                taken.append(time.monotonic() - began)
        return Spans(taken[0], taken[1], max(sends))


@dataclass(frozen=True)
class Run:
    """A worker at work. `tries`: sends that had been tried before; `given`: done when all its work was put in."""

    process: subprocess.Popen[bytes]
    tries: int
    given: Future[None]


@contextlib.contextmanager
def _worker(desk: Desk, told: Told, number: int, *, stays: bool) -> Iterator[Run]:
    """A worker that begins with its work. To one that stays it is given while it runs, whatever becomes of it."""
    log, tries = desk.places.log, desk.one(TRIES)
    with ThreadPoolExecutor(1) as other:
        if not stays:
            other.submit(_work, desk, told, number).result()
        size = log.stat().st_size
        process = subprocess.Popen(
            [sys.executable, "-m", "omnitui", "--home", str(desk.path), "sync", *([] if stays else ["--once"])],
            cwd=ROOT, env={**os.environ, **desk.rig.environment()}, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            if stays:
                desk.until(desk.in_step)
            while process.poll() is None and log.stat().st_size <= size:
                time.sleep(0.001)
            given = other.submit(_work, desk, told, number) if stays else other.submit(lambda: None)
            yield Run(process, tries, given)
        finally:
            process.kill()
            process.wait()
        given.result()


def _killed(run: Run, desk: Desk, after: float, answer: int) -> bool:
    """Kill it so many seconds from now, or after it has taken an answer (1, 2 ...) in hand; whether it still ran."""
    process = run.process
    with contextlib.closing(sqlite3.connect(desk.places.cache_db)) as cache:
        ends = time.monotonic() + LONGEST
        while answer and process.poll() is None and time.monotonic() < ends:
            if cache.execute(TRIES).fetchone()[0] >= run.tries + answer:
                break
            time.sleep(0.0005)
    try:
        process.wait(after)
    except subprocess.TimeoutExpired:
        process.kill()
    return process.wait() < 0


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
        desk.wake()


def _home(channel: str, draw: random.Random, spans: Spans, kinds: Sequence[tuple[bool, bool]]) -> Counter[str]:
    """A home with a kill of each of these kinds, and what was found in the end."""
    found = Counter[str]()
    with tempfile.TemporaryDirectory() as folder, running(channel) as rig:
        desk, told = _begun(Path(folder), rig)
        for number, (stays, amid) in enumerate(kinds):
            whole = spans.stays if stays else spans.once
            after = draw.random() * (spans.send if amid else whole)
            with _worker(desk, told, number, stays=stays) as run:
                killed = _killed(run, desk, after, draw.randint(1, ANSWERS) if amid else 0)
            found["points" if killed else "ended_before"] += 1
            if killed:
                found["killed_staying" if stays else "killed_once"] += 1
                found[_moment(desk, told)] += 1
        for _ in range(PASSES):
            desk.once()
            desk.ahead += LONG
            if not desk.one(OPEN):
                break
        desk.once()
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
        detail = desk.one("SELECT detail FROM outbox WHERE id = ?", item)
        _note(found, "sent_lost", f"{text}: {detail}", there=state == "sent" and not arrived[text])
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
