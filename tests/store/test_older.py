"""Older messages of a chat: asked for once, stored as history, and nobody waits because of them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from omnitui.core.channel_events import Direction, MessageEvent, Person
from omnitui.core.channels import Capabilities, History
from omnitui.core.models import OlderState
from omnitui.core.times import HOUR, Instant
from omnitui.store import channels
from omnitui.store.chat import backfilled, older
from omnitui.store.chat.arriving import store_events
from omnitui.store.chat.scene import ChatAccount
from omnitui.store.connection import Role, open_cache, transaction
from omnitui.triage import joining
from omnitui.triage.agent import Agent

NOW = Instant(1_763_900_000_000)
ANA = Person("ana", "Ana Lee")


def said(number: int, direction: Direction = Direction.IN, conversation: str = "c1") -> MessageEvent:
    """The higher its number, the later it was said; an hour lies between two."""
    at = Instant(NOW - (100 - number) * HOUR)
    author = ANA if direction is Direction.IN else None
    return MessageEvent(
        conversation=conversation, remote_id=f"m{number}", at=at, direction=direction, author=author, text=f"{number}"
    )


class Chat:
    """A cache with one account of a chat."""

    def __init__(self, path: Path, history: History) -> None:
        self.cache = open_cache(path, Role.OPERATIONS)
        can = Capabilities(history=history)
        number = channels.upsert(self.cache, "desk", "fake", "", mark="FA", capabilities=can)
        self.account = ChatAccount(number, "desk", "fake")

    def store(self, *events: MessageEvent) -> None:
        with transaction(self.cache):
            store_events(self.cache, self.account, events, NOW)

    def page(self, *events: MessageEvent, more: bool = True, before: str = "m50") -> backfilled.Progress:
        return backfilled.arrived(self.cache, self.account, "c1", before, backfilled.Page(events, more=more), NOW)

    def row(self) -> sqlite3.Row:
        found: sqlite3.Row = self.cache.execute("SELECT * FROM conversation WHERE id = 1").fetchone()
        return found

    def place(self) -> str:
        return older.place(self.cache, self.account.id, "c1")


@pytest.fixture
def chat(tmp_path: Path) -> Iterator[Chat]:
    made = Chat(tmp_path / "cache.db", History.FULL)
    yield made
    made.cache.close()


def test_an_order_is_given_once(chat: Chat) -> None:
    chat.store(said(50))
    assert older.standing(1).first(chat.cache) == older.Older(OlderState.MORE)
    for _ in range(3):
        assert older.order(chat.cache, 1, NOW).state is OlderState.ASKED
    assert chat.cache.execute("SELECT count(*) FROM outbox").fetchone()[0] == 1


def test_a_channel_without_history_is_not_asked(tmp_path: Path) -> None:
    chat = Chat(tmp_path / "cache.db", History.NONE)
    chat.store(said(50))
    assert older.order(chat.cache, 1, NOW).state is OlderState.NONE
    assert chat.cache.execute("SELECT count(*) FROM outbox").fetchone()[0] == 0
    chat.cache.close()


def test_it_goes_on_where_it_stopped_until_there_is_no_more(chat: Chat) -> None:
    chat.store(said(50))
    assert chat.place() == "m50"
    assert chat.page(said(48), said(49)) == backfilled.Progress(2, False)
    assert chat.place() == "m48"
    assert chat.page(said(47), more=False, before="m48") == backfilled.Progress(1, True)
    assert older.order(chat.cache, 1, NOW).state is OlderState.ENDED
    rows = chat.cache.execute("SELECT preview, seen FROM message ORDER BY at, id").fetchall()
    assert [(*row,) for row in rows] == [("47", 1), ("48", 1), ("49", 1), ("50", 0)]


def test_a_page_that_comes_twice_changes_nothing(chat: Chat) -> None:
    chat.store(said(50))
    chat.page(said(48), said(49))
    assert chat.page(said(48), said(49)).new == 0
    assert chat.row()["message_count"] == 3


def test_a_page_that_goes_nowhere_is_the_last(chat: Chat) -> None:
    chat.store(said(50))
    assert chat.page(said(50)).ended


def test_nobody_waits_longer_for_what_is_of_the_past(chat: Chat) -> None:
    chat.store(said(50))
    before = chat.row()
    chat.page(said(48), said(49))
    for column in ("waiting_since", "last_at", "last_customer_at", "unread_count", "state"):
        assert chat.row()[column] == before[column], column
    assert before["waiting_since"] == said(50).at


def test_nobody_begins_to_wait_for_what_is_of_the_past(chat: Chat) -> None:
    chat.store(said(50, Direction.SYSTEM))
    chat.page(said(48), said(49))
    assert chat.row()["waiting_since"] is None
    chat.store(said(51))
    assert chat.row()["waiting_since"] == said(51).at


def test_what_belongs_to_other_chats_is_left_out(chat: Chat) -> None:
    chat.store(said(50))
    chat.page(said(49), said(48, conversation="c2"))
    assert chat.cache.execute("SELECT count(*) FROM conversation").fetchone()[0] == 1
    assert chat.row()["message_count"] == 2
    assert chat.place() == "m48"


def test_what_was_refused_is_asked_for_by_hand_only(chat: Chat) -> None:
    chat.store(said(50))
    older.refused(chat.cache, chat.account.id, "c1", "we are not in the room any more", NOW)
    refused = older.Older(OlderState.REFUSED, "we are not in the room any more")
    assert older.order(chat.cache, 1, NOW) == refused
    assert older.order(chat.cache, 1, NOW, again=True).state is OlderState.ASKED
    assert chat.place() == "m50"
    chat.page(said(49))
    assert older.standing(1).first(chat.cache) == older.Older(OlderState.ASKED)


def test_a_call_is_nothing_to_ask_from(chat: Chat) -> None:
    call = MessageEvent(conversation="c1", remote_id="CA1", at=said(40).at, direction=Direction.SYSTEM, kind="call")
    chat.store(call, said(50))
    assert chat.place() == "m50"


def test_of_merged_chats_each_is_read_from_its_end(chat: Chat) -> None:
    chat.store(said(50), said(60, conversation="c2"))
    agent = Agent("Cem")
    joining.merge(chat.cache, agent, [2], 1, NOW)
    # Nobody knows any more which message is whose.
    assert [older.place(chat.cache, chat.account.id, remote) for remote in ("c1", "c2")] == ["", ""]
    assert older.order(chat.cache, 1, NOW).state is OlderState.ASKED
    assert chat.cache.execute("SELECT count(*) FROM outbox").fetchone()[0] == 2
    assert chat.page(said(50), before="") == backfilled.Progress(0, False)
    assert chat.page(said(49), more=False) == backfilled.Progress(1, True)
    assert chat.row()["message_count"] == 3
