"""Whatever is done can be undone to the last byte, and done again; across restarts, and in bulk."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from omnitui.core.errors import NotFound, Refused
from omnitui.core.mail import Address
from omnitui.core.operations import Operation, OpKind, Step
from omnitui.core.outgoing import Outgoing, to_json
from omnitui.core.times import Instant
from omnitui.store import conversations, log, messages, outbox
from omnitui.store.connection import Role, open_cache
from tests.store.desk import NOW, everything, make

KEYS = [f"support c{number}.0@example.org" for number in range(1, 5)]


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = make(tmp_path / "cache.db")
    yield connection
    connection.close()


def reply(key: str, name: str, *, draft: dict[str, Any] | None = None, not_before: int = 0, **more: Any) -> Operation:
    """An answer from support to Anna."""
    mail = Outgoing(
        name, f"{name}@shop.example", NOW, Address("Shop", "support@shop.example"), (Address("", "anna@example.org"),),
        subject="Re: Question", body="An answer", in_reply_to=("c1.0@example.org",),
    )  # fmt: skip
    payload = {
        "outgoing": json.loads(to_json(mail)),
        "draft": draft,
        "not_before": not_before,
        "saw_at": NOW,
        "author": "ana",
        **more,
    }
    return Operation(OpKind.SEND, key, payload)


def commit(connection: sqlite3.Connection, *operations: Operation, actor: str = "ana", at: int = NOW) -> object:
    """One step of these operations."""
    return log.commit_step(connection, Step("a step", actor, operations), Instant(at))


def an(kind: OpKind, target: st.SearchStrategy[str], **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Operation]:
    """Any operation of a kind, with a payload of these fields."""
    return st.builds(Operation, st.just(kind), target, st.fixed_dictionaries(dict(fields)))


def a_note(key: str, n: int) -> Operation:
    return Operation(OpKind.NOTE, key, {"mid": f"note{n}", "text": f"a note {n}", "author": "ana", "at": NOW + n})


def a_split(number: int, n: int) -> Operation:
    payload = {"messages": [f"c{number}.{n}@example.org"], "key": f"support split {number} {n}"}
    return Operation(OpKind.SPLIT, f"support c{number}.0@example.org", payload)


KEY = st.sampled_from(KEYS)
NOTE = st.just("note")
WHO = st.sampled_from(["email:anna@example.org", "email:ben@example.org", "email:chi@example.org"])
TAGS = st.lists(st.sampled_from(["parcel", "refund", "vip"]), max_size=2)
STATES = st.sampled_from(["open", "pending", "snoozed", "closed", "spam"])
FOLDERS = st.sampled_from([None, "archive", "junk", "inbox"])
MANY = st.integers(0, 10**9)
OPERATIONS = st.one_of(
    an(OpKind.STATE, KEY, state=STATES, until=st.sampled_from([None, NOW + 5]), folder=FOLDERS),
    an(OpKind.PRIORITY, KEY, priority=st.integers(-1, 2)),
    an(OpKind.ASSIGN, KEY, assignee=st.sampled_from(["", "ana", "ben"])),
    an(OpKind.TAG, KEY, add=TAGS, remove=TAGS),
    an(OpKind.STAR, KEY, on=st.booleans()),
    an(OpKind.SEEN, KEY, seen=st.booleans()),
    st.builds(a_note, KEY, MANY),
    an(OpKind.NOTE_EDIT, NOTE, text=st.sampled_from(["one", "two"])),
    an(OpKind.NOTE_DELETE, NOTE),
    an(OpKind.MERGE, KEY, into=KEY),
    st.builds(a_split, st.integers(1, 4), st.integers(0, 2)),
    an(OpKind.BLOCK, WHO, blocked=st.booleans()),
    an(OpKind.CONTACT, WHO, name=st.sampled_from(["", "x", "y"]), notes=st.sampled_from(["", "x"])),
    an(OpKind.OTHER_PERSON, WHO, than=WHO, on=st.booleans()),
    st.builds(Operation, st.just(OpKind.IDENTITY), WHO, st.fixed_dictionaries({"with": WHO | st.none()})),
    st.builds(lambda key, n, due: reply(key, f"out{n}", not_before=due), KEY, MANY, st.sampled_from([0, NOW + 9])),
    st.builds(lambda n: reply(f"support new{n}@shop.example", f"new{n}", account="support"), MANY),
)


def attempt(connection: sqlite3.Connection, operations: list[Operation]) -> bool:
    """Do a step if it makes sense; notes that are edited are the newest there is."""
    note = connection.execute("SELECT mid FROM message WHERE class = 'note' ORDER BY id DESC").fetchone()
    aimed = [Operation(o.kind, note["mid"], o.payload) if o.target == "note" and note else o for o in operations]
    try:
        return commit(connection, *aimed) is not None
    except (Refused, NotFound, sqlite3.IntegrityError):
        return False


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.lists(OPERATIONS, min_size=1, max_size=3), min_size=1, max_size=8))
def test_undoing_all_is_the_beginning_and_redoing_all_is_the_end(
    tmp_path_factory: pytest.TempPathFactory, steps: list[list[Operation]]
) -> None:
    path = tmp_path_factory.mktemp("cache") / "cache.db"
    connection = make(path)
    states = [everything(connection)]
    for operations in steps:
        before = everything(connection)
        if attempt(connection, operations):
            states.append(everything(connection))
        else:
            assert everything(connection) == before, "a refused step must leave nothing"
    connection.close()
    connection = open_cache(path, Role.OPERATIONS)
    for expected in reversed(states[:-1]):
        assert log.undo(connection, "ana", NOW)
        assert everything(connection) == expected
    assert log.undo(connection, "ana", NOW) is None
    connection.close()
    connection = open_cache(path, Role.OPERATIONS)
    for expected in states[1:]:
        assert log.redo(connection, "ana", NOW)
        assert everything(connection) == expected
    assert log.redo(connection, "ana", NOW) is None
    for _ in states[1:]:
        log.undo(connection, "ana", NOW)
    assert everything(connection) == states[0]
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()


def test_sixty_steps_are_undone_after_a_restart(connection: sqlite3.Connection, tmp_path: Path) -> None:
    before = everything(connection)
    for n in range(60):
        assert commit(connection, Operation(OpKind.TAG, KEYS[n % 4], {"add": [f"t{n}"]}))
    connection.close()
    again = open_cache(tmp_path / "cache.db", Role.OPERATIONS)
    for _ in range(60):
        assert log.undo(again, "ana", NOW)
    assert everything(again) == before
    again.close()


def test_a_bulk_of_a_thousand_is_one_step_and_grows_with_its_size(tmp_path: Path) -> None:
    few, many = (_steps_of_a_bulk(tmp_path / f"{size}.db", size) for size in (100, 1000))
    # Ten times as many, ten times the work; with the square it would be a hundred.
    assert many <= 20 * few


def _steps_of_a_bulk(path: Path, size: int) -> int:
    """Steps of SQLite's machine, in hundreds, to close so many conversations and to take it back."""
    connection = make(path, size, 3)
    before = everything(connection)
    operations = [
        Operation(OpKind.STATE, f"support c{n}.0@example.org", {"state": "closed", "folder": "archive"})
        for n in range(1, size + 1)
    ]
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    connection.set_progress_handler(count, 100)
    assert commit(connection, *operations)
    assert connection.execute("SELECT count(*) FROM outbox WHERE kind = 'move'").fetchone()[0] == 3 * size
    assert log.undo(connection, "ana", NOW)
    connection.set_progress_handler(None, 0)
    assert everything(connection) == before
    connection.close()
    return steps


