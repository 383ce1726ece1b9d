"""Kill -9 in the middle of sync, triage and sending; start again; nothing is lost, sent twice, or other than without.

    python -m campaigns.kill [--count 500] [--no-steps] [--every N] [--seed N]

A day's work (`_workday.py`) runs in a process of its own against a real Dovecot and an SMTP server. It is killed at
`count` random moments, and before and after each durable step. Then the same work is gone on with, until nothing is
open, and everything is compared with an uninterrupted day: the cache, the mailbox on the server, what customers got.
Prints one JSON document; exits with 1 when a promise was broken.
"""

from __future__ import annotations

import argparse
import asyncio
import imaplib
import json
import logging
import os
import random
import shutil
import signal
import sqlite3
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from campaigns._workday import MAILS, STEPS, Day, config, kill_at, mail
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.servers.smtp_sink import SmtpSink, Taken, header, smtp_sink


class Stage:
    """The servers, in a process of their own; this one stays without threads, so that it can fork."""

    def __init__(self, folder: Path) -> None:
        self.taken = folder / "taken"
        self.taken.mkdir()
        self.dovecot = Dovecot()
        reader, writer = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            os.close(reader)
            leave_after(lambda: asyncio.run(self._serve(writer)))
        os.close(writer)
        with os.fdopen(reader) as pipe:
            self.smtp_port = int(pipe.readline())

    async def _serve(self, ready: int) -> None:
        logging.getLogger("mail.log").setLevel(logging.ERROR)
        stopping = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
        with self.dovecot:
            async with smtp_sink(SmtpSink(on_taken=[self._keep])) as sink:
                os.write(ready, f"{sink.port}\n".encode())
                await stopping.wait()

    def _keep(self, mail: Taken) -> None:
        """One line a delivery, in a file named by the item, before the server says yes."""
        with (self.taken / header(mail.content, "X-Omni-Id")).open("a") as file:
            file.write(f"{mail.sender} {mail.recipients[0]} {mail.content.count(b'Answer of agent')}\n")

    def stop(self) -> None:
        """End the servers and what they made."""
        os.kill(self._pid, signal.SIGTERM)
        os.waitpid(self._pid, 0)


def leave_after(work: Callable[[], object]) -> NoReturn:
    """In a forked child: do it and go, without what the parent would do at its end. Exit code 3 when it raised."""
    code = 3
    try:
        work()
        code = 0
    except BaseException:  # noqa: BLE001 - told and turned into an exit code
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


class Run:
    """One interrupted day."""

    def __init__(self, stage: Stage, folder: Path, number: int) -> None:
        self.stage = stage
        self.user = f"desk{number}"
        self.address = f"{self.user}@shop.test"
        self.home = folder / self.user
        (self.home / "config").mkdir(parents=True)
        dovecot = stage.dovecot
        (self.home / "config/config.toml").write_text(config(self.address, self.user, dovecot.port, stage.smtp_port))
        dovecot.fill(self.user, [mail(n, self.address) for n in range(1, MAILS + 1)])
        self.day = Day(self.home, stage.taken)

    def killed_at_step(self, count: int, when: str) -> bool:
        """Work until that durable step. False when the day was over before."""

        def work() -> None:
            kill_at(count, when)
            self.day.through()

        return self._wait(self._fork(work)) == -signal.SIGKILL

    def killed_after(self, seconds: float) -> bool:
        """Work for so long. False when the day was over before."""
        pid = self._fork(self.day.through)
        time.sleep(seconds)
        os.kill(pid, signal.SIGKILL)
        return self._wait(pid) == -signal.SIGKILL

    def lost(self) -> list[str]:
        """Deeds that were confirmed and are not in the cache."""
        done = self.day.done()
        return [name for name in self.day.acknowledged() if name not in done and f"{name}-" not in done]

    def finish(self) -> int:
        """Go on to the end; the exit code of the process that did."""

        def work() -> None:
            if not self.day.to_the_end():
                raise RuntimeError(f"it does not come to an end: {self.day.open_items()}")

        return self._wait(self._fork(work))

    def _fork(self, work: Callable[[], object]) -> int:
        pid = os.fork()
        if pid == 0:
            leave_after(work)
        return pid

    @staticmethod
    def _wait(pid: int) -> int:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

    def sent(self) -> Counter[str]:
        """How often each customer got an answer from us."""
        lines = [line for file in self.stage.taken.iterdir() for line in file.read_text().splitlines()]
        return Counter(line.split()[1] for line in lines if line.split()[0] == self.address)

    def everything(self) -> dict[str, Any]:
        """The cache and the mailbox, without what is made anew each time (ids, moments, our Message-IDs)."""
        return {**self._cache(), "server": self._server(), "sent": sorted(self.sent().items())}

    def _cache(self) -> dict[str, Any]:
        cache = sqlite3.connect(self.home / "data/cache.db")
        questions = {
            "conversations": "SELECT key, state, assignee, priority, starred, tags, message_count, unread_count,"
            " note_count, draft_count, failed_count, queued_count, waiting_since IS NULL,"
            " (SELECT key FROM conversation m WHERE m.id = c.merged_into), snoozed_until FROM conversation c",
            "messages": "SELECT c.key, iif(m.class IN ('human', 'note'), m.preview, m.mid), m.class, m.author, m.seen,"
            " m.flagged, m.answered, m.delivery, (SELECT count(*) FROM ledger l WHERE l.message_id = m.id AND"
            " l.gone_at IS NULL) FROM message m JOIN conversation c ON c.id = m.conversation_id",
            "ledger": "SELECT f.name, count(*) FROM ledger l JOIN folder f ON f.id = l.folder_id"
            " WHERE l.gone_at IS NULL GROUP BY f.name",
            "outbox": "SELECT kind, state, count(*) FROM outbox WHERE kind IN ('send', 'copy') GROUP BY kind, state",
            "log": "SELECT s.actor, s.state, count(*) FROM step s WHERE actor <> 'sync' GROUP BY s.actor, s.state",
            "sound": "PRAGMA integrity_check",
        }
        try:
            return {name: sorted(cache.execute(sql).fetchall(), key=repr) for name, sql in questions.items()}
        finally:
            cache.close()

    def _server(self) -> list[tuple[str, str, str]]:
        """Every mail on the server: folder, what it is, flags."""
        found = []
        with imaplib.IMAP4("127.0.0.1", self.stage.dovecot.port, timeout=20) as other:
            other.login(self.user, PASSWORD)
            for folder in ("INBOX", "Archive", "Sent"):
                other.select(folder, readonly=True)
                _, parts = other.fetch("1:*", "(FLAGS BODY.PEEK[HEADER.FIELDS (SUBJECT)])")
                for part in parts:
                    if isinstance(part, tuple):
                        flags = [f for f in ("Seen", "Flagged", "Answered") if f"\\{f}".encode() in part[0]]
                        found.append((folder, part[1].decode().strip(), " ".join(flags)))
        return sorted(found)

    def clear(self) -> None:
        """Leave nothing behind."""
        shutil.rmtree(self.home, ignore_errors=True)
        shutil.rmtree(self.stage.dovecot.top / "mail" / self.user, ignore_errors=True)


