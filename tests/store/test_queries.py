"""What each query finds in a small mailbox of five languages; asked one by one or all at once it finds the same."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from omnitui.config.schema import AccountSettings, ServerSettings
from omnitui.core.errors import QueryError
from omnitui.core.mail import Address
from omnitui.core.models import Order, Priority
from omnitui.core.people import people_json
from omnitui.core.query.parser import parse
from omnitui.core.times import DAY
from omnitui.store import conversations, fulltext, search
from omnitui.store import where as conditions
from omnitui.store.query_sql import compile_query
from omnitui.store.where import Where
from omnitui.triage import follow_ups, labels, notes, state
from omnitui.triage.agent import Agent
from tests.store.desk import NOW, mail, make

SERVER = ServerSettings(host="mail.shop.example")
ANA = Agent("ana", (AccountSettings(name="support", address="support@shop.example", imap=SERVER, smtp=SERVER),))
TEXTS = {
    1: (
        "Where is my parcel?",
        "Anna de Vries",
        "anna@example.org",
        "My parcel 4711 should have come on Friday.",
        "mail",
    ),
    2: ("¿Pueden cambiar la talla?", "Miguel Núñez", "miguel@example.es", "La devolución llegó rota.", "mail"),
    3: ("訂單 8812 的發票", "陳怡君", "chen@example.tw", "請問訂單的發票什麼時候寄出", "mail"),
    4: ("Đổi địa chỉ giao hàng", "Ngọc Trần", "ngoc@example.vn", "Xin đổi địa chỉ giao hàng giúp tôi.", "mail"),
    5: (
        "Undelivered: parcel",
        "Mailer",
        "mailer-daemon@mx.example",
        "The parcel letter could not be delivered.",
        "bounce",
    ),
}


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    connection = make(tmp_path_factory.mktemp("cache") / "cache.db", 5, 1)
    for number, (subject, name, address, text, kind) in TEXTS.items():
        (id_,) = connection.execute("SELECT id FROM message WHERE conversation_id = ?", (number,)).fetchone()
        fulltext.remove(connection, fulltext.searchable(connection, [id_]))
        copied = [Address("Berta", "berta@example.de")] if number == 1 else []
        people = people_json(to=[Address("", "support@shop.example")], cc=copied)
        connection.execute(
            "UPDATE message SET subject = ?, from_name = ?, from_address = ?, kind = ?, people = ? WHERE id = ?",
            (subject, name, address, kind, people, id_),
        )
        connection.execute("UPDATE body SET text = ? WHERE message_id = ?", (text, id_))
        connection.execute(
            "UPDATE conversation SET contact_name = ?, subject = ? WHERE id = ?", (name, subject, number)
        )
        fulltext.add(connection, fulltext.searchable(connection, [id_]))
    connection.execute(
        "UPDATE contact SET name = 'Anna de Vries', organisation = 'De Vries Fietsen'"
        " WHERE id = (SELECT contact_id FROM conversation WHERE id = 1)"
    )
    labels.assign(connection, ANA, [1], "me", NOW)
    labels.assign(connection, ANA, [2], "Ben", NOW)
    labels.tag(connection, ANA, [1, 3], ["refund"], [], NOW)
    labels.tag(connection, ANA, [4], ["refusal"], [], NOW)
    labels.priority(connection, ANA, [3], Priority.URGENT, NOW)
    labels.star(connection, ANA, [4], True, NOW)
    state.close(connection, ANA, [5], NOW)
    follow_ups.follow_up(connection, ANA, [2], NOW + 3 * DAY, NOW)
    notes.note(connection, ANA, [2], "Ask the warehouse about the parcel", NOW)
    connection.execute("UPDATE conversation SET subject = ?, contact_name = ? WHERE id = 1", TEXTS[1][:2])
    yield connection
    connection.close()


def where(query: str) -> Where:
    """A query of Ana's, as a condition."""
    return compile_query(parse(query, now=NOW, zone="UTC"), me="ana")


