"""Batches of mail parsed beside the worker: in threads for a few mails, in processes for a back-fill.

Python runs one thread at a time, so a long pull is parsed in processes of their own, started when they are first
needed and ended soon after. A process that dies (a fault of the compiled parser, no memory, killed) loses nothing:
its batches are still here, and each of their mails is read with care, in the child that may be killed, so that one
hostile mail is found and set aside and the others are as they would have been.
"""

from __future__ import annotations

import marshal
import os
import queue
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

from omnitui.core.errors import Offline
from omnitui.core.mail import ParsedMail
from omnitui.sync.mail.child import READY
from omnitui.sync.mail.made import Made, from_plain, make
from omnitui.sync.mail.parse import parse_mail_with_care
from omnitui.sync.mail.pipes import ParseFailed, ended, received, send, started

IDLE = 10.0
"""Seconds without work after which a process is ended."""
WALL = 60.0
"""Seconds a batch may take. Ordinary ones take a tenth of a second; then each mail has its own, shorter time."""
AHEAD = 2
"""Batches given to a process at once, so that it never waits for us."""
CLOSING = 5.0
"""Seconds that closing waits for a thread."""
DEATHS = 5
"""Processes lost, after which the pool goes on in threads, where every mail is on record while it is parsed."""
POLITE = 10
"""Niceness beside a screen, which comes first."""


@dataclass
class _Job:
    raws: Sequence[bytes]
    many: bool
    future: Future[list[Made]] = field(default_factory=Future)

    def do(self, parse: Callable[[bytes], Made]) -> None:
        """Parse here and now."""
        try:
            self.end([parse(raw) for raw in self.raws])
        finally:
            self.end(None)

    def end(self, found: list[Made] | None) -> None:
        """Hand over the result, or (None) tell whoever waits that there will be none."""
        if self.future.done():
            return
        if found is None:
            self.future.set_exception(Offline("reading mail was broken off"))
        else:
            self.future.set_result(found)


class Batches:
    """Give batches with `submit`; `close` in the end."""

    def __init__(self, count: int | None = None, niceness: int = 0) -> None:
        self._niceness = niceness
        self._jobs: queue.Queue[_Job | None] = queue.Queue()
        self._count = count or max(1, min(3, (os.cpu_count() or 2)))
        self._lanes: list[_Lane] = []

    def submit(self, raws: Sequence[bytes], *, many: bool) -> Future[list[Made]]:
        """Have a batch parsed; `many`: a lot more is coming, so processes are worth their start."""
        job = _Job(raws, many)
        self._jobs.put(job)
        self._lanes = [lane for lane in self._lanes if lane.is_alive()]
        if len(self._lanes) < self._count:
            lane = _Lane(self._jobs, self._niceness)
            self._lanes.append(lane)
            lane.start()
        return job.future

    @property
    def serving(self) -> list[int]:
        """Ids of the processes that take batches now."""
        return [process.pid for lane in self._lanes if (process := lane.process) is not None and lane.ready]

    def close(self) -> None:
        """End threads and processes; nobody waits for what is not yet parsed."""
        for _ in self._lanes:
            self._jobs.put(None)
        for lane in self._lanes:
            lane.join(CLOSING)


class _Lane(threading.Thread):
    """One thread and the process it may have."""

    def __init__(self, jobs: queue.Queue[_Job | None], niceness: int) -> None:
        super().__init__(name="parse", daemon=True)
        self._jobs = jobs
        self._niceness = niceness
        self._flying: deque[_Job] = deque()
        self._job: _Job | None = None
        self.ready = False
        self._deaths = 0
        self.process: subprocess.Popen[bytes] | None = None

    def run(self) -> None:
        """Until the pool is closed."""
        try:
            while True:
                try:
                    job = self._jobs.get(block=not self._flying, timeout=IDLE)
                except queue.Empty:
                    if self._flying:
                        self._land()
                    else:
                        self._end()
                    continue
                if job is None:
                    break
                self._job = job
                self._take(job)
                while len(self._flying) >= AHEAD:
                    self._land()
        finally:
            self._end()
            for left in (*self._flying, self._job):
                if left is not None:
                    left.end(None)

    def _take(self, job: _Job) -> None:
        """Give a batch to the process, or do it here while there is none or it is still starting."""
        if not (job.many and self._process_is_up()):
            job.do(make)
            return
        self._flying.append(job)
        data = marshal.dumps(list(job.raws))
        assert self.process is not None  # noqa: S101 - it is up
        try:
            send(self.process, len(data).to_bytes(8, "big"), data, deadline=time.monotonic() + WALL)
        except ParseFailed:
            self._lost()

    def _land(self) -> None:
        """Take the answer to the oldest batch."""
        job, process = self._flying[0], self.process
        assert process is not None  # noqa: S101 - something flies
        try:
            deadline = time.monotonic() + WALL
            size = int.from_bytes(received(process, 8, deadline), "big")
            answers = marshal.loads(received(process, size, deadline))  # noqa: S302 - our own process
            found = [make(raw) if row is None else from_plain(row) for raw, row in zip(job.raws, answers, strict=True)]
        except (ParseFailed, ValueError, EOFError, TypeError):
            self._lost()
            return
        self._flying.popleft()
        job.end(found)

    def _process_is_up(self) -> bool:
        """Whether there is a process that takes batches by now; begins one where there is none."""
        if self.process is None and self._deaths < DEATHS:
            try:
                self.process = started("omnitui.sync.mail.batch_child", str(self._niceness))
            except OSError:
                self._deaths += 1
        if self.process is None:
            return False
        if not self.ready:
            try:
                self.ready = received(self.process, len(READY), time.monotonic() + 0.001) == READY
            except ParseFailed:
                if self.process.poll() is not None:
                    self._lost()
        return self.ready

    def _lost(self) -> None:
        """The process is gone or of no use: read with care what it had."""
        self._deaths += 1
        self._end()
        jobs = list(self._flying)
        self._flying.clear()
        for job in jobs:
            job.do(lambda raw: make(raw, _with_care))

    def _end(self) -> None:
        process, self.process, self.ready = self.process, None, False
        if process is not None:
            ended(process)


def _with_care(raw: bytes) -> ParsedMail:
    return parse_mail_with_care(raw, "a parser ended while it was among what it read")
