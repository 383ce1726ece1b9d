"""The pipeline from server to cache: the caller's thread reads, two threads parse and pack, one writes."""

from __future__ import annotations

import hashlib
import queue
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace

from omnitui.core.errors import Offline, ProtocolError
from omnitui.core.packing import pack
from omnitui.core.times import Instant
from omnitui.store.folders import Cursor, Folder
from omnitui.store.ingest import FetchedMail, store_batch
from omnitui.store.rows import pack_blocks
from omnitui.sync.imap.connection import Connection
from omnitui.sync.imap.fetch import Bulk, RawMail
from omnitui.sync.imap.suspects import Suspects
from omnitui.sync.mail.parse import parse_mail
from omnitui.sync.writer import Writer

PARSERS = 2
AHEAD = 6
"""Batches between reader and writer."""
TRANSACTION_MS = 80.0
LEAST, MOST = 20, 600
"""Mails in a transaction; the number follows how long the last one took."""


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

    def __init__(self, writer: Writer, clock: Callable[[], Instant], limit: int, suspects: Suspects) -> None:
        self.suspects = suspects
        self._writer = writer
        self._clock = clock
        self._limit = limit
        self._parsers = ThreadPoolExecutor(PARSERS, thread_name_prefix="parse")
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
                stage.give(self._parsers.submit(self._prepare, whole), writing)
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

    def _prepare(self, batch: Iterable[RawMail]) -> list[FetchedMail]:
        return [prepare(mail, mail.raw or b"", self._clock()) for mail in batch]

    def close(self) -> None:
        """End the parser threads."""
        self._parsers.shutdown(wait=False, cancel_futures=True)
        self._stages.shutdown(wait=False)


def prepare(mail: RawMail, raw: bytes, now: Instant, *, complete: bool = True) -> FetchedMail:
    """Everything about one mail that can be made without the cache."""
    parsed = parse_mail(raw)
    return FetchedMail(
        uid=mail.uid,
        flags=frozenset(mail.flags.split()),
        at=now if mail.at is None else mail.at,
        raw_size=mail.size,
        digest=hashlib.sha256(raw).hexdigest(),
        packed=pack(raw),
        complete=complete,
        parsed=parsed,
        quarantine=parsed.error or "",
        packed_blocks=pack_blocks(parsed),
    )


def unfetchable(uid: int, folder: Folder, reason: str, now: Instant) -> FetchedMail:
    """The row of a mail that the server lists and does not hand out, so that it is not asked for for ever."""
    name = f"{folder.account_id} {folder.name} {folder.uidvalidity} {uid}"
    words = f"The server does not hand out this mail: {reason or 'no reason given'}"
    empty = prepare(RawMail(uid, "", now, 0, b""), b"", now)
    return replace(
        empty,
        digest=hashlib.sha256(name.encode()).hexdigest(),
        quarantine=words,
        parsed=replace(empty.parsed, error=words, subject="(mail that could not be fetched)"),
    )


class _Stage:
    """The writing end: takes prepared batches in order, stores them in transactions of bounded time."""

    def __init__(self, writer: Writer, clock: Callable[[], Instant], folder: Folder, pulled: Pulled) -> None:
        self._writer, self._clock, self._folder, self._pulled = writer, clock, folder, pulled
        self._queue: queue.Queue[Future[list[FetchedMail]] | None] = queue.Queue(AHEAD)
        self._size = LEAST

    def give(self, batch: Future[list[FetchedMail]] | None, writing: Future[None]) -> None:
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
        while (batch := self._queue.get()) is not None:
            waiting += batch.result()
            while len(waiting) >= self._size or (waiting and self._queue.empty()):
                now, waiting = waiting[: self._size], waiting[self._size :]
                self._store(now)
        if waiting:
            self._store(waiting)

    def _store(self, mails: list[FetchedMail]) -> None:
        started = time.perf_counter()
        with self._writer.transaction() as cache:
            stored = store_batch(cache, self._folder, mails, self._clock())
        took = max(1.0, (time.perf_counter() - started) * 1000)
        self._pulled.stored += len(mails)
        self._pulled.new += len(stored.new_ids)
        fair = int(len(mails) * TRANSACTION_MS / took)
        self._size = max(LEAST, min(MOST, fair, self._size * 3))
