"""Work on many: one step in slices, between which others write, and which may be broken off anywhere."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from omnitui.core.errors import Refused
from omnitui.core.models import State
from omnitui.store import conversations, log
from omnitui.store import where as conditions
from omnitui.store.connection import Role, open_cache
from omnitui.triage import bulk, labels, state
from tests.store.desk import NOW, everything, make
from tests.triage.test_steps import ANA

MANY = 2 * bulk.SLICE + 50


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = make(tmp_path / "cache.db", MANY, 1)
    yield connection
    connection.close()


def closed(cache: sqlite3.Connection) -> int:
    return conversations.count(conditions.in_state("closed")).first(cache) or 0


def ids(cache: sqlite3.Connection) -> list[int]:
    return conversations.ids(conditions.EVERYTHING).all(cache)


def test_a_query_of_many_is_one_step(cache: sqlite3.Connection) -> None:
    before = everything(cache)
    step = state.close(cache, ANA, conditions.in_state("open"), NOW)
    assert step is not None
    assert step.label == f"Closed {MANY} conversations"
    assert closed(cache) == MANY
    after = everything(cache)
    assert len(log.steps("ana").all(cache)) == 1
    assert log.undo(cache, "ana", NOW)
    assert everything(cache) == before
    assert log.redo(cache, "ana", NOW)
    assert everything(cache) == after
    assert log.undo(cache, "ana", NOW)
    assert log.undo(cache, "ana", NOW) is None


def test_others_write_between_the_slices(cache: sqlite3.Connection, tmp_path: Path) -> None:
    other = open_cache(tmp_path / "cache.db", Role.PULL)
    slices = bulk.in_slices(cache, ANA, ids(cache), state.close, now=NOW)
    for progress in slices:
        other.execute("UPDATE meta SET value = value")
        assert closed(other) == progress.done
    assert progress == bulk.Progress(progress.step, MANY, MANY)
    other.close()


def test_what_is_broken_off_is_one_step_and_can_be_taken_back(cache: sqlite3.Connection, tmp_path: Path) -> None:
    before = everything(cache)
    (first,) = islice(bulk.in_slices(cache, ANA, ids(cache), state.close, now=NOW), 1)
    assert first.step is not None
    assert first.step.label == f"Closed {bulk.SLICE} conversations"
    assert closed(cache) == bulk.SLICE
    again = open_cache(tmp_path / "cache.db", Role.OPERATIONS)
    assert log.undo(again, "ana", NOW)
    assert everything(again) == before
    again.close()


def test_a_turn_that_is_broken_off_goes_on_with_the_rest(cache: sqlite3.Connection) -> None:
    before = everything(cache)
    state.close(cache, ANA, ids(cache), NOW)
    after = everything(cache)
    (first,) = islice(bulk.undoing(cache, ANA, NOW), 1)
    assert (first.done, first.total) == (bulk.SLICE, MANY)
    assert closed(cache) == MANY - bulk.SLICE
    assert log.undo(cache, "ana", NOW)
    assert everything(cache) == before
    (first,) = islice(bulk.redoing(cache, ANA, NOW), 1)
    assert closed(cache) == bulk.SLICE
    assert log.redo(cache, "ana", NOW)
    assert everything(cache) == after


def test_a_step_that_was_taken_back_meanwhile_is_not_gone_on_with(cache: sqlite3.Connection) -> None:
    slices = bulk.in_slices(cache, ANA, ids(cache), state.close, now=NOW)
    next(slices)
    assert log.undo(cache, "ana", NOW)
    with pytest.raises(Refused, match="taken back meanwhile"):
        next(slices)
    assert closed(cache) == 0


def test_only_what_changes_is_counted(cache: sqlite3.Connection) -> None:
    every = ids(cache)
    state.close(cache, ANA, every[: bulk.SLICE + 10], NOW)
    step = state.close(cache, ANA, every, NOW)
    assert step is not None
    assert step.label == f"Closed {MANY - bulk.SLICE - 10} conversations"
    assert state.close(cache, ANA, every, NOW) is None
    row = conversations.by_id(every[0]).first(cache)
    assert row is not None
    assert row.state is State.CLOSED


def test_a_wrong_tag_changes_nothing(cache: sqlite3.Connection) -> None:
    slices = bulk.in_slices(cache, ANA, ids(cache), labels.tag, ["#"], [], now=NOW)
    with pytest.raises(Refused):
        next(slices)
    assert log.last_step("ana").first(cache) is None