QUERIES: list[tuple[str, set[int]]] = [
    ("", {1, 2, 3, 4, 5}),
    ("parcel", {1, 2, 5}),
    ("PARCEL friday", {1}),
    ('"parcel 4711"', {1}),
    ('"4711 parcel"', set()),
    ("parc*", {1, 2, 5}),
    ("devolucion", {2}),
    ("DEVOLUCIÓN", {2}),
    ("nunez", {2}),
    ("giao hang", {4}),
    ("doi dia chi", {4}),
    ("Ngoc Tran", {4}),
    ("發票", {3}),
    ("訂單 發票", {3}),
    ("怡君", {3}),
    ("發", {3}),
    ("票發", set()),
    ("parcel -tag:refund", {2, 5}),
    ("parcel -letter", {1, 2}),
    ("parc* -letter", {1, 2}),
    ("-parcel", {3, 4}),
    ("-parc*", {3, 4}),
    ("parcel or 發票", {1, 2, 3, 5}),
    ("(parcel or 發票) is:open", {1, 2, 3}),
    ("from:anna", {1}),
    ("from:example", {1, 2, 3, 4, 5}),
    ("from:berta", set()),
    ("to:berta", {1}),
    ("from:ann", set()),
    ("from:ann*", {1}),
    ("from:怡君", {3}),
    ("from:ngoc@example.vn", {4}),
    ("to:support@shop.example parcel", {1, 5}),
    ('contact:"de vries"', {1}),
    ("organisation:fietsen", {1}),
    ("subject:parcel", {1, 5}),
    ("subject:warehouse", set()),
    ("is:open", {1, 2, 3, 4}),
    ("is:closed", {5}),
    ("is:hidden", set()),
    ("is:hidden or is:closed", {5}),
    ("-is:hidden is:closed", {5}),
    ("is:waiting", {1, 2, 3, 4}),
    ("is:mine", {1}),
    ("assignee:me", {1}),
    ("assignee:ben", {2}),
    ("assignee:b*", {2}),
    ("assignee:none", {3, 4, 5}),
    ("is:unassigned is:open", {3, 4}),
    ("is:assigned", {1, 2}),
    ("tag:refund", {1, 3}),
    ("tag:REFUND", {1, 3}),
    ("tag:ref*", {1, 3, 4}),
    ("tag:ref* -tag:refund", {4}),
    ("is:starred", {4}),
    ("is:unread", set()),
    ("is:read", {1, 2, 3, 4, 5}),
    ("has:note", {2}),
    ("has:attachment", set()),
    ("has:draft", set()),
    ("is:failed", set()),
    ("is:queued", set()),
    ("is:followup", {2}),
    ("-is:followup is:open", {1, 3, 4}),
    ("kind:bounce", {5}),
    ("kind:mail", {1, 2, 3, 4}),
    ("priority:urgent", {3}),
    ("priority:>=high or is:starred", {3, 4}),
    ("priority:<high", {1, 2, 4, 5}),
    ("id:3", {3}),
    ("channel:email", {1, 2, 3, 4, 5}),
    ("channel:sms", set()),
    ("account:Support", {1, 2, 3, 4, 5}),
    ("folder:inbox", {1, 2, 3, 4, 5}),
    ("folder:junk", set()),
    ("newer:2d", {1, 2, 3, 4, 5}),
    ("older:2d", set()),
    ("-(is:open or is:closed)", set()),
    ("tag:*", set()),
]


@pytest.mark.parametrize(("query", "found"), QUERIES, ids=[query for query, _ in QUERIES])
def test_a_query_finds_what_it_says_however_it_is_asked(cache: sqlite3.Connection, query: str, found: set[int]) -> None:
    condition = where(query)
    assert set(conversations.ids(condition).all(cache)) == found, "all at once"
    one_by_one = cache.execute(f"SELECT c.id FROM conversation c WHERE {condition.full()}", condition.params)
    assert {row["id"] for row in one_by_one} == found, "one by one"
    for order in Order:
        assert {row.id for row in conversations.page(condition, order).all(cache)} == found
    assert conversations.count(condition).first(cache) == len(found)
    assert {row.id for row in conversations.by_ids(range(1, 9), Order.WAITING, condition).all(cache)} == found
    hits = search.hits(parse(query, now=NOW, zone="UTC"), me="ana").all(cache)
    assert {hit.conversation_id for hit in hits} == found
    assert len(hits) == len(found)


