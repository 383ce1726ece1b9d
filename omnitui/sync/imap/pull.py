"""The pipeline from server to cache: the caller's thread reads, `sync/mail` parses and packs, one thread writes."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace

from omnitui.core.errors import Offline, ProtocolError
from omnitui.core.times import Instant
from omnitui.store.folders import Cursor, Folder
from omnitui.store.ingest import FAULTS, FetchedMail, Stored, store_batch
from omnitui.sync.imap.connection import Connection, LoginEnded
from omnitui.sync.imap.fetch import Bulk, RawMail
from omnitui.sync.imap.prepare import fetched_mail
from omnitui.sync.imap.suspects import Suspects
from omnitui.sync.mail.batches import Batches
from omnitui.sync.mail.made import Made
from omnitui.sync.writer import Writer

WORTH_A_PROCESS = 500
"""Mails in a pull from which it pays to start a process that prepares them."""
AHEAD = 6
"""Batches between reader and writer."""
TRANSACTION_MS = 150.0
"""CPU time a transaction should take: others wait for its end, and the full-text index is merged after each."""
SLOW = 0.5
"""Seconds after which mails that have come are stored though few."""
FIRST, LEAST, MOST = 20, 150, 800
"""Mails in a transaction: few in the first, so that there is something to see; then by how long the last one took."""


@dataclass
class Pulled:
    """What came of a pull."""

    stored: int = 0
    new: int = 0
    large: list[RawMail] = field(default_factory=list)
    missing: list[int] = field(default_factory=list)
    refusal: str = ""


class Pipeline:
    """Parser threads kept from pull to pull, and what every pull needs."""

    def __init__(
        self, writer: Writer, clock: Callable[[], Instant], limit: int, suspects: Suspects, *, niceness: int = 0
    ) -> None:
        self.suspects = suspects
        self._writer = writer
        self._clock = clock
        self._limit = limit
        self._parsers = Batches(niceness=niceness)
        self._stages = ThreadPoolExecutor(1, thread_name_prefix="write")

    def pull(self, connection: Connection, folder: Folder, wanted: Sequence[int]) -> Pulled:
        """Fetch and store mails of the selected folder, in the order of `wanted`. Raises what either side raises.

        What was stored stays stored; whatever is left is known by the ledger.
        """
        pulled = Pulled()
        bulk = Bulk(connection, wanted, self._limit)
        stage = _Stage(self._writer, self._clock, folder, pulled)
        writing = self._stages.submit(stage.run)
        try:
            for batch in bulk:
                pulled.large += [mail for mail in batch if mail.raw is None]
                whole = [mail for mail in batch if mail.raw is not None]
                made = self._parsers.submit([mail.raw or b"" for mail in whole], many=len(wanted) >= WORTH_A_PROCESS)
                stage.give(_Batch([replace(mail, raw=b"") for mail in whole], made), writing)
        except LoginEnded:
            # No mail's fault.
            raise
        except (Offline, ProtocolError):
            self.suspects.blame(folder, bulk.awaited)
            raise
        finally:
            stage.give(None, writing)
            wait([writing])
        writing.result()
        pulled.missing, pulled.refusal = bulk.missing, bulk.refusal
        self.suspects.clear(folder, wanted)
        return pulled

    def store(self, folder: Folder, mails: Sequence[FetchedMail], cursor: Cursor | None = None) -> int:
        """Store mails made elsewhere; gives how many are new."""
        with self._writer.transaction() as cache:
            return len(store_batch(cache, folder, mails, self._clock(), cursor=cursor).new_ids)

    def close(self) -> None:
        """End the parser threads."""
        self._parsers.close()
        self._stages.shutdown(wait=False)


@dataclass(frozen=True)
class _Batch:
    """Mails on their way through the parsers."""

    heads: Sequence[RawMail]
    made: Future[list[Made]]

    def mails(self, now: Instant) -> list[FetchedMail]:
        """Waits until they are parsed."""
        return [fetched_mail(head, made, now) for head, made in zip(self.heads, self.made.result(), strict=True)]


class _Stage:
    """The writing end: takes prepared batches in order, stores them in transactions of bounded time."""

    def __init__(self, writer: Writer, clock: Callable[[], Instant], folder: Folder, pulled: Pulled) -> None:
        self._writer, self._clock, self._folder, self._pulled = writer, clock, folder, pulled
        self._queue: queue.Queue[_Batch | None] = queue.Queue(AHEAD)
        self._size = FIRST

    def give(self, batch: _Batch | None, writing: Future[None]) -> None:
        """Hand on a batch (None: the last was given); waits while the writer is behind, not when it has failed."""
        while not writing.done():
            try:
                self._queue.put(batch, timeout=0.5)
            except queue.Full:
                continue
            return

    def run(self) -> None:
        """Until the last batch; in the writing thread."""
        waiting: list[FetchedMail] = []
        while True:
            try:
                batch = self._queue.get(timeout=SLOW if waiting else None)
            except queue.Empty:
                self._store(waiting)
                waiting = []
                continue
            if batch is None:
                break
            waiting += batch.mails(self._clock())
            while len(waiting) >= self._size:
                now, waiting = waiting[: self._size], waiting[self._size :]
                self._store(now)
        if waiting:
            self._store(waiting)

    def _store(self, mails: list[FetchedMail]) -> None:
        started = time.thread_time()
        try:
            stored = self._write(mails, whole=True)
        except FAULTS:
            stored = self._write(mails, whole=False)
        took = max(1.0, (time.thread_time() - started) * 1000)
        self._pulled.stored += len(mails)
        self._pulled.new += len(stored.new_ids)
        self._writer.give_way()
        fair = int(len(mails) * TRANSACTION_MS / took)
        self._size = max(LEAST, min(MOST, fair))

    def _write(self, mails: list[FetchedMail], *, whole: bool) -> Stored:
        with self._writer.transaction() as cache:
            return store_batch(cache, self._folder, mails, self._clock(), whole=whole)
