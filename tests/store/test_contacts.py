"""People: found by any word of theirs, their card, their timeline; merged as one step that undo takes apart."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from omnitui.core.errors import NotFound, Refused
from omnitui.core.mail import Address
from omnitui.core.times import Instant
from omnitui.store import contacts, identities, messages
from omnitui.triage import labels, people, undo
from omnitui.triage.agent import Agent
from tests.store.desk import NOW, everything, make

ANA = Agent("ana")


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = make(tmp_path / "cache.db", conversations=6)
    yield connection
    connection.close()


def names(cache: sqlite3.Connection, words: str = "") -> list[str]:
    return [row.name for row in contacts.page(words).all(cache)]


def number(cache: sqlite3.Connection, name: str) -> int:
    return next(row.id for row in contacts.page(name).all(cache))


def test_everybody_but_us_is_on_the_page_the_last_heard_of_first(cache: sqlite3.Connection) -> None:
    identities.heard_from(cache, [(number(cache, "chi"), NOW, NOW)])
    found = contacts.page().all(cache)
    assert found[0].name == "Chi"
    assert {row.name for row in found} == {"Anna", "Ben", "Chi", "Dolores"}
    assert {row.addresses for row in found if row.name == "Anna"} == {("anna@example.org",)}
    assert {row.name: row.conversation_count for row in found}["Anna"] == 2


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("ann", ["Anna"]),
        ("anna@exam", ["Anna"]),
        ("EXAMPLE anna", ["Anna"]),
        ("nna", []),
        ("ngoc", ["Ngọc Trần"]),
        ("tran ngoc", ["Ngọc Trần"]),
        ("怡", ["陳怡君"]),
        ("two shops", ["Ben"]),
        ("50%_'", []),
        ("", ["Anna", "Ben", "Chi", "Dolores", "Ngọc Trần", "陳怡君"]),
    ],
)
def test_a_word_finds_them(cache: sqlite3.Connection, words: str, found: list[str]) -> None:
    identities.ensure(cache, "email", [Address("Ngọc Trần", "t@ha.example"), Address("陳怡君", "c@yi.example")])
    people.describe(cache, ANA, "ben@example.org", NOW, notes="Has two shops")
    assert sorted(names(cache, words)) == found


@pytest.mark.parametrize("sample", [0, 49], ids=["rare", "common"])
def test_what_is_searched_is_kept_and_made_anew_after_every_change(
    cache: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch, sample: int
) -> None:
    monkeypatch.setattr(contacts, "SAMPLE", sample)
    assert contacts.make_sought(cache, 2)
    assert not contacts.make_sought(cache, 100)
    assert (names(cache, "ann"), names(cache, "two")) == (["Anna"], [])
    people.describe(cache, ANA, "ben@example.org", NOW, notes="Has two shops", organisation="Bikes")
    identities.ensure(cache, "email", [Address("Ngọc Trần", "t@ha.example")])
    assert (names(cache, "two"), names(cache, "bik"), names(cache, "tran")) == (["Ben"], ["Ben"], ["Ngọc Trần"])
    assert not contacts.make_sought(cache, 100)
    step = people.merge(cache, ANA, number(cache, "chi"), number(cache, "ben"), NOW)
    assert step
    assert names(cache, "chi@example.org") == ["Ben"]
    undo.undo(cache, ANA, NOW)
    assert names(cache, "chi@example.org") == ["Chi"]
    people.describe(cache, ANA, "ben@example.org", NOW, notes="")
    assert names(cache, "two") == []


def test_the_card_tells_what_follows_from_all_conversations(cache: sqlite3.Connection) -> None:
    labels.tag(cache, ANA, [1, 5], ["refund"], [], NOW)
    labels.tag(cache, ANA, [5], ["vip"], [], NOW)
    card = contacts.card(cache, 1)
    assert card is not None
    assert card.tags == (("refund", 2), ("vip", 1))
    assert card.waiting_since == min(c.waiting_since for c in card.conversations if c.waiting_since)
    assert (card.first_at, card.last_at) == (
        min(c.first_at for c in card.conversations),
        max(c.last_at for c in card.conversations),
    )


def test_the_timeline_has_every_message_of_theirs_in_order(cache: sqlite3.Connection) -> None:
    whole = messages.of_contact(number(cache, "anna"), limit=100).all(cache)
    assert {message.conversation_id for message in whole} == {1, 5}
    assert [(m.at, m.id) for m in whole] == sorted(((m.at, m.id) for m in whole), reverse=True)
    paged, before = [], None
    while page := messages.of_contact(number(cache, "anna"), before, limit=2).all(cache):
        paged += page
        before = (page[-1].at, page[-1].id)
    assert [m.id for m in paged] == [m.id for m in whole]


def test_two_people_become_one_and_undo_parts_them(cache: sqlite3.Connection) -> None:
    people.describe(cache, ANA, "anna@example.org", NOW, notes="Prefers mail")
    people.describe(cache, ANA, "ben@example.org", NOW, notes="Two shops")
    before = everything(cache)
    anna, ben = number(cache, "anna"), number(cache, "ben")
    step = people.merge(cache, ANA, ben, anna, Instant(NOW + 1))
    assert step is not None
    assert step.label == "Merged the contact Ben into Anna"
    card = contacts.card(cache, 2)
    assert card is not None
    assert (card.id, card.name, card.notes) == (anna, "Anna", "Prefers mail\nTwo shops")
    assert [one.address for one in card.identities] == ["anna@example.org", "ben@example.org"]
    assert card.conversation_count == 4
    assert "Ben" not in names(cache)
    assert undo.undo(cache, ANA, Instant(NOW + 2)) is not None
    assert everything(cache) == before
    assert undo.redo(cache, ANA, Instant(NOW + 3)) is not None
    assert "Ben" not in names(cache)


def test_what_cannot_be_merged_is_refused(cache: sqlite3.Connection) -> None:
    anna = number(cache, "anna")
    with pytest.raises(Refused):
        people.merge(cache, ANA, anna, anna, NOW)
    with pytest.raises(NotFound):
        people.merge(cache, ANA, anna, 999, NOW)