def test_targets_that_do_not_exist_yet_are_said_so() -> None:
    with pytest.raises(QueryError, match="sla"):
        where("sla:<1h")


def test_hits_show_the_newest_message_that_matches(cache: sqlite3.Connection) -> None:
    hits = search.hits(parse("parcel", now=NOW, zone="UTC"), me="ana").all(cache)
    assert (hits[0].conversation_id, hits[0].preview) == (2, "Ask the warehouse about the parcel")
    older = search.hits(parse("parcel", now=NOW, zone="UTC"), me="ana", before=hits[0].message_id, limit=1).all(cache)
    assert [hit.conversation_id for hit in older] == [hits[1].conversation_id]
    assert hits[0].at >= hits[1].at >= NOW - DAY


@pytest.mark.parametrize(
    ("query", "plan"),
    [
        ("tag:refund is:open", "SEARCH c USING INTEGER PRIMARY KEY"),
        ("parcel is:open assignee:me", "SEARCH c USING INTEGER PRIMARY KEY"),
        ("kind:bounce", "SEARCH c USING INTEGER PRIMARY KEY"),
        ("is:starred", "SCAN c USING INDEX conversation_starred"),
        ("is:hidden", "SCAN c USING INDEX conversation_hidden"),
        ("is:followup", "SEARCH c USING INDEX conversation_follow_up"),
        ("is:unread is:open", "SEARCH c USING INDEX conversation_state_waiting"),
        ("is:queued", "SEARCH c USING INTEGER PRIMARY KEY"),
        ("-tag:refund is:open", "SEARCH c USING INDEX conversation_state_waiting"),
    ],
)
def test_a_query_is_answered_from_an_index(cache: sqlite3.Connection, query: str, plan: str) -> None:
    page = conversations.page(where(query))
    steps = [row["detail"] for row in cache.execute(f"EXPLAIN QUERY PLAN {page.sql}", page.params)]
    assert any(step.startswith(plan) for step in steps), steps


def test_a_long_thread_does_not_hide_the_others(tmp_path: Path) -> None:
    connection = make(tmp_path / "long.db", 6, 1)
    for n in range(2, 80):
        mail(connection, 6, Address("Ben", "ben@example.org"), n)
    found = search.hits(parse("parcel", now=NOW, zone="UTC"), me="ana", limit=5).all(connection)
    assert [hit.conversation_id for hit in found] == [6, 5, 4, 3, 2]
    connection.close()


def test_common_words_are_met_along_the_order_and_rare_ones_found(
    cache: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = conversations.page(where("parcel is:open"))
    found = [row.id for row in page.all(cache)]
    monkeypatch.setattr(conversations, "MANY", 0)
    common = conversations.page(where("parcel is:open"))
    assert [row.id for row in common.all(cache)] == found == [1, 2]
    assert common.first(cache) == page.first(cache)


def test_text_of_the_user_is_never_sql_nor_search_syntax(cache: sqlite3.Connection) -> None:
    for hostile in (
        "' OR 1=1 --",
        '"; DROP TABLE message; --',
        "NEAR(a b)",
        "subject : x",
        "a* OR b*",
        "^parcel",
        "{x}",
    ):
        quoted = '"' + hostile.replace("\\", "\\\\").replace('"', '\\"') + '"'
        assert not set(conversations.ids(where(f"{quoted} from:{quoted} tag:{quoted}")).all(cache))
    assert conversations.count(conditions.EVERYTHING).first(cache) == 5
