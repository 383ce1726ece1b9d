"""The pages of a search by its newest match: together they are every conversation, once, in one order."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator

import pytest

from bench.store_fill import fill
from omnitui.core.models import ConversationRow
from omnitui.core.query.parser import parse
from omnitui.store import conversations, known, search
from omnitui.store.query_sql import compile_query

QUERIES = (
    "parcel",
    "ref*",
    "parcel refund",
    '"parcel refund"',
    "giao is:open",
    "訂單 -refund",
    "from:person7",
    "rare0",
)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    connection = fill(tmp_path_factory.mktemp("pages") / "cache.db", 400, messages=4)
    # Messages of a conversation come in turn with those of others, so that a conversation matches on several pages.
    chance = random.Random(3)
    rows = connection.execute("SELECT id FROM message ORDER BY id").fetchall()
    for row in rows[::3]:
        connection.execute("UPDATE message SET conversation_id = ? WHERE id = ?", (chance.randint(1, 400), row["id"]))
    yield connection
    connection.close()


def pages(cache: sqlite3.Connection, query: str, limit: int) -> list[ConversationRow]:
    node, edge, rows = parse(query, now=0, zone="UTC"), None, list[ConversationRow]()
    while True:
        found = search.page(node, me="ana", before=edge, limit=limit).all(cache)
        rows += [match.row for match in found if not match.again]
        if len(found) < limit:
            return rows
        edge = found[-1].row.order_key


@pytest.mark.parametrize("query", QUERIES)
def test_pages_down_and_up_agree_with_the_condition(cache: sqlite3.Connection, query: str) -> None:
    node = parse(query, now=0, zone="UTC")
    wanted = set(conversations.ids(compile_query(node, me="ana")).all(cache))
    down = pages(cache, query, 7)
    keys = [row.order_key for row in down]
    assert {row.id for row in down} == wanted
    assert len(down) == len(wanted)
    assert keys == sorted(keys, reverse=True)
    up, edge = list[ConversationRow](), None
    while found := search.page_above(node, me="ana", after=edge, limit=7).all(cache):
        up += found
        edge = found[-1].order_key
    assert up[::-1] == down
    again = search.of_ids(node, [row.id for row in down] + [1, 2, 3], me="ana").all(cache)
    assert sorted(again, key=lambda row: -row.order_key) == down
    counted = search.count(node, me="ana").first(cache)
    assert counted == search.Counted(len(wanted), False)


def test_counting_stops_where_it_is_enough(cache: sqlite3.Connection) -> None:
    counted = search.count(parse("parcel", now=0, zone="UTC"), me="ana", most=20).first(cache)
    assert counted == search.Counted(20, True)


def test_messages_of_one_conversation_that_say_it(cache: sqlite3.Connection) -> None:
    node = parse("parcel", now=0, zone="UTC")
    row = search.page(node, me="ana", limit=1).all(cache)[0].row
    found = search.in_conversation(node, row.id).all(cache)
    assert found
    texts = cache.execute(
        "SELECT m.id, text || m.subject AS text FROM message m JOIN body b ON b.message_id = m.id"
        " WHERE m.conversation_id = ?",
        (row.id,),
    )
    assert set(found) == {text["id"] for text in texts if "parcel" in text["text"].split()}


def test_the_names_that_there_are(cache: sqlite3.Connection) -> None:
    found: dict[str, set[str]] = {}
    for operator, name in known.names().all(cache):
        found.setdefault(operator, set()).add(name)
    assert found["tag"] == {"refund", "parcel", "size", "invoice", "vip"}
    assert found["assignee"] == {"ana", "ben", "mai"}
    assert found["account"] == {"support"}
