"""Threads by keyset, bodies and people as they were stored."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest

from bench.store_fill import fill
from omnitui.core.blocks import Block, BlockKind
from omnitui.core.mail import Address
from omnitui.core.models import ThreadMessage
from omnitui.core.people import people_json, people_of
from omnitui.store import messages


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    connection = fill(tmp_path_factory.mktemp("cache") / "cache.db", 3, messages=25)
    yield connection
    connection.close()


def test_a_thread_comes_in_pages_newest_first(connection: sqlite3.Connection) -> None:
    found: list[ThreadMessage] = []
    while page := messages.thread(2, (found[-1].at, found[-1].id) if found else None, 10).all(connection):
        found += page
    assert len(found) == 25
    assert [message.at for message in found] == sorted((message.at for message in found), reverse=True)
    assert {message.conversation_id for message in found} == {2}
    assert messages.by_ids([found[3].id, found[1].id]).all(connection) == [found[1], found[3]]


def test_a_page_of_a_thread_reads_its_index(connection: sqlite3.Connection) -> None:
    page = messages.thread(2, (1, 1))
    plan = [row["detail"] for row in connection.execute(f"EXPLAIN QUERY PLAN {page.sql}", page.params)]
    assert plan[0] == "SEARCH m USING INDEX message_conversation (conversation_id=? AND at<?)"
    assert plan[1:] == ["CORRELATED SCALAR SUBQUERY 1", "SEARCH r USING PRIMARY KEY (message_id=?)"]


def test_bodies_come_as_blocks(connection: sqlite3.Connection) -> None:
    head = messages.thread(1, limit=1).first(connection)
    assert head is not None
    (body,) = messages.bodies([head.id]).all(connection)
    assert body.blocks == (Block(BlockKind.PARAGRAPH, body.text),)
    assert body.text.startswith(head.preview)
    assert messages.attachments([head.id]).all(connection) == []
    assert messages.original(head.id).first(connection) is None


def test_people_survive_the_way_through_json() -> None:
    people = {"to": (Address("Ngọc", "n@example.org"),), "cc": (Address("", "a@b"), Address("B", "b@b"))}
    text = people_json(to=people["to"], cc=people["cc"], bcc=())
    assert people_of(text) == people
    assert "bcc" not in text