def test_a_new_step_ends_what_could_be_redone(connection: sqlite3.Connection) -> None:
    commit(connection, Operation(OpKind.ASSIGN, KEYS[0], {"assignee": "ana"}))
    log.undo(connection, "ana", NOW)
    commit(connection, Operation(OpKind.ASSIGN, KEYS[0], {"assignee": "ben"}))
    assert log.redo(connection, "ana", NOW) is None
    row = conversations.by_id(1).first(connection)
    assert row is not None
    assert row.assignee == "ben"


def test_nothing_to_change_is_no_step(connection: sqlite3.Connection) -> None:
    assert commit(connection, Operation(OpKind.STATE, KEYS[0], {"state": "open"})) is None
    assert log.last_step("ana").first(connection) is None
    with pytest.raises(NotFound):
        commit(connection, Operation(OpKind.STATE, "nowhere", {"state": "open"}))


def test_undo_leaves_alone_what_somebody_else_changed_since(connection: sqlite3.Connection) -> None:
    commit(connection, Operation(OpKind.ASSIGN, KEYS[0], {"assignee": "ana"}), actor="ana")
    commit(connection, Operation(OpKind.ASSIGN, KEYS[0], {"assignee": "ben"}), actor="ben")
    assert log.undo(connection, "ana", NOW)
    row = conversations.by_id(1).first(connection)
    assert row is not None
    assert row.assignee == "ben"
    assert log.undo(connection, "ben", NOW)
    row = conversations.by_id(1).first(connection)
    assert row is not None
    assert row.assignee == "ana"


def pending(connection: sqlite3.Connection) -> list[tuple[str, dict[str, Any]]]:
    """What the server is to be told."""
    rows = connection.execute("SELECT kind, payload FROM outbox WHERE state = 'queued' ORDER BY rowid")
    return [(row["kind"], json.loads(row["payload"])) for row in rows]


