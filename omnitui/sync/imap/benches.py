"""Who prepares a batch: a process at the side where there is one that is ready, else the thread that asks."""

from __future__ import annotations

import os
import queue
from collections.abc import Callable, Sequence

from omnitui.core.mail import ParsedMail
from omnitui.core.times import Instant
from omnitui.store.ingest import FetchedMail
from omnitui.sync.imap.fetch import RawMail
from omnitui.sync.imap.prepare import prepare
from omnitui.sync.imap.workbench import BenchBroken, Workbench
from omnitui.sync.mail.parse import parse_mail_with_care

PROCESSES = max(1, min(3, (os.cpu_count() or 2) - 1))
"""One less than there are cores; with more than three, everything waits for the one that stores."""
PATIENCE = 0.02


class Benches:
    """Processes for a large pull. Several threads may call `prepare`."""

    def __init__(self) -> None:
        self._free: queue.SimpleQueue[Workbench] = queue.SimpleQueue()
        self._opened = False

    def open(self) -> None:
        """Start processes, `PROCESSES` of them; each begins to help when it is up."""
        if not self._opened:
            self._opened = True
            for _ in range(PROCESSES):
                self._free.put(Workbench())

    def close(self) -> None:
        """End those that are not at work."""
        while (bench := self._take()) is not None:
            bench.close()
        self._opened = False

    def prepare(self, batch: Sequence[RawMail], now: Instant, hurry: Callable[[], bool]) -> list[FetchedMail]:
        """The batch, prepared at a bench, or here when none is free and there is `hurry`.

        A batch that ended its bench is read with care, mail by mail.
        """
        bench = self._take()
        while bench is None and self._opened and not hurry():
            bench = self._take(PATIENCE)
        if bench is None:
            return [prepare(mail, mail.raw or b"", now) for mail in batch]
        try:
            if bench.ready():
                return bench.prepare(batch, now)
            return [prepare(mail, mail.raw or b"", now) for mail in batch]
        except BenchBroken:
            bench.close()
            bench = Workbench()
            return [prepare(mail, mail.raw or b"", now, parse=_with_care) for mail in batch]
        finally:
            self._free.put(bench)

    def _take(self, seconds: float = 0.0) -> Workbench | None:
        try:
            return self._free.get(block=seconds > 0, timeout=seconds)
        except queue.Empty:
            return None


def _with_care(raw: bytes) -> ParsedMail:
    return parse_mail_with_care(raw, "it was there when its parser ended")
