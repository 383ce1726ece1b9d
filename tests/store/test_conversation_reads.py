"""Pages, counts and positions agree with a plain sort of everything; no default view scans or sorts the table."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.store_fill import fill
from omnitui.core.models import ConversationRow, Order
from omnitui.store import conversations, views
from omnitui.store import where as conditions
from omnitui.store.connection import Role, open_cache, open_reader
from omnitui.store.where import Where

VIEWS = [view.name for view in views.DEFAULT_VIEWS]
FEW = ("Drafts", "Failed")


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    path = tmp_path_factory.mktemp("cache") / "cache.db"
    fill(path, 3000).close()
    connection = open_cache(path, Role.READ)
    yield connection
    connection.close()


def everything(connection: sqlite3.Connection, where: Where, order: Order) -> list[ConversationRow]:
    """All rows of a view, sorted here."""
    rows = conversations.page(where, order, limit=10_000).all(connection)
    return sorted(rows, key=lambda row: (row.order_key, row.id), reverse=order is Order.NEWEST)


@pytest.mark.parametrize("order", list(Order))
@pytest.mark.parametrize("view", VIEWS)
def test_pages_follow_each_other_in_both_directions(connection: sqlite3.Connection, view: str, order: Order) -> None:
    where = views.default_where(view, "ana")
    rows = everything(connection, where, order)
    assert rows
    forth: list[ConversationRow] = []
    while page := conversations.page(where, order, (forth[-1].order_key, forth[-1].id) if forth else None, 97).all(
        connection
    ):
        forth += page
    back: list[ConversationRow] = []
    while page := conversations.page(
        where, order, (back[-1].order_key, back[-1].id) if back else None, 97, backwards=True
    ).all(connection):
        back += page
    assert forth == rows
    assert back == rows[::-1]
    assert conversations.count(where).first(connection) == len(rows)
    assert conversations.count(where, most=2).first(connection) == min(2, len(rows))
    at = len(rows) // 2
    assert conversations.position(where, order, (rows[at].order_key, rows[at].id)).first(connection) == at


@pytest.mark.parametrize("order", list(Order))
@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("backwards", [False, True])
def test_a_page_of_a_default_view_reads_an_index_in_order(
    connection: sqlite3.Connection, view: str, order: Order, backwards: bool
) -> None:
    where = views.default_where(view, "ana")
    for after in (None, (5, 5)):
        page = conversations.page(where, order, after, backwards=backwards)
        plan = " | ".join(row["detail"] for row in connection.execute(f"EXPLAIN QUERY PLAN {page.sql}", page.params))
        assert "c USING INDEX conversation_" in plan, plan
        if view not in FEW:
            assert "TEMP B-TREE" not in plan, plan
        else:
            assert (
                "USING INDEX conversation_waiting (waiting_order<" in plan or "USING INDEX conversation_drafts" in plan
            )


def test_the_waiting_order_puts_failed_sends_first_then_the_longest_wait_then_the_newest(
    connection: sqlite3.Connection,
) -> None:
    rows = everything(connection, conditions.EVERYTHING, Order.WAITING)
    ranks = [0 if row.failed_count else 1 if row.waiting_since and row.state == "open" else 2 for row in rows]
    assert ranks == sorted(ranks)
    waiting = [row.waiting_since for row, rank in zip(rows, ranks, strict=True) if rank == 1]
    assert waiting == sorted(waiting)
    rest = [row.last_at for row, rank in zip(rows, ranks, strict=True) if rank == 2]
    assert rest == sorted(rest, reverse=True)
    assert len(set(ranks)) == 3


def test_counts_of_views_are_those_of_the_rows(connection: sqlite3.Connection) -> None:
    marks = views.marked().first(connection)
    assert marks is not None
    counted = views.default_counts(views.counts().all(connection), marks, "ana")
    assert counted == {
        name: len(everything(connection, views.default_where(name, "ana"), Order.WAITING)) for name in VIEWS
    }


def test_rows_by_id_and_by_contact(connection: sqlite3.Connection) -> None:
    row = conversations.by_id(7).first(connection)
    assert row is not None
    assert row.account == "support"
    assert row.contact_id is not None
    assert row in conversations.by_ids([7, 8, 99_999]).all(connection)
    of_contact = conversations.of_contact(row.contact_id).all(connection)
    assert [found.id for found in of_contact] == [7]
    shut = conversations.by_ids(range(1, 100), Order.WAITING, conditions.in_state("closed")).all(connection)
    assert {found.state.value for found in shut} == {"closed"}
    assert conversations.by_id(99_999).first(connection) is None


@pytest.mark.parametrize(
    ("reference", "found"), [("12", 12), ("support m12.0@example.org", 12), ("0", None), ("²", None), ("9" * 30, None)]
)
def test_a_conversation_is_found_by_number_or_stable_key(
    connection: sqlite3.Connection, reference: str, found: int | None
) -> None:
    assert conversations.find(reference).first(connection) == found


async def test_the_same_page_through_the_event_loop(connection: sqlite3.Connection) -> None:
    path = Path(connection.execute("PRAGMA database_list").fetchone()["file"])
    reader = await open_reader(path)
    page = conversations.page(views.default_where("Waiting", "ana"), limit=5)
    assert await page.fetch(reader) == page.all(connection)
    await reader.close()
