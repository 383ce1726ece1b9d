"""The watch on a real cache: told once, never of what is older, of lost accounts after a while."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from omnitui.config.schema import NotifySettings
from omnitui.core.mail import Address
from omnitui.core.models import AccountId
from omnitui.core.times import SECOND, Instant
from omnitui.notify.watch import Watch
from omnitui.store import accounts, views
from omnitui.store.access import Reader
from omnitui.store.refresh import refresh
from tests.store import desk

ANNA = Address("Anna", "anna@example.org")
SETTINGS = NotifySettings()


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = desk.make(tmp_path / "cache.db")
    yield connection
    connection.close()


def arrive(cache: sqlite3.Connection, conversation: int, at: int, n: int) -> None:
    """A mail of Anna, written and fetched at a time."""
    id = desk.mail(cache, conversation, ANNA, n)
    cache.execute("UPDATE message SET at = ?, fetched_at = ? WHERE id = ?", (at, max(at, desk.NOW), id))
    refresh(cache, [conversation])


async def titles(watch: Watch, *ids: int) -> list[tuple[int, str]]:
    return [(one.conversation_id, one.title) for one in await watch.changed(ids)]


async def test_each_message_of_ones_own_and_the_first_of_others(cache: sqlite3.Connection, tmp_path: Path) -> None:
    cache.execute("UPDATE message SET class = 'human' WHERE conversation_id IN (1, 2)")
    cache.execute("UPDATE conversation SET assignee = 'Ana' WHERE id = 2")
    refresh(cache, [1, 2])
    reader = Reader(tmp_path / "cache.db")
    watch = Watch(reader, SETTINGS, "Ana", desk.NOW)
    assert await titles(watch, 1, 2, 3) == []
    for conversation in (1, 2):
        arrive(cache, conversation, desk.NOW + 1, 50)
    assert await titles(watch, 0, 1, 2, 3) == [(1, "New from Anna"), (2, "New from Anna")]
    assert await titles(watch, 1, 2) == []
    for conversation in (1, 2):
        arrive(cache, conversation, desk.NOW + 2, 51)
    assert await titles(watch, 1, 2) == [(2, "New from Anna")]
    # Conversation 3 was waiting before: its next mail is not the first.
    arrive(cache, 3, desk.NOW + 3, 50)
    assert await titles(watch, 3) == []
    await reader.close()


async def test_never_what_is_older_and_never_what_no_server_holds(cache: sqlite3.Connection, tmp_path: Path) -> None:
    cache.execute("UPDATE message SET class = 'human'")
    reader = Reader(tmp_path / "cache.db")
    watch = Watch(reader, replace(SETTINGS, others="each"), "Ana", desk.NOW)
    arrive(cache, 1, desk.NOW - 1, 50)
    assert await titles(watch, 1) == []
    accounts.set_state(cache, AccountId(1), accounts.LOCAL, "", desk.NOW)
    arrive(cache, 1, desk.NOW + 1, 51)
    assert await titles(watch, 1) == []
    await reader.close()


async def test_only_in_the_views_named(cache: sqlite3.Connection, tmp_path: Path) -> None:
    cache.execute("UPDATE message SET class = 'human'")
    cache.execute("UPDATE conversation SET assignee = 'Ana' WHERE id = 2")
    refresh(cache, [1, 2])
    reader = Reader(tmp_path / "cache.db")
    watch = Watch(reader, SETTINGS, "Ana", desk.NOW, (views.default_where("Mine", "Ana"),))
    for conversation in (1, 2):
        arrive(cache, conversation, desk.NOW + 1, 50)
    assert await titles(watch, 1, 2) == [(2, "New from Anna")]
    await reader.close()


async def test_a_lost_account_is_told_once_until_it_is_back(cache: sqlite3.Connection, tmp_path: Path) -> None:
    reader = Reader(tmp_path / "cache.db")
    watch = Watch(reader, SETTINGS, "Ana", desk.NOW)
    told = []
    steps = [
        ("refused", 0, []),
        ("online", 1, []),
        ("offline", 2, []),
        ("offline", 20, []),
        ("online", 21, []),
        ("offline", 30, []),
        ("connecting", 40, []),
        ("offline", 61, ["support cannot be reached"]),
        ("offline", 200, []),
        ("online", 201, []),
        ("refused", 202, ["support refused the login"]),
        ("refused", 300, []),
    ]
    for state, second, wanted in steps:
        accounts.set_state(cache, AccountId(1), state, "", desk.NOW)
        told = [one.title for one in await watch.connections(Instant(desk.NOW + second * SECOND))]
        assert told == wanted, (state, second)
    await reader.close()
