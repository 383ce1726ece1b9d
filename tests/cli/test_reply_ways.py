"""`omnitui reply`: through another account of the same person, and by a template, as the screen does it."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from omnitui.config.places import places, prepare
from omnitui.core.channel_events import Direction, MessageEvent, Person
from omnitui.core.channels import Capabilities
from omnitui.core.models import TemplateRow
from omnitui.core.times import HOUR, Instant
from omnitui.store import channels, contacts
from omnitui.store.chat.arriving import store_events
from omnitui.store.chat.scene import ChatAccount
from omnitui.store.connection import Cache, Role, open_cache, transaction
from omnitui.triage import people
from omnitui.triage.agent import Agent
from tests.cli.run import documents, omnitui

ACCOUNT = """\
[[account]]
name = "{name}"
channel = "file"
[account.file]
inbox = "{home}/{name}.in"
outbox = "{home}/{name}.out"
"""
TEMPLATE = TemplateRow("t1", "parcel", "en", "Your parcel {{1}} arrives {{2}}.")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Ana writes on two accounts, as one person."""
    where = places(tmp_path, {})
    prepare(where)
    where.config_file.write_text("".join(ACCOUNT.format(name=name, home=tmp_path) for name in ("blue", "red")))
    cache, now = open_cache(where.cache_db, Role.PULL), Instant(time.time_ns() // 1_000_000)
    with transaction(cache):
        for name in ("blue", "red"):
            id = channels.upsert(cache, name, "file", "", mark="", capabilities=Capabilities(templates=True))
            event = MessageEvent(
                conversation=name, remote_id=f"{name}/1", at=Instant(now - HOUR), direction=Direction.IN,
                author=Person(f"ana-{name}", "Ana"), text=f"hello from {name}",
            )  # fmt: skip
            store_events(cache, ChatAccount(id, name, "file"), (event,), now)
            channels.set_templates(cache, id, [TEMPLATE] if name == "red" else [])
    ones = [_contact(cache, name) for name in ("blue", "red")]
    people.merge(cache, Agent("ana"), ones[0], ones[1], now)
    cache.close()
    return tmp_path


def _contact(cache: Cache, account: str) -> int:
    found = contacts.contact_of(_conversation(cache, account)).first(cache)
    assert found is not None
    return found


def _conversation(cache: Cache, account: str) -> int:
    return int(
        cache.execute(
            "SELECT c.id FROM conversation c JOIN account a ON a.id = c.account_id WHERE a.name = ?", (account,)
        ).fetchone()[0]
    )


def waiting(home: Path) -> list[tuple[str, int, str]]:
    """What is to leave: account, conversation, text."""
    cache = open_cache(places(home, {}).cache_db, Role.READ)
    rows = cache.execute(
        "SELECT a.name, o.conversation_id, b.text FROM outbox o JOIN account a ON a.id = o.account_id"
        " JOIN body b ON b.message_id = o.message_id"
    ).fetchall()
    cache.close()
    return [(account, id, text.strip()) for account, id, text in rows]


def ids(home: Path) -> dict[str, int]:
    cache = open_cache(places(home, {}).cache_db, Role.READ)
    found = {name: _conversation(cache, name) for name in ("blue", "red")}
    cache.close()
    return found


def test_an_answer_leaves_through_the_other_account(home: Path) -> None:
    at = ids(home)
    done = omnitui(home, "reply", at["blue"], "-", "--through", "red", "--json", stdin="It is on its way")
    assert done.returncode == 0, done.stderr
    assert documents(done)[0]["conversation"] == at["red"]
    assert waiting(home) == [("red", at["red"], "It is on its way")]
    shown = json.loads(omnitui(home, "show", at["blue"], "--json").stdout)
    assert shown["conversation"]["state"] == "pending"
    assert any("Answered from red" in message["text"] for message in shown["messages"])


def test_what_is_no_way_is_refused_with_those_that_are(home: Path) -> None:
    at = ids(home)
    done = omnitui(home, "reply", at["blue"], "-", "--through", "green", stdin="hello")
    assert done.returncode != 0
    assert "green is no other way to this person; there is red" in done.stderr
    assert omnitui(home, "reply", at["blue"], "-", "--through", "red", "--forward", stdin="x").returncode == 2
    assert waiting(home) == []


def test_a_template_with_its_values_is_the_text(home: Path) -> None:
    at = ids(home)
    values = ("--value", "1=4711", "--value", "2=on Monday")
    done = omnitui(home, "reply", at["red"], "--template", "parcel", *values)
    assert done.returncode == 0, done.stderr
    assert waiting(home) == [("red", at["red"], "Your parcel 4711 arrives on Monday.")]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (("red", "--template", "parcel", "--value", "1=4711"), "parcel needs --value 2=..."),
        (("red", "--template", "parcels"), "red has no template parcels: there are parcel"),
        (("blue", "--template", "parcel"), "blue has no template parcel: none is known"),
        (("red", "--template", "parcel", "--value", "x"), "x is no NAME=TEXT"),
        (("red", "-", "--value", "1=x"), "--value needs --template"),
        (("red", "-", "--template", "parcel"), "--template is the whole text"),
    ],
)
def test_what_a_template_lacks_is_said_and_nothing_leaves(home: Path, given: tuple[str, ...], words: str) -> None:
    name, *rest = given
    done = omnitui(home, "reply", ids(home)[name], *rest, stdin="hello")
    assert done.returncode != 0
    assert words in " ".join(done.stderr.split())
    assert waiting(home) == []
