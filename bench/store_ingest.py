"""How fast parsed mail is stored: CPU and wall time of the writer alone, newest first, as in a first sync.

    python -m bench.store_ingest [--count 20000] [--batch 250] [--profile]

Making and parsing the mails is not counted. Bar: at least 4,000 mails a CPU second, no transaction over 200 ms. So that
a busy machine does not decide, the same text and originals are also put into a bare table and index of the same kind,
batch by batch in the same run: `times_the_floor` is our CPU time over that.
"""

from __future__ import annotations

import argparse
import cProfile
import hashlib
import json
import pstats
import resource
import sqlite3
import sys
import tempfile
import time
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.mailbox import EPOCH, STEP, Mailbox
from omnitui.core.prepared import prepared
from omnitui.core.text.fold import index_text
from omnitui.core.times import Instant
from omnitui.store import accounts, folders, ledger
from omnitui.store.connection import Role, open_cache, transaction
from omnitui.store.folders import Cursor, Folder
from omnitui.store.ingest import FetchedMail, store_batch
from omnitui.sync.mail.parse import parse_mail


@dataclass(frozen=True)
class Result:
    """What one run took."""

    mails: int
    batch: int
    per_cpu_second: float
    per_second: float
    longest_ms: float
    median_ms: float
    times_the_floor: float
    conversations: int
    file_mb: float
    peak_rss_mb: float


def open_mailbox(path: Path) -> tuple[sqlite3.Connection, Folder]:
    """A new cache with one account and its inbox."""
    connection = open_cache(path, Role.PULL)
    account = accounts.upsert(connection, "support", "email", "support@harbourbikes.example")
    accounts.mark_ours(connection, "email", ["noor@harbourbikes.example"])
    folder = folders.upsert(connection, account, "INBOX", "inbox")
    return connection, ledger.new_validity(connection, folder, 1, Instant(0))


def batches(count: int, size: int) -> Iterator[list[FetchedMail]]:
    """The made-up mailbox as the pipeline hands it over, newest first."""
    mailbox = Mailbox()
    for top in range(count, 0, -size):
        yield [fetched(mailbox, number) for number in range(max(0, top - size), top)]


def fetched(mailbox: Mailbox, number: int) -> FetchedMail:
    """One mail as the pipeline hands it over."""
    raw = mailbox.mail(number)
    parsed = parse_mail(raw)
    at = Instant((EPOCH + STEP * number) * 1000)
    flags = frozenset({"\\Seen"} if number % 3 else ())
    digest = hashlib.sha256(raw).hexdigest()
    packed = zlib.compress(raw, 1)
    return FetchedMail(number + 1, flags, at, len(raw), digest, packed, True, parsed, prepared=prepared(parsed, digest))


class _Floor:
    """The least that anybody must do: keep the originals and index the text."""

    def __init__(self, path: Path) -> None:
        self.cpu = 0.0
        self._connection = sqlite3.connect(path, isolation_level=None)
        for sql in (
            "PRAGMA journal_mode = WAL", "PRAGMA synchronous = NORMAL", "PRAGMA cache_size = -65536",
            "CREATE TABLE original (id INTEGER PRIMARY KEY, data BLOB, text TEXT)",
            "CREATE VIRTUAL TABLE words USING fts5(subject, people, body, files, content='',"
            " tokenize='unicode61 remove_diacritics 2', prefix='2 3')",
            "INSERT INTO words(words, rank) VALUES ('automerge', 16)",
            "INSERT INTO words(words, rank) VALUES ('crisismerge', 64)",
        ):  # fmt: skip
            self._connection.execute(sql)

    def store(self, batch: list[FetchedMail]) -> None:
        """The same mails in one transaction."""
        kept = [(mail.uid, mail.packed, mail.parsed.text) for mail in batch]
        words = [
            (mail.uid, mail.parsed.subject, mail.parsed.sender.email if mail.parsed.sender else "",
             index_text(mail.parsed.text), "")
            for mail in batch
        ]  # fmt: skip
        self.cpu -= time.process_time()
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.executemany("INSERT INTO original VALUES (?, ?, ?)", kept)
        self._connection.executemany(
            "INSERT INTO words(rowid, subject, people, body, files) VALUES (?, ?, ?, ?, ?)", words
        )
        self._connection.execute("COMMIT")
        self.cpu += time.process_time()


def measure(count: int, size: int, profile: cProfile.Profile | None = None) -> Result:
    """Store `count` mails in batches of `size` in a new cache."""
    with tempfile.TemporaryDirectory() as home:
        path = Path(home) / "cache.db"
        connection, folder = open_mailbox(path)
        floor = _Floor(Path(home) / "floor.db")
        times, cpu = [], 0.0
        for batch in batches(count, size):
            cpu -= time.process_time()
            start = time.perf_counter()
            if profile is not None:
                profile.enable()
            with transaction(connection):
                store_batch(connection, folder, batch, Instant(1), cursor=Cursor(count + 1, batch[0].uid))
            if profile is not None:
                profile.disable()
            times.append(time.perf_counter() - start)
            cpu += time.process_time()
            floor.store(batch)
        conversations = connection.execute("SELECT count(*) FROM conversation").fetchone()[0]
        connection.close()
        times.sort()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return Result(
            count, size, round(count / cpu), round(count / sum(times)), round(times[-1] * 1000, 1),
            round(times[len(times) // 2] * 1000, 1), round(cpu / floor.cpu, 2), conversations,
            round(path.stat().st_size / 1e6, 1), round(peak / 1024, 1),
        )  # fmt: skip


def main() -> None:
    """Measure and print as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--batch", type=int, default=250)
    parser.add_argument("--profile", action="store_true")
    arguments = parser.parse_args()
    profile = cProfile.Profile() if arguments.profile else None
    print(json.dumps(asdict(measure(arguments.count, arguments.batch, profile))))
    if profile is not None:
        pstats.Stats(profile, stream=sys.stderr).sort_stats("tottime").print_stats(35)


if __name__ == "__main__":
    main()
