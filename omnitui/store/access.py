"""How a screen reads and writes without ever blocking its event loop: one reader, and one writing thread."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import aiosqlite

from omnitui.core.errors import CacheError, Overtaken
from omnitui.store.connection import Role, open_cache, open_reader
from omnitui.store.hindered import GONE, hindered, identity
from omnitui.store.select import Select

T = TypeVar("T")
P = ParamSpec("P")
SLOW_AFTER = 1.5
"""Seconds that something waits before the agent is told so."""


class Reader:
    """Reads off the event loop, through one read-only connection. Every question raises CacheError, in words, where
    the disk or the file hinders it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: aiosqlite.Connection | None = None
        self._opening = asyncio.Lock()
        self._closed = False
        self._file: tuple[int, int] | None = None

    async def all(self, select: Select[T]) -> list[T]:
        """Every row. Raises Overtaken when `stop` or `close` ended it."""
        return await self.do(select.fetch)

    async def first(self, select: Select[T]) -> T | None:
        """The first row, or None."""
        rows = await self.all(select)
        return rows[0] if rows else None

    async def do(
        self, work: Callable[Concatenate[aiosqlite.Connection, P], Awaitable[T]], *args: P.args, **options: P.kwargs
    ) -> T:
        """Several questions that belong together: `work(connection, ...)`."""
        try:
            return await work(await self._open(), *args, **options)
        except ValueError as error:
            if not self._closed:
                raise
            # What was asked as the program ended: the file was let go of before its turn came.
            raise Overtaken("The file was let go of") from error
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT:
                raise Overtaken("A newer question has ended this one") from error
            told = hindered(error, "What is shown may be old.")
            if told is None:
                raise
            raise told from error

    async def version(self) -> int:
        """Another number whenever another connection has committed (19 microseconds)."""
        return await self.do(_version)

    async def in_place(self) -> None:
        """Look whether the file that is read is the one that stands there. Raises CacheError when it is not: what is
        written from now on would be lost."""
        if self._file is not None and await asyncio.to_thread(identity, self._path) != self._file:
            raise CacheError(GONE)

    async def close(self) -> None:
        """Let go of the file."""
        async with self._opening:
            self._closed = True
            connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def stop(self) -> None:
        """End what is being read now: whoever waits for it is told `Overtaken`."""
        if self._connection is not None:
            await self._connection.interrupt()

    async def _open(self) -> aiosqlite.Connection:
        async with self._opening:
            if self._closed:
                raise Overtaken("The file was let go of")
            if self._connection is None:
                self._connection = await open_reader(self._path)
                self._file = await asyncio.to_thread(identity, self._path)
            return self._connection


async def _version(connection: aiosqlite.Connection) -> int:
    rows = list(await connection.execute_fetchall("PRAGMA data_version"))
    return int(rows[0][0])


class Writer:
    """Writes on one thread of its own, through one connection whose commits reach the disk.

    `when_slow(True)` is called when something has waited for long, `when_slow(False)` once it is done.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="writer")
        self._connection: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None
        self.when_slow: Callable[[bool], None] = lambda slow: None

    async def do(self, work: Callable[Concatenate[sqlite3.Connection, P], T], *args: P.args, **options: P.kwargs) -> T:
        """Run `work(connection, ...)`; errors come through. Raises CacheError where the disk is full, another holds
        the cache too long, or its file is damaged or gone."""
        loop = asyncio.get_running_loop()
        slow = loop.call_later(SLOW_AFTER, self.when_slow, True)
        try:
            return await loop.run_in_executor(self._thread, self._run, work, args, options)
        finally:
            slow.cancel()
            if loop.time() >= slow.when():
                self.when_slow(False)

    def _run(self, work: Callable[..., T], args: tuple[Any, ...], options: dict[str, Any]) -> T:
        if self._connection is None:
            self._connection = open_cache(self._path, Role.OPERATIONS, threads=True)
            self._file = identity(self._path)
        elif identity(self._path) != self._file:
            # SQLite would go on with the file that has no name any more, and all of it be lost at the end.
            raise CacheError(f"{GONE} Nothing of this was kept")
        try:
            return work(self._connection, *args, **options)
        except sqlite3.Error as error:
            told = hindered(error, "Nothing of this was kept; try again")
            if told is None:
                raise
            raise told from error

    def close(self) -> None:
        """Wait for what is being written, then let go of the file."""
        self._thread.shutdown(wait=True)
        if self._connection is not None:
            self._connection.close()