class Campaign:
    """All runs against one uninterrupted day."""

    def __init__(self, stage: Stage, folder: Path) -> None:
        self._stage, self._folder = stage, folder
        self._number = 0
        self.broken: list[dict[str, Any]] = []
        self.tally: Counter[str] = Counter()
        started = time.monotonic()
        whole = self._new()
        steps = folder / "steps"

        def work() -> None:
            kill_at(0, "")
            whole.day.through()
            steps.write_text(str(STEPS[0]))

        code = Run._wait(whole._fork(work))
        self.seconds = time.monotonic() - started
        if code or whole.finish():
            raise RuntimeError("the uninterrupted day does not work")
        self.steps = int(steps.read_text())
        self.expected = whole.everything()
        if len(whole.sent()) != 3 or set(whole.sent().values()) != {1}:
            raise RuntimeError(f"the uninterrupted day sends {whole.sent()}")

    def _new(self) -> Run:
        self._number += 1
        return Run(self._stage, self._folder, self._number)

    def at_step(self, count: int, when: str) -> None:
        """Kill before or after a durable step."""
        run = self._new()
        self._judge(run, f"{when} step {count}", run.killed_at_step(count, when))

    def at_random(self, chance: random.Random) -> bool:
        """Kill at a random moment of the day. False when that day was over sooner: it counts for nothing."""
        run = self._new()
        seconds = chance.uniform(0, self.seconds)
        killed = run.killed_after(seconds)
        self._judge(run, f"after {seconds:.3f} s", killed)
        if not killed:
            self.seconds *= 0.98  # the machine has become quicker
        return killed

    def _judge(self, run: Run, where: str, killed: bool) -> None:
        lost = run.lost()
        code = run.finish()
        found = run.everything() if code == 0 else {}
        twice = {who: n for who, n in run.sent().items() if n > 1}
        missing = [who for who in dict(self.expected["sent"]) if who not in run.sent()]
        differs = {k: [v for v in found.get(k, []) if v not in self.expected[k]] for k in self.expected}
        differs = {k: v for k, v in differs.items() if found.get(k) != self.expected[k]}
        self.tally["killed" if killed else "over before"] += 1
        for what, bad in (("lost", lost or missing), ("sent twice", twice), ("no end", code), ("differs", differs)):
            if bad:
                self.tally[what] += 1
                self.broken.append({"where": where, "what": what, "details": bad})
                print(where, what, bad, file=sys.stderr)
        if not (lost or missing or twice or code or differs):
            run.clear()


def campaign(count: int, every: int, seed: int) -> dict[str, Any]:
    """`count` random moments, and each `every`-th durable step (0: none)."""
    os.environ["OMNITUI_PASSWORD_DESK"] = PASSWORD
    started, chance = time.monotonic(), random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="omni-kill-") as folder:
        stage = Stage(Path(folder))
        try:
            runs = Campaign(stage, Path(folder))
            for step in range(1, runs.steps + 1, every) if every else ():
                runs.at_step(step, "before")
                runs.at_step(step, "after")
            killed = 0
            while killed < count:
                killed += runs.at_random(chance)
        finally:
            stage.stop()
    return {
        "campaign": "kill", "schema": 1, "durable_steps": runs.steps, "step_kills": 2 * len(range(0, runs.steps, every))
        if every else 0, "random_kills": count, "seed": seed, **{k: runs.tally[k] for k in
        ("killed", "over before", "lost", "sent twice", "no end", "differs")}, "broken": runs.broken,
        "seconds": round(time.monotonic() - started, 1),
    }  # fmt: skip


def main() -> int:
    """Run it and print the report."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--count", type=int, default=500, help="random moments (500)")
    arguments.add_argument("--every", type=int, default=1, help="kill at every Nth durable step (1); 0: at none")
    arguments.add_argument("--seed", type=int, default=1)
    given = arguments.parse_args()
    if reason := Dovecot.missing():
        print(reason, file=sys.stderr)
        return 2
    report = campaign(given.count, given.every, given.seed)
    json.dump(report, sys.stdout, indent=1)
    print()
    return 1 if report["broken"] else 0


if __name__ == "__main__":
    sys.exit(main())
