"""Numbered steps from any older cache to today's: each recorded, each whole, a backup before the first."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from omnitui.core.errors import CacheError

APPLICATION_ID = 0x6F6D6E69
"""`PRAGMA application_id` of a cache: "omni"."""


def migrations() -> list[tuple[int, str]]:
    """Every migration as (number, SQL), in order."""
    return sorted((_number(e), e.read_text(encoding="utf-8")) for e in _files())


def newest() -> int:
    """The schema of this program; no file is read for it, since every start asks."""
    return max(map(_number, _files()))


def _files() -> list[Path]:
    return list((Path(__file__).parent / "migrations").glob("*.sql"))


def _number(file: Path) -> int:
    return int(file.name[:4])


class Behind(CacheError):
    """The cache is of an older program: whoever writes brings it up to date first."""


def check(connection: sqlite3.Connection, path: Path) -> None:
    """See that what is only read has today's schema. Raises CacheError, or Behind."""
    at = known(connection, path)
    if at < newest():
        raise Behind(f"{path.name} is of an older omnitui (schema {at}); the screen or `omnitui sync` updates it")


def known(connection: sqlite3.Connection, path: Path) -> int:
    """The cache's schema. Raises CacheError when it is of a newer program or no cache of ours."""
    at = _version(connection)
    if at > newest():
        raise CacheError(f"{path.name} was written by a newer omnitui (schema {at}); update this one")
    application = int(connection.execute("PRAGMA application_id").fetchone()[0])
    if application not in (0, APPLICATION_ID) or (at == 0 and _has_tables(connection)):
        raise CacheError(
            f"{path.name} is not an omnitui cache, and was left as it is; move {path} away, or choose another --home"
        )
    return at


def migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Bring the cache to today's schema. Raises CacheError when it is of a newer program or no cache of ours."""
    at, last = known(connection, path), newest()
    if at == last:
        return
    if at > 0:
        backup(connection, path.with_name(f"{path.stem}.before-{at + 1:04d}.db"))
    connection.execute("BEGIN EXCLUSIVE")
    try:
        for number, sql in migrations():
            if number > _version(connection):
                for statement in statements(sql):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {number}")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def backup(connection: sqlite3.Connection, target: Path) -> None:
    """A whole, consistent copy while others write; 0600, and in place only when complete."""
    part = target.with_name(target.name + ".part")
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600))
    copy = sqlite3.connect(part)
    try:
        connection.backup(copy)
    finally:
        copy.close()
    part.replace(target)


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _has_tables(connection: sqlite3.Connection) -> bool:
    return bool(connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone())


def statements(sql: str) -> list[str]:
    """Split on statement ends; a trigger's inner semicolons are not ends (sqlite3.complete_statement knows)."""
    statements, pending = [], ""
    for line in sql.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            statements.append(pending)
            pending = ""
    return statements