def test_undone_before_the_worker_had_it_the_server_hears_nothing(connection: sqlite3.Connection) -> None:
    commit(connection, Operation(OpKind.SEEN, KEYS[0], {"seen": True}), Operation(OpKind.STAR, KEYS[0], {"on": True}))
    flag = {"add": ["\\Seen"], "remove": []}
    assert pending(connection) == [("flag", flag), ("flag", flag), ("flag", {"add": ["\\Flagged"], "remove": []})]
    log.undo(connection, "ana", NOW)
    assert pending(connection) == []


def test_undone_after_the_server_has_it_the_inverse_is_queued(connection: sqlite3.Connection) -> None:
    commit(connection, Operation(OpKind.STATE, KEYS[0], {"state": "spam", "folder": "junk"}))
    connection.execute("UPDATE outbox SET state = 'sent'")
    connection.execute("UPDATE ledger SET folder_id = 3 WHERE uid BETWEEN 100 AND 199")
    log.undo(connection, "ana", NOW)
    assert pending(connection) == [("move", {"role": "inbox"})] * 3


def test_undone_while_the_worker_is_at_it_the_inverse_follows(connection: sqlite3.Connection) -> None:
    commit(connection, Operation(OpKind.SEEN, KEYS[0], {"seen": False}))
    assert pending(connection) == []
    commit(connection, Operation(OpKind.SEEN, KEYS[0], {"seen": True}))
    claimed = outbox.claim(connection, ["flag"], 1, owner="w", now=NOW, lease=1000)
    assert claimed is not None
    log.undo(connection, "ana", NOW)
    assert pending(connection) == [("flag", {"add": [], "remove": ["\\Seen"]})]


def test_an_answer_stands_in_the_thread_at_once_and_comes_back_as_its_draft(connection: sqlite3.Connection) -> None:
    connection.execute(
        "INSERT INTO draft (id, conversation_id, kind, body, updated_at) VALUES (5, 1, 'reply', 'An answer', 9)"
    )
    draft = dict(connection.execute("SELECT * FROM draft").fetchone())
    commit(connection, reply(KEYS[0], "out1", draft=draft, not_before=NOW + 10_000))
    head, row = messages.thread(1).first(connection), conversations.by_id(1).first(connection)
    assert head is not None
    assert row is not None
    assert (head.class_.value, head.delivery.value, head.mid, head.at) == ("human", "held", "out1@shop.example", NOW)
    assert (row.queued_count, row.draft_count, row.waiting_since) == (1, 0, None)
    item = outbox.by_id("out1").first(connection)
    assert item is not None
    assert (item.state, item.not_before, item.payload["body"]) == ("held", NOW + 10_000, "An answer")
    log.undo(connection, "ana", NOW)
    assert dict(connection.execute("SELECT * FROM draft").fetchone()) == draft
    assert outbox.by_id("out1").first(connection) is None


def test_an_answer_that_is_on_its_way_is_not_taken_back_and_the_step_before_it_is(
    connection: sqlite3.Connection,
) -> None:
    commit(connection, Operation(OpKind.PRIORITY, KEYS[1], {"priority": 2}))
    commit(connection, reply(KEYS[0], "out1"))
    assert outbox.claim(connection, ["send"], 1, owner="w", now=NOW, lease=1000)
    with pytest.raises(Refused, match="cannot be taken back"):
        log.undo(connection, "ana", NOW)
    step = log.undo(connection, "ana", NOW)
    row = conversations.by_id(2).first(connection)
    assert step is not None
    assert row is not None
    assert row.priority == 0


def test_after_a_merge_new_answers_go_where_the_messages_went(connection: sqlite3.Connection) -> None:
    commit(connection, Operation(OpKind.MERGE, KEYS[1], {"into": KEYS[0]}))
    commit(connection, Operation(OpKind.TAG, KEYS[1], {"add": ["late"]}))
    row = conversations.by_id(1).first(connection)
    assert row is not None
    assert (row.tags, row.message_count) == (("late",), 6)
    reference = connection.execute("SELECT conversation_id FROM reference WHERE mid = 'c2.1@example.org'").fetchone()[0]
    assert reference == 1
    assert conversations.find(KEYS[1]).first(connection) == 1
    assert [entry.kind for entry in log.history(1).all(connection)] == ["tag", "merge"]


def test_the_history_says_what_was_found_and_clocks_rise(connection: sqlite3.Connection) -> None:
    commit(connection, Operation(OpKind.STATE, KEYS[0], {"state": "closed"}))
    log.undo(connection, "ana", Instant(NOW - 10**6))
    undone, done = log.history(1).all(connection)
    assert (done.kind, done.replaces["state"], done.undoes, done.step) == ("state", "open", False, "a step")
    assert undone.undoes
    clocks = [row["clock"] for row in connection.execute("SELECT clock FROM operation ORDER BY seq")]
    assert clocks == sorted(set(clocks))
    assert len({row["device"] for row in connection.execute("SELECT device FROM operation")}) == 1
