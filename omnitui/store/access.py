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
from omnitui.store.select import Select

T = TypeVar("T")
P = ParamSpec("P")
_HINDERED = {
    sqlite3.SQLITE_BUSY: "Another program has held the mailbox for too long.",
    sqlite3.SQLITE_FULL: "The disk is full: make room on it.",
    sqlite3.SQLITE_IOERR: "The disk does not answer as it should: look at it.",
    sqlite3.SQLITE_READONLY: "The mailbox's file may not be written: look at its rights.",
}


class Reader:
    """Reads off the event loop, through one read-only connection."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: aiosqlite.Connection | None = None
        self._opening = asyncio.Lock()

    async def all(self, select: Select[T]) -> list[T]:
        """Every row. Raises Overtaken when `stop` ended it."""
        try:
            return await select.fetch(await self._open())
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
                raise
            raise Overtaken("A newer question has ended this one") from error

    async def first(self, select: Select[T]) -> T | None:
        """The first row, or None."""
        rows = await self.all(select)
        return rows[0] if rows else None

    async def do(
        self, work: Callable[Concatenate[aiosqlite.Connection, P], Awaitable[T]], *args: P.args, **options: P.kwargs
    ) -> T:
        """Several questions that belong together: `work(connection, ...)`."""
        return await work(await self._open(), *args, **options)

    async def version(self) -> int:
        """Another number whenever another connection has committed (19 microseconds)."""
        rows = list(await (await self._open()).execute_fetchall("PRAGMA data_version"))
        return int(rows[0][0])

    async def close(self) -> None:
        """Let go of the file."""
        if self._connection is not None:
            await self._connection.close()
            self._connection = None

    async def stop(self) -> None:
        """End what is being read now: whoever waits for it is told `Overtaken`."""
        if self._connection is not None:
            await self._connection.interrupt()

    async def _open(self) -> aiosqlite.Connection:
        async with self._opening:
            if self._connection is None:
                self._connection = await open_reader(self._path)
            return self._connection


class Writer:
    """Writes on one thread of its own, through one connection whose commits reach the disk."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="writer")
        self._connection: sqlite3.Connection | None = None

    async def do(self, work: Callable[Concatenate[sqlite3.Connection, P], T], *args: P.args, **options: P.kwargs) -> T:
        """Run `work(connection, ...)`; errors come through. Raises CacheError where the disk is full or another holds
        the cache too long."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._run, work, args, options)

    def _run(self, work: Callable[..., T], args: tuple[Any, ...], options: dict[str, Any]) -> T:
        if self._connection is None:
            self._connection = open_cache(self._path, Role.OPERATIONS, threads=True)
        try:
            return work(self._connection, *args, **options)
        except sqlite3.OperationalError as error:
            words = _HINDERED.get(error.sqlite_errorcode & 0xFF)
            if words is None:
                raise
            raise CacheError(f"{words} Nothing of this was kept; try again") from error

    def close(self) -> None:
        """Wait for what is being written, then let go of the file."""
        self._thread.shutdown(wait=True)
        if self._connection is not None:
            self._connection.close()
