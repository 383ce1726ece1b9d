"""The reasons of a conversation from a real cache, and the changes one looks for."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from omnitui.core.times import Instant
from omnitui.triage import joining, labels, state, undo, why
from omnitui.triage.agent import Agent
from tests.store.desk import NOW, make

ANA, BEN = Agent("ana"), Agent("ben")


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = make(tmp_path / "cache.db")
    yield connection
    connection.close()


def told(cache: sqlite3.Connection, id: int = 1) -> why.Why:
    found = why.of(cache, id, NOW, lambda at: str(at))
    assert found is not None
    return found


def test_place_joins_and_changes(cache: sqlite3.Connection) -> None:
    labels.tag(cache, ANA, [1], ["refund"], [], NOW)
    labels.assign(cache, BEN, [1], "ben", Instant(NOW + 1))
    state.close(cache, ANA, [1], Instant(NOW + 2))
    undo.undo(cache, ANA, Instant(NOW + 3))
    found = told(cache)
    assert "waited since" in found.place[0]
    assert [join.words.split(":")[0] for join in found.joins] == ["begins the conversation"] * 3
    assert [(c.who, c.words, c.undoes) for c in found.changes] == [
        ("ana", "opened", True),
        ("ana", "closed", False),
        ("ben", "assigned to ben", False),
        ("ana", "tags +refund", False),
    ]
    assert [c.words for c in why.only(found.changes, "ANA refund")] == ["tags +refund"]
    assert why.only(found.changes, "nobody") == []


def test_a_merge_is_told_of_its_mails(cache: sqlite3.Connection) -> None:
    joining.merge(cache, ANA, [2], 1, NOW)
    assert [join.reason for join in told(cache).joins].count("merged") == 3
    assert any("merged another" in change.words for change in told(cache).changes)


def test_what_is_not_there_has_no_reasons(cache: sqlite3.Connection) -> None:
    assert why.of(cache, 999, NOW, str) is None
