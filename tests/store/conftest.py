"""A real cache in a file, with one account and its usual folders."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from omnitui.store.connection import Role, open_cache
from tests.mailbox import Mailbox


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = open_cache(tmp_path / "cache.db", Role.PULL)
    yield connection
    connection.close()


@pytest.fixture
def box(cache: sqlite3.Connection) -> Mailbox:
    return Mailbox(cache)
