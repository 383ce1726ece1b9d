"""Addresses of people: a mailbox without case, any other as its channel gave it, and as it must be given back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from omnitui.config.schema import ChannelAccountSettings
from omnitui.core.channel_events import Direction, MessageEvent, Person
from omnitui.core.channels import Capabilities
from omnitui.core.errors import NotFound
from omnitui.core.mail import Address
from omnitui.core.models import Draft
from omnitui.core.times import MINUTE, Instant
from omnitui.store import channels, contacts, identities, outbox
from omnitui.store.chat.arriving import store_events
from omnitui.store.chat.scene import ChatAccount
from omnitui.store.chat.sending import partner
from omnitui.store.connection import Cache, Role, open_cache, transaction
from omnitui.store.migrate import migrations, statements
from omnitui.triage import chatting, people
from omnitui.triage.agent import Agent

NOW = Instant(1_763_900_000_000)
UPPER, LOWER = Person("U1AbC", "Ana Lee"), Person("u1abc", "Ben Ode")
AGENT = Agent("Cem", channels=(ChannelAccountSettings(name="desk", channel="slack", undo_seconds=0),))


def said(number: int, author: Person, conversation: str = "c1") -> MessageEvent:
    at = Instant(NOW + number * MINUTE)
    return MessageEvent(
        conversation=conversation, remote_id=f"m{number}", at=at, direction=Direction.IN, author=author, text="Hello"
    )


def store(cache: Cache, *events: MessageEvent) -> None:
    with transaction(cache):
        store_events(cache, ChatAccount(1, "desk", "slack"), events, NOW)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cache.db"


@pytest.fixture
def cache(path: Path) -> Iterator[Cache]:
    made = open_cache(path, Role.OPERATIONS)
    channels.upsert(made, "desk", "slack", "", mark="SL", capabilities=Capabilities(may_start=True))
    yield made
    made.close()


def addresses(cache: Cache) -> list[str]:
    return sorted(row[0] for row in cache.execute("SELECT address FROM identity").fetchall())


def test_two_ids_that_differ_in_case_are_two_people(cache: Cache) -> None:
    store(cache, said(1, UPPER), said(2, LOWER, "c2"))
    assert addresses(cache) == ["U1AbC", "u1abc"]
    names = cache.execute("SELECT contact_name FROM conversation ORDER BY id").fetchall()
    assert [name for (name,) in names] == ["Ana Lee", "Ben Ode"]
    assert partner(1).first(cache) == Address("Ana Lee", "U1AbC")
    assert partner(2).first(cache) == Address("Ben Ode", "u1abc")


def test_one_address_of_mail_is_one_person_however_it_is_written(cache: Cache) -> None:
    found = identities.ensure(cache, "email", [Address("Ana", "Ana@Example.org"), Address("", "ana@example.ORG")])
    assert list(found) == ["ana@example.org"]
    assert addresses(cache) == ["ana@example.org"]


def test_who_is_blocked_by_id_is_hidden_and_nobody_else(cache: Cache) -> None:
    store(cache, said(1, UPPER), said(2, LOWER, "c2"))
    people.block(cache, AGENT, "U1AbC", NOW, channel="slack")
    assert [row[0] for row in cache.execute("SELECT hidden FROM conversation ORDER BY id").fetchall()] == [1, 0]
    store(cache, said(3, UPPER, "c3"))
    assert cache.execute("SELECT hidden FROM conversation WHERE id = 3").fetchone()[0] == 1


def test_an_id_in_small_letters_still_means_its_person(cache: Cache) -> None:
    store(cache, said(1, UPPER))
    people.describe(cache, AGENT, "u1abc", NOW, name="Ana L.", channel="slack")
    card = contacts.card(cache, 1)
    assert card is not None
    assert card.name == "Ana L."
    with pytest.raises(NotFound):
        people.describe(cache, AGENT, "u9", NOW, name="Nobody", channel="slack")


def test_a_conversation_is_begun_with_the_id_as_it_is(cache: Cache, tmp_path: Path) -> None:
    store(cache, said(1, UPPER))
    card = contacts.card(cache, 1)
    assert card is not None
    to = (Address(card.name, card.identities[0].address),)
    draft = Draft(0, None, "desk", "new", None, to, body="Hello Ana")
    chatting.send(cache, AGENT, draft, NOW, chatting.When(None), attachments=tmp_path / "files")
    (row,) = outbox.rows().all(cache)
    assert row.recipients == "U1AbC"
    item = outbox.by_id(row.id).first(cache)
    assert item is not None
    assert item.payload["to"] == [["Ana Lee", "U1AbC"]]
    begun = cache.execute("SELECT contact_name, contact_id FROM conversation WHERE id = 2").fetchone()
    assert tuple(begun) == ("Ana Lee", card.id)


def test_who_never_wrote_is_known_from_the_first_message_to_them(cache: Cache, tmp_path: Path) -> None:
    draft = Draft(0, None, "desk", "new", None, (Address("Eve", "U7Ev"),), body="Hello Eve")
    chatting.send(cache, AGENT, draft, NOW, chatting.When(None), attachments=tmp_path / "files")
    assert cache.execute("SELECT contact_name FROM conversation").fetchone()[0] == "Eve"


def test_ids_that_were_made_small_get_their_letters_back(cache: Cache) -> None:
    out = MessageEvent(
        conversation="c2", remote_id="m2", at=NOW, direction=Direction.OUT, text="Hi", people=(Person("U2Xy", "Di"),)
    )
    store(cache, said(1, UPPER), out)
    with transaction(cache):
        identities.ensure(cache, "email", [Address("", "cem@example.org")])
        cache.execute("UPDATE identity SET address = lower(address)")
        for statement in statements(dict(migrations())[10]):
            cache.execute(statement)
    assert addresses(cache) == ["U1AbC", "U2Xy", "cem@example.org"]
