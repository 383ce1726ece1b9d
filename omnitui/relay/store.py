"""The relay's file, and the only place that knows its SQL. What `add` has returned is on the disk.

Ids rise for good and are never given twice. What was not fetched and confirmed is never thrown away; when there is no
more room, new webhooks are refused (and that is remembered, so that the worker can show it). What was confirmed gives
way before that: all together, confirmed or not, takes no more than the room for long.
"""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from omnitui.core.errors import CacheError
from omnitui.core.times import DAY, MINUTE, Instant

PAGE_BYTES = 4 * 1024 * 1024
"""Bytes of bodies in one answer; one that is larger comes alone."""
_SCHEMA = """
CREATE TABLE IF NOT EXISTS relay (epoch TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS source (
    name TEXT PRIMARY KEY,
    last_id INTEGER NOT NULL DEFAULT 0,
    last_at INTEGER NOT NULL DEFAULT 0,
    confirmed INTEGER NOT NULL DEFAULT 0,
    gone INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE IF NOT EXISTS event (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    source TEXT NOT NULL,
    at INTEGER NOT NULL,
    headers TEXT NOT NULL,
    body BLOB NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS event_source ON event (source, id);
CREATE TABLE IF NOT EXISTS seen (
    source TEXT NOT NULL,
    digest BLOB NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (source, digest)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS seen_at ON seen (at);
CREATE TABLE IF NOT EXISTS refusal (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    source TEXT NOT NULL,
    reason TEXT NOT NULL,
    since INTEGER NOT NULL,
    until INTEGER NOT NULL,
    count INTEGER NOT NULL
) STRICT;
"""


@dataclass(frozen=True, slots=True)
class Arrival:
    """One genuine webhook. `headers`: those that matter to whoever reads it."""

    source: str
    at: Instant
    body: bytes = field(repr=False)
    digest: bytes = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Kept:
    """A webhook as it is kept."""

    id: int
    at: Instant
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A time in which genuine webhooks were refused, `reason` full or fast."""

    id: int
    since: Instant
    until: Instant
    count: int
    reason: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How a source stands: the newest id and its time, up to which id was confirmed, up to which is gone for good."""

    epoch: str
    last_id: int
    last_at: Instant
    confirmed: int
    gone: int
    waiting: int
    refusals: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True)
class Room:
    """How much may wait, over all sources."""

    events: int
    size: int


