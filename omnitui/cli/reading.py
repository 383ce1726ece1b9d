"""Reading the cache for a command, and closing it whatever happens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

    from omnitui.cli.desk import Desk
    from omnitui.store.connection import Role


@contextmanager
def opened(desk: Desk, role: Role | None = None) -> Iterator[sqlite3.Connection]:
    """The cache, to read it or in another role."""
    from omnitui.store.connection import Role

    cache = desk.cache(role or Role.READ)
    try:
        yield cache
    finally:
        cache.close()
