"""A saved reply that is being written is its author's, under one name at a time."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from omnitui.core.saved_replies import SavedReply
from omnitui.core.times import Instant
from omnitui.store import reply_drafts
from omnitui.store.connection import Role, open_cache
from omnitui.store.reply_drafts import ReplyDraft

LATE = ReplyDraft(SavedReply("Late", "Sorry", "Your parcel", "ana", Instant(5)), "delay")


@pytest.fixture
def cache(tmp_path: Path) -> sqlite3.Connection:
    return open_cache(tmp_path / "cache.db", Role.OPERATIONS)


def names(cache: sqlite3.Connection, author: str) -> list[str]:
    return [draft.reply.name for draft in reply_drafts.every(author).all(cache)]


def test_it_is_found_as_it_was_kept(cache: sqlite3.Connection) -> None:
    reply_drafts.keep(cache, LATE, Instant(5))
    assert reply_drafts.by_name("ana", "lATE").first(cache) == LATE
    again = replace(LATE, reply=replace(LATE.reply, body="Sorry!"))
    reply_drafts.keep(cache, again, Instant(5))
    assert reply_drafts.every("ana").all(cache) == [again]
    assert reply_drafts.by_name("ana", "delay").first(cache) is None
    cache.close()


def test_another_name_is_no_second_one(cache: sqlite3.Connection) -> None:
    reply_drafts.keep(cache, LATE, Instant(5))
    reply_drafts.keep(cache, replace(LATE, reply=replace(LATE.reply, name="soon")), Instant(6), instead_of="late")
    assert names(cache, "ana") == ["soon"]
    cache.close()


def test_others_write_theirs(cache: sqlite3.Connection) -> None:
    reply_drafts.keep(cache, LATE, Instant(5))
    reply_drafts.keep(cache, replace(LATE, reply=replace(LATE.reply, author="ben")), Instant(6), instead_of="LATE")
    assert names(cache, "ana") == names(cache, "ben") == ["Late"]
    assert reply_drafts.delete(cache, "ben", "late")
    assert not reply_drafts.delete(cache, "ben", "late")
    assert (names(cache, "ana"), names(cache, "ben")) == (["Late"], [])
    cache.close()
