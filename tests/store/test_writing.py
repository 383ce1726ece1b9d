"""Who writes at this moment: over by itself, with what they wrote, or when they stop; nothing of it is history."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from omnitui.core.channel_events import Direction, Event, MessageEvent, Person, TypingEvent
from omnitui.core.channels import Capabilities
from omnitui.core.times import SECOND, Instant
from omnitui.store import channels, feed
from omnitui.store.chat import writing
from omnitui.store.chat.arriving import store_events
from omnitui.store.chat.scene import ChatAccount
from omnitui.store.connection import Cache, Role, open_cache, transaction

NOW = Instant(1_763_900_000_000)
ANA, BEN = Person("ana", "Ana Lee"), Person("ben")


def said(number: int, at: Instant = NOW) -> MessageEvent:
    return MessageEvent(
        conversation="c1", remote_id=f"m{number}", at=at, direction=Direction.IN, author=ANA, text=f"{number}"
    )


def typing(person: Person = ANA, on: bool = True) -> TypingEvent:
    return TypingEvent(conversation="c1", person=person, typing=on)


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[Cache]:
    made = open_cache(tmp_path / "cache.db", Role.OPERATIONS)
    channels.upsert(made, "desk", "fake", "", mark="FA", capabilities=Capabilities(typing=True))
    store(made, said(1))
    yield made
    made.close()


def store(cache: Cache, *events: Event, now: Instant = NOW, history: bool = False) -> None:
    with transaction(cache):
        store_events(cache, ChatAccount(1, "desk", "fake"), events, now, history=history)


def names(cache: Cache, now: Instant = NOW) -> list[str]:
    return [one.name for one in writing.of_conversation(1, now).all(cache)]


def test_it_lasts_some_seconds_and_ends_by_itself(cache: Cache) -> None:
    store(cache, typing(), typing(BEN))
    assert names(cache) == ["Ana Lee", "ben"]
    assert names(cache, Instant(NOW + writing.LASTS - 1)) == ["Ana Lee", "ben"]
    assert names(cache, Instant(NOW + writing.LASTS)) == []


def test_it_ends_when_they_stop_and_with_what_they_wrote(cache: Cache) -> None:
    store(cache, typing(), typing(BEN), typing(BEN, on=False))
    assert names(cache) == ["Ana Lee"]
    store(cache, said(2, Instant(NOW + 1)))
    assert names(cache) == []


def test_what_is_said_again_and_again_is_told_once_in_a_while(cache: Cache) -> None:
    store(cache, typing())
    before = feed.latest().first(cache) or 0
    for second in range(1, 10):
        store(cache, typing(), now=Instant(NOW + second * SECOND))
    assert feed.latest().first(cache) == before
    store(cache, typing(), now=Instant(NOW + 11 * SECOND))
    assert (feed.latest().first(cache) or 0) > before
    assert names(cache, Instant(NOW + writing.LASTS + 5 * SECOND)) == ["Ana Lee"]


def test_what_is_of_the_past_or_of_no_chat_here_is_of_no_interest(cache: Cache) -> None:
    store(cache, typing(), history=True)
    store(cache, TypingEvent(conversation="c9", person=ANA))
    assert names(cache) == []
    assert cache.execute("SELECT count(*) FROM conversation").fetchone()[0] == 1
    assert cache.execute("SELECT count(*) FROM message").fetchone()[0] == 1


def test_what_we_write_is_for_the_worker_only(cache: Cache) -> None:
    writing.we_write(cache, 1, NOW)
    assert names(cache) == []
    assert writing.ours(1, NOW).all(cache) == [writing.Told(1, "c1", "m1")]
    assert writing.ours(1, Instant(NOW + writing.OURS_LASTS)).all(cache) == []
    writing.we_stopped(cache, 1)
    assert writing.ours(1, NOW).all(cache) == []