class RelayStore:
    """One open file. Belongs to one thread at a time; every method blocks and raises CacheError for the disk."""

    def __init__(self, path: Path, room: Room) -> None:
        self._room = room
        with _told(path.name):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with suppress(FileExistsError):
                os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600))
            self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=30)
            for pragma in (
                "auto_vacuum = INCREMENTAL",
                "journal_mode = WAL",
                "synchronous = FULL",
                "trusted_schema = OFF",
            ):
                self._db.execute(f"PRAGMA {pragma}")
            self._db.executescript(_SCHEMA)
            with self._transaction():
                if self._db.execute("SELECT 1 FROM relay").fetchone() is None:
                    self._db.execute("INSERT INTO relay VALUES (?)", (secrets.token_hex(8),))
            self.epoch: str = self._db.execute("SELECT epoch FROM relay").fetchone()[0]
            self._waiting, self._size = self._count()
            self._whole: int = self._db.execute("SELECT coalesce(sum(length(body)), 0) FROM event").fetchone()[0]

    @property
    def crowded(self) -> bool:
        """What is kept, confirmed or not, takes more than the room: `tidy` makes some."""
        return self._whole > self._room.size

    def add(
        self, arrivals: Sequence[Arrival], refused: Mapping[tuple[str, str], int], now: Instant
    ) -> list[int | None]:
        """Keep them, all in one commit: the id of each, 0 when it had come before, None when there is no room.

        `refused`: by source and reason, how many were turned away since the last time.
        """
        counts, made = (self._waiting, self._size, self._whole), []
        turned_away = dict(refused)
        try:
            with _told("the relay's file"), self._transaction():
                for one in arrivals:
                    number = self._add(one)
                    if number is None:
                        key = (one.source, "full")
                        turned_away[key] = turned_away.get(key, 0) + 1
                    made.append(number)
                for (source, reason), count in turned_away.items():
                    self._refused(source, reason, count, now)
        except CacheError:
            self._waiting, self._size, self._whole = counts
            raise
        return made

    def _add(self, one: Arrival) -> int | None:
        if self._db.execute("SELECT 1 FROM seen WHERE source = ? AND digest = ?", (one.source, one.digest)).fetchone():
            return 0
        if self._waiting >= self._room.events or self._size + len(one.body) > self._room.size:
            return None
        self._db.execute("INSERT INTO seen VALUES (?, ?, ?)", (one.source, one.digest, one.at))
        number = self._db.execute(
            "INSERT INTO event (source, at, headers, body) VALUES (?, ?, ?, ?) RETURNING id",
            (one.source, one.at, json.dumps(dict(one.headers)), one.body),
        ).fetchone()[0]
        self._db.execute(
            "INSERT INTO source (name, last_id, last_at) VALUES (?1, ?2, ?3)"
            " ON CONFLICT (name) DO UPDATE SET last_id = ?2, last_at = ?3",
            (one.source, number, one.at),
        )
        self._waiting += 1
        self._size += len(one.body)
        self._whole += len(one.body)
        return int(number)

    def _refused(self, source: str, reason: str, count: int, now: Instant) -> None:
        """One row for a time of refusals, until ten minutes are quiet."""
        changed = self._db.execute(
            "UPDATE refusal SET until = ?1, count = count + ?2"
            " WHERE id = (SELECT max(id) FROM refusal WHERE source = ?3 AND reason = ?4) AND until >= ?5",
            (now, count, source, reason, now - 10 * MINUTE),
        ).rowcount
        if not changed:
            self._db.execute(
                "INSERT INTO refusal (source, reason, since, until, count) VALUES (?, ?, ?, ?, ?)",
                (source, reason, now, now, count),
            )

    def after(self, source: str, number: int, limit: int) -> tuple[list[Kept], bool]:
        """The next webhooks of a source after this id, oldest first, and whether there are more."""
        found: list[Kept] = []
        size = 0
        with _told("the relay's file"):
            rows = self._db.execute(
                "SELECT id, at, headers, body FROM event WHERE source = ? AND id > ? ORDER BY id LIMIT ?",
                (source, number, limit + 1),
            )
            for id_, at, headers, body in rows:
                size += len(body)
                if len(found) == limit or (found and size > PAGE_BYTES):
                    rows.close()
                    return found, True
                found.append(Kept(id_, Instant(at), json.loads(headers), body))
        return found, False

    def at_of(self, source: str, number: int) -> Instant | None:
        """When the webhook of this id came; None where there is none (any more). By that a worker sees whether the file
        is still the one from which it had that id, and not an older copy that has gone on."""
        with _told("the relay's file"):
            row = self._db.execute("SELECT at FROM event WHERE source = ? AND id = ?", (source, number)).fetchone()
        return None if row is None else Instant(row[0])

    def standing(self, source: str) -> Standing:
        """How the source stands, with the newest 20 times of refusals."""
        with _told("the relay's file"):
            row = self._db.execute(
                "SELECT last_id, last_at, confirmed, gone FROM source WHERE name = ?", (source,)
            ).fetchone() or (0, 0, 0, 0)
            waiting = self._db.execute(
                "SELECT count(*) FROM event WHERE source = ? AND id > ?", (source, row[2])
            ).fetchone()[0]
            refusals = self._db.execute(
                "SELECT id, since, until, count, reason FROM refusal WHERE source = ? ORDER BY id DESC LIMIT 20",
                (source,),
            ).fetchall()
        return Standing(
            self.epoch, row[0], Instant(row[1]), row[2], row[3], waiting,
            tuple(Refusal(one[0], Instant(one[1]), Instant(one[2]), one[3], one[4]) for one in reversed(refusals)),
        )  # fmt: skip

    def confirm(self, source: str, up_to: int) -> None:
        """A worker has these on its disk: they need not be kept for it any more."""
        with _told("the relay's file"), self._transaction():
            count, size = self._db.execute(
                "SELECT count(*), coalesce(sum(length(body)), 0) FROM event JOIN source ON source.name = event.source"
                " WHERE event.source = ? AND event.id > source.confirmed AND event.id <= ?",
                (source, up_to),
            ).fetchone()
            self._db.execute(
                "UPDATE source SET confirmed = max(confirmed, min(?, last_id)) WHERE name = ?", (up_to, source)
            )
        self._waiting -= count
        self._size -= size

    def tidy(self, now: Instant, keep_days: int, replay_days: int, limit: int = 2000) -> bool:
        """Throw away what was confirmed and is older, or has to make room; whether there is more to do. Not more than
        `limit` at a time."""
        with _told("the relay's file"), self._transaction():
            confirmed = self._db.execute(
                "SELECT event.id, event.source, event.at, length(event.body) FROM event JOIN source"
                " ON source.name = event.source WHERE event.id <= source.confirmed ORDER BY event.id LIMIT ?",
                (limit,),
            ).fetchall()
            old, whole = [], self._whole
            for id_, source, at, size in confirmed:
                if at > now - keep_days * DAY and whole <= self._room.size:
                    continue
                old.append((id_, source))
                whole -= size
            self._db.executemany("DELETE FROM event WHERE id = ?", [(id_,) for id_, _ in old])
            self._db.executemany("UPDATE source SET gone = max(gone, ?) WHERE name = ?", old)
            forgotten = self._db.execute(
                "DELETE FROM seen WHERE (source, digest) IN (SELECT source, digest FROM seen WHERE at < ? LIMIT ?)",
                (now - replay_days * DAY, limit),
            ).rowcount
            self._db.execute("DELETE FROM refusal WHERE until < ?", (now - 90 * DAY,))
        self._whole = whole
        with _told("the relay's file"):
            # Pages that are free go back to the disk, a few at a time.
            self._db.execute("PRAGMA incremental_vacuum(1000)").fetchall()
        return len(old) == limit or forgotten == limit or (self.crowded and bool(old))

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def _count(self) -> tuple[int, int]:
        """How many wait to be fetched, and their bytes."""
        found = self._db.execute(
            "SELECT count(*), coalesce(sum(length(body)), 0) FROM event LEFT JOIN source ON source.name = event.source"
            " WHERE event.id > coalesce(source.confirmed, 0)"
        ).fetchone()
        return int(found[0]), int(found[1])

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise


@contextmanager
def _told(what: str) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise CacheError(f"{what} cannot be used: {error}") from error
