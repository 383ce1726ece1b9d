"""A question to the database as a value: asked at once by worker and command line, through aiosqlite by the screen.

So query is written once, whoever asks it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar

import aiosqlite

from omnitui.core.dataclass import dataclass

T = TypeVar("T")


@dataclass(frozen=True)
class Select(Generic[T]):
    """SQL with bound parameters, and what to make of a row."""

    sql: str
    params: Sequence[Any] | Mapping[str, Any]
    build: Callable[[sqlite3.Row], T]

    def all(self, connection: sqlite3.Connection) -> list[T]:
        """Every row."""
        return [self.build(row) for row in connection.execute(self.sql, self.params)]

    def first(self, connection: sqlite3.Connection) -> T | None:
        """The first row, or None."""
        row = connection.execute(self.sql, self.params).fetchone()
        return None if row is None else self.build(row)

    async def fetch(self, connection: aiosqlite.Connection) -> list[T]:
        """Every row, without blocking the event loop."""
        return [self.build(row) for row in await connection.execute_fetchall(self.sql, self.params)]


@dataclass(frozen=True)
class Gauged(Select[T]):
    """One of two ways to ask the same: this one while `gauge` counts no more than `most`, else `otherwise`.

    SQLite plans a question without knowing how common a word is, and the best way for a rare one is the worst for a
    common one.
    """

    gauge: Select[int]
    most: int
    otherwise: Select[T]

    def all(self, connection: sqlite3.Connection) -> list[T]:
        """Every row."""
        many = (self.gauge.first(connection) or 0) > self.most
        return self.otherwise.all(connection) if many else super().all(connection)

    def first(self, connection: sqlite3.Connection) -> T | None:
        """The first row, or None."""
        many = (self.gauge.first(connection) or 0) > self.most
        return self.otherwise.first(connection) if many else super().first(connection)

    async def fetch(self, connection: aiosqlite.Connection) -> list[T]:
        """Every row, without blocking the event loop."""
        counted = await self.gauge.fetch(connection)
        many = bool(counted) and counted[0] > self.most
        return await self.otherwise.fetch(connection) if many else await super().fetch(connection)


@dataclass(frozen=True)
class Deeper(Select[T]):
    """A quick look that is mostly enough, and a deeper one for when `enough` says that it was not."""

    enough: Callable[[list[T]], bool]
    deeper: Select[T]

    def all(self, connection: sqlite3.Connection) -> list[T]:
        """Every row."""
        rows = super().all(connection)
        return rows if self.enough(rows) else self.deeper.all(connection)

    async def fetch(self, connection: aiosqlite.Connection) -> list[T]:
        """Every row, without blocking the event loop."""
        rows = await super().fetch(connection)
        return rows if self.enough(rows) else await self.deeper.fetch(connection)
