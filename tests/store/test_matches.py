"""Who may be the same person, surely first, never merged by itself; and who was answered on another channel."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from omnitui.core.channel_events import Direction, Event, MessageEvent, Person
from omnitui.core.channels import Capabilities
from omnitui.core.errors import NotFound, Refused
from omnitui.core.models import AccountId
from omnitui.core.times import MINUTE, Instant
from omnitui.store import channels, contacts, matches
from omnitui.store.chat.arriving import store_events
from omnitui.store.chat.scene import ChatAccount
from omnitui.store.connection import Role, open_cache, transaction
from omnitui.triage import people, undo
from omnitui.triage.agent import Agent

NOW = Instant(1_763_900_000_000)
ME = Agent("ana")


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = open_cache(tmp_path / "cache.db", Role.PULL)
    yield connection
    connection.close()


def account(cache: sqlite3.Connection, channel: str) -> AccountId:
    return channels.upsert(cache, f"our-{channel}", channel, "", mark=channel[:2].upper(), capabilities=Capabilities())


def wrote(cache: sqlite3.Connection, channel: str, person: Person, *more: Event) -> int:
    """They wrote on a channel; gives their contact."""
    with transaction(cache):
        id = account(cache, channel)
        event = MessageEvent(
            conversation=person.address, remote_id=f"{person.address}/1", at=NOW, direction=Direction.IN,
            author=person, text="hello",
        )  # fmt: skip
        store_events(cache, ChatAccount(id, f"our-{channel}", channel), (event, *more), NOW)
    row = cache.execute(
        "SELECT contact_id FROM identity WHERE channel = ? AND address = ?", (channel, person.address)
    ).fetchone()
    return int(row[0])


def test_suggested_by_phone_address_name_and_firm_in_this_order(cache: sqlite3.Connection) -> None:
    ana = Person("4711", "Ana Ruiz", phone="+34600111222", email="Ana@example.org", organisation="Bikes SL")
    here = wrote(cache, "telegram", ana)
    named = wrote(cache, "matrix", Person("@ana:x", "Ana Ruiz", organisation="Bikes SL"))
    mailed = wrote(cache, "slack", Person("u1", "A. Ruiz", email="ana@example.org"))
    phoned = wrote(cache, "sms", Person("+34600111222", "", phone="+34600111222"))
    wrote(cache, "whatsapp", Person("9", "Ana Ruiz"))
    found = matches.possible(here).all(cache)
    assert [(one.id, one.why) for one in found] == [
        (phoned, "same phone"),
        (mailed, "same address"),
        (named, "same name and firm"),
    ]
    assert [one.id for one in matches.possible(phoned).all(cache)] == [here]
    assert len(contacts.identities(here).all(cache)) == 1


def test_each_is_looked_up_by_an_index(cache: sqlite3.Connection) -> None:
    asked = matches.possible(1)
    steps = [row["detail"] for row in cache.execute(f"EXPLAIN QUERY PLAN {asked.sql}", asked.params)]
    for index in ("identity_phone", "identity_email", "contact_name"):
        assert any(index in step for step in steps), steps
    assert not [step for step in steps if step == "SCAN j" or "AUTOMATIC" in step]


def test_linked_by_hand_and_parted_by_undo(cache: sqlite3.Connection) -> None:
    here = wrote(cache, "telegram", Person("4711", "Ana", phone="+34600111222"))
    other = wrote(cache, "sms", Person("+34600111222", "", phone="+34600111222"))
    people.merge(cache, ME, other, here, NOW)
    assert {one.channel for one in contacts.identities(here).all(cache)} == {"telegram", "sms"}
    assert matches.possible(here).all(cache) == []
    undo.undo(cache, ME, NOW)
    assert [one.id for one in matches.possible(here).all(cache)] == [other]


def test_a_dismissed_match_stays_away_until_undo(cache: sqlite3.Connection) -> None:
    here = wrote(cache, "telegram", Person("4711", "Ana", phone="+34600111222"))
    other = wrote(cache, "sms", Person("+34600111222", "", phone="+34600111222"))
    third = wrote(cache, "whatsapp", Person("34600111222", "", phone="+34600111222"))
    step = people.dismiss(cache, ME, here, other, NOW)
    assert step is not None
    assert step.label == "+34600111222 is another person than Ana"
    assert people.dismiss(cache, ME, other, here, NOW) is None, "either way round it is the same"
    assert [one.id for one in matches.possible(here).all(cache)] == [third]
    assert [one.id for one in matches.possible(other).all(cache)] == [third]
    people.merge(cache, ME, third, here, NOW)
    assert matches.possible(here).all(cache) == [], "it holds for the addresses, whosever they are"
    undo.undo(cache, ME, NOW)
    undo.undo(cache, ME, NOW)
    assert {one.id for one in matches.possible(here).all(cache)} == {other, third}
    undo.redo(cache, ME, NOW)
    assert [one.id for one in matches.possible(here).all(cache)] == [third]
    with pytest.raises(Refused):
        people.dismiss(cache, ME, here, here, NOW)
    with pytest.raises(NotFound):
        people.dismiss(cache, ME, here, 999, NOW)


def test_an_answer_on_the_other_channel_is_known(cache: sqlite3.Connection) -> None:
    here = wrote(cache, "telegram", Person("4711", "Ana", phone="+34600111222"))
    answer = MessageEvent(
        conversation="+34600111222", remote_id="out", at=Instant(NOW + MINUTE), direction=Direction.OUT,
        author=Person("shop", "Ben"), text="It is there",
    )  # fmt: skip
    other = wrote(cache, "sms", Person("+34600111222", "", phone="+34600111222"), answer)
    (id,) = cache.execute("SELECT id FROM conversation WHERE contact_id = ?", (here,)).fetchone()
    assert matches.answered_elsewhere(id, NOW).all(cache) == []
    people.merge(cache, ME, other, here, NOW)
    (found,) = matches.answered_elsewhere(id, NOW).all(cache)
    assert (found.account, found.at) == ("our-sms", NOW + MINUTE)
    assert matches.answered_elsewhere(id, NOW + MINUTE).all(cache) == []
