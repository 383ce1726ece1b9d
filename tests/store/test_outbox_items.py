"""Items are claimed once, given back, settled and answered; what the agent sees follows."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bench.store_fill import fill
from omnitui.core.errors import Refused
from omnitui.core.times import Instant
from omnitui.store import conversations, messages, outbox, sending
from omnitui.store.connection import Role, open_cache
from omnitui.store.outbox import OutboxItem

NOW = Instant(1_800_000_000_000)


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    fill(tmp_path / "cache.db", 4, messages=1).close()
    connection = open_cache(tmp_path / "cache.db", Role.OPERATIONS)
    yield connection
    connection.close()


def queue(connection: sqlite3.Connection, name: str, *, kind: str = "send", due: int = 0) -> OutboxItem:
    """A queued item on the message of conversation 1."""
    head = messages.thread(1).first(connection)
    assert head is not None
    item = OutboxItem(
        name, kind, 1, 1, head.id, {"n": 1}, state="held" if due else "queued", not_before=Instant(due), created_at=NOW
    )
    outbox.enqueue(connection, item)
    return item


def take(connection: sqlite3.Connection, owner: str = "w", now: int = NOW) -> OutboxItem | None:
    """Claim the next send for ten seconds."""
    return outbox.claim(connection, ["send"], 1, owner=owner, now=Instant(now), lease=10_000)


def recover(connection: sqlite3.Connection, owner: str) -> int:
    """What a new worker does first."""
    return outbox.recover(connection, owner, NOW, kinds=("send",), account_id=1)


def delivery(connection: sqlite3.Connection) -> tuple[str, int, int]:
    """What the thread and the list say of conversation 1."""
    head, row = messages.thread(1).first(connection), conversations.by_id(1).first(connection)
    assert head is not None
    assert row is not None
    return head.delivery.value, row.queued_count, row.failed_count


def test_an_item_is_claimed_by_one_and_only_when_due(connection: sqlite3.Connection) -> None:
    queue(connection, "a", due=NOW + 5)
    queue(connection, "flag", kind="flag")
    assert delivery(connection) == ("held", 1, 0)
    assert take(connection) is None
    assert sending.next_due(1).first(connection) == NOW + 5
    claimed = take(connection, now=NOW + 5)
    assert claimed is not None
    assert (claimed.id, claimed.state, claimed.attempts, claimed.payload) == ("a", "sending", 1, {"n": 1})
    assert take(connection, "other", NOW + 6) is None
    assert delivery(connection) == ("sending", 1, 0)


def test_many_workers_never_share_an_item(connection: sqlite3.Connection, tmp_path: Path) -> None:
    for number in range(40):
        queue(connection, f"i{number}")

    def work(owner: str) -> list[str]:
        own, taken = open_cache(tmp_path / "cache.db", Role.OPERATIONS), []
        while item := take(own, owner):
            taken.append(item.id)
        own.close()
        return taken

    with ThreadPoolExecutor(4) as pool:
        taken = [name for names in pool.map(work, "abcd") for name in names]
    assert sorted(taken) == sorted(f"i{number}" for number in range(40))


@pytest.mark.parametrize(("phase", "again"), [("", True), ("envelope", True), ("data", True), ("dot", False)])
def test_a_dead_workers_item_is_taken_again_only_if_nothing_can_have_been_sent(
    connection: sqlite3.Connection, phase: str, again: bool
) -> None:
    queue(connection, "a")
    take(connection)
    outbox.set_phase(connection, "a", phase, "w")
    assert recover(connection, "w") == 0
    assert recover(connection, "b") == 1
    assert (take(connection, "b") is not None) is again
    assert delivery(connection) == (("sending", 1, 0) if again else ("unknown", 0, 1))


def test_who_lost_an_item_notes_nothing_on_it(connection: sqlite3.Connection) -> None:
    queue(connection, "a")
    take(connection, "dead")
    recover(connection, "b")
    assert take(connection, "b") is not None
    with pytest.raises(Refused):
        outbox.set_phase(connection, "a", "dot", "dead")


def test_frozen_bytes_never_change(connection: sqlite3.Connection) -> None:
    queue(connection, "a")
    assert outbox.freeze(connection, "a", b"first") == b"first"
    assert outbox.freeze(connection, "a", b"second") == b"first"


def test_a_sent_message_has_its_time_from_when_it_was_taken(connection: sqlite3.Connection) -> None:
    queue(connection, "a")
    outbox.settle(connection, "a", "sent", "", NOW)
    head = messages.thread(1).first(connection)
    assert head is not None
    assert (head.accepted_at, head.at, head.delivery.value) == (NOW, NOW, "sent")
    assert outbox.rows().all(connection) == []
    assert [row.state for row in outbox.rows(settled=True).all(connection)] == ["sent"]
    with pytest.raises(Refused):
        outbox.cancel(connection, "a", NOW)


def test_a_failed_item_comes_first_and_waits_for_the_agent(connection: sqlite3.Connection) -> None:
    queue(connection, "a")
    queue(connection, "b")
    with pytest.raises(Refused):
        outbox.answer(connection, "b", "send", NOW)
    outbox.settle(connection, "b", "failed", "no such mailbox", NOW)
    assert [(row.id, row.state, row.detail) for row in outbox.rows().all(connection)] == [
        ("b", "failed", "no such mailbox"),
        ("a", "queued", ""),
    ]
    with pytest.raises(Refused):
        outbox.answer(connection, "b", "perhaps", NOW)
    outbox.answer(connection, "b", "send", NOW)
    assert {row.state for row in outbox.rows().all(connection)} == {"queued"}


def test_given_back_it_waits_for_its_time(connection: sqlite3.Connection) -> None:
    queue(connection, "a")
    take(connection)
    outbox.retry_at(connection, "a", Instant(NOW + 60_000), "try again in a minute")
    assert take(connection, now=NOW + 59_999) is None
    assert take(connection, now=NOW + 60_000) is not None


def test_withdrawn_only_when_it_has_certainly_not_been_sent(connection: sqlite3.Connection) -> None:
    for name in "abcde":
        queue(connection, name)
    assert take(connection) is not None
    outbox.settle(connection, "c", "failed", "no such user", NOW)
    outbox.settle(connection, "d", "asking", "the customer wrote again", NOW)
    outbox.settle(connection, "e", "asking", "it may have been sent", NOW)
    connection.execute("UPDATE outbox SET phase = 'dot' WHERE id = 'e'")
    assert [outbox.withdraw(connection, name) for name in "abcde"] == [False, True, True, True, False]
    outbox.retry_at(connection, "a", NOW, "later")
    assert outbox.withdraw(connection, "a")
    assert [outbox.by_id(name).first(connection) is None for name in "abcde"] == [True, True, True, True, False]
