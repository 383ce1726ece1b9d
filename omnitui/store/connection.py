"""Opening the cache: settings, permissions, and transactions."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum
from pathlib import Path
from typing import TypeAlias

import aiosqlite

from omnitui.core.errors import CacheError
from omnitui.core.text.fold import match_words
from omnitui.store.checkpoint import BY_ITSELF
from omnitui.store.migrate import check, known, migrate

Cache: TypeAlias = sqlite3.Connection
"""A connection to the cache, for rooms that hand it on and know no SQL."""
BUSY_SECONDS = 60
"""How long a writer waits for others: a bulk change of a hundred thousand conversations takes half of that."""
LEAST_SQLITE = (3, 37, 0)
"""STRICT tables came with 3.37."""


class Role(StrEnum):
    """Who opens the cache, which decides how hard a commit is."""

    READ = "read"
    OPERATIONS = "operations"
    """Operations, drafts and the outbox: a commit has reached the disk."""
    PULL = "pull"
    """Mail that the server still has: a commit survives a crash of the program."""


def open_cache(path: Path, role: Role, *, threads: bool = False) -> sqlite3.Connection:
    """Open (and for a writer create or migrate) the cache at `path`.

    With `threads` the connection may be handed from one thread to another (never used by two at once).
    Raises CacheError when the file is no cache, is newer than this program, or SQLite is too old; Behind when it is to
    be read only and a writer must first bring it up to date.
    """
    if sqlite3.sqlite_version_info < LEAST_SQLITE:
        raise CacheError(f"SQLite {sqlite3.sqlite_version} is too old; omnitui needs 3.37 or newer")
    if role is not Role.READ:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _make_file(path)
    try:
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=not threads, timeout=10)
        try:
            # Before anything is set: what is not ours stays as it is, its kind of journal too.
            known(connection, path)
            _settle(connection, role)
            if role is Role.READ:
                check(connection, path)
            else:
                migrate(connection, path)
        except BaseException:
            connection.close()
            raise
    except sqlite3.DatabaseError as error:
        # Words are loaded where there is trouble: a start does without them.
        from omnitui.store.trouble import cannot_open

        raise cannot_open(error, path) from error
    return connection


def _make_file(path: Path) -> None:
    """Make the file private before SQLite writes into it. A file that is there is never opened here: closing it would
    drop the locks that SQLite holds on it in this process, and another process would take our WAL away
    (sqlite.org/howtocorrupt.html, 2.2)."""
    if not path.exists():
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600))


def _settle(connection: sqlite3.Connection, role: Role) -> None:
    connection.row_factory = sqlite3.Row
    connection.create_function("words", 1, _words, deterministic=True)
    for pragma in _pragmas(role):
        connection.execute(pragma)


def _words(text: str) -> str:
    """`words(text)` in SQL: for looking up whole words in names and addresses."""
    return f" {match_words(text).strip()} "


def _pragmas(role: Role) -> list[str]:
    shared = [
        f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}",
        "PRAGMA foreign_keys = ON",
        "PRAGMA trusted_schema = OFF",
        "PRAGMA temp_store = MEMORY",
    ]
    if role is Role.READ:
        return [*shared, "PRAGMA query_only = ON", "PRAGMA cache_size = -16384", "PRAGMA mmap_size = 268435456"]
    # What an agent does touches few pages, and stands in the screen's memory all day; storing mail goes everywhere.
    synchronous, pages = ("FULL", 8192) if role is Role.OPERATIONS else ("NORMAL", 65536)
    return [
        *shared,
        # For a new file: mails and their index are long, and half as many pages go through the log and into the file.
        "PRAGMA page_size = 8192",
        "PRAGMA journal_mode = WAL",
        f"PRAGMA synchronous = {synchronous}",
        f"PRAGMA cache_size = -{pages}",
        f"PRAGMA wal_autocheckpoint = {BY_ITSELF}",
    ]


async def open_reader(path: Path) -> aiosqlite.Connection:
    """A read-only connection for the event loop. The cache must exist (a writer has opened it before): none is made."""
    escaped = str(path).replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    connection = await aiosqlite.connect(f"file:{escaped}?mode=rw", uri=True, isolation_level=None)
    connection.row_factory = sqlite3.Row
    await connection.create_function("words", 1, _words, deterministic=True)
    for pragma in _pragmas(Role.READ):
        await connection.execute(pragma)
    return connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """All or nothing: takes the write lock at once, commits at the end, rolls back on any error."""
    _begin(connection)
    try:
        yield connection
    except BaseException:
        # A full disk, among others, has made SQLite roll back by itself.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


@contextmanager
def on_the_disk(connection: sqlite3.Connection) -> Iterator[None]:
    """Commits within have reached the disk, whatever the connection's role. Not to be begun in a transaction."""
    before = connection.execute("PRAGMA synchronous").fetchone()[0]
    connection.execute("PRAGMA synchronous = FULL")
    try:
        yield
    finally:
        connection.execute(f"PRAGMA synchronous = {int(before)}")


def _begin(connection: sqlite3.Connection) -> None:
    """Take the write lock, asking every millisecond or two.

    SQLite itself asks ever more seldom, up to a tenth of a second: beside a writer that pauses shortly between long
    transactions, as a first sync does, an agent's own write would wait for seconds.
    """
    until = time.monotonic() + BUSY_SECONDS
    connection.execute("PRAGMA busy_timeout = 4")
    try:
        while True:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                    raise
            else:
                return
    finally:
        connection.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")


@contextmanager
def joined(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """A part of the transaction that is open, or one of its own."""
    if connection.in_transaction:
        yield connection
    else:
        with transaction(connection):
            yield connection
