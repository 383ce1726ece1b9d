"""Saved replies in the cache: kept, renamed, replaced, taken back; filled in from the conversation."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from omnitui.config.schema import AccountSettings, ServerSettings
from omnitui.core.errors import NotFound, Refused
from omnitui.core.mail import Address
from omnitui.core.saved_replies import SavedReply
from omnitui.store import drafts, outbox
from omnitui.store import saved_replies as stored
from omnitui.triage import drafting, people, saved_replies, sending, undo
from omnitui.triage.agent import Agent
from tests.store.desk import NOW, everything, make

SERVER = ServerSettings(host="mail.shop.example")
ANA = Agent("Ana Ruiz", (AccountSettings(name="support", address="support@shop.example", imap=SERVER, smtp=SERVER),))
THANKS = SavedReply("Thanks", "Thank you, {{contact.first_name}}.\n\n{{agent.first_name}}")


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = make(tmp_path / "cache.db")
    yield connection
    connection.close()


def names(cache: sqlite3.Connection) -> list[str]:
    return [reply.name for reply in stored.every().all(cache)]


def test_kept_renamed_deleted_and_all_of_it_taken_back(cache: sqlite3.Connection) -> None:
    states = [everything(cache)]
    assert saved_replies.save(cache, ANA, THANKS, NOW) is not None
    states.append(everything(cache))
    longer = replace(THANKS, name="Thanks a lot", body="Thanks!")
    step = saved_replies.save(cache, ANA, longer, NOW, was="thanks")
    assert step is not None
    assert names(cache) == ["Thanks a lot"]
    states.append(everything(cache))
    saved_replies.delete(cache, ANA, "THANKS A LOT", NOW)
    assert names(cache) == []
    for before in reversed(states):
        undo.undo(cache, ANA, NOW)
        assert everything(cache) == before
    for _ in states:
        undo.redo(cache, ANA, NOW)
    assert names(cache) == []


def test_a_name_is_taken_once_in_whatever_case(cache: sqlite3.Connection) -> None:
    saved_replies.save(cache, ANA, THANKS, NOW)
    with pytest.raises(Refused, match="already"):
        saved_replies.save(cache, ANA, replace(THANKS, name="THANKS"), NOW)
    assert saved_replies.save(cache, ANA, replace(THANKS, body="New"), NOW, was="Thanks") is not None
    assert saved_replies.put(cache, ANA, [replace(THANKS, name="THANKS", body="Newer")], NOW) is not None
    assert [reply.body for reply in stored.every().all(cache)] == ["Newer"]
    assert saved_replies.put(cache, ANA, [replace(THANKS, name="Thanks", body="Newer")], NOW) is None
    with pytest.raises(NotFound, match="no saved reply"):
        saved_replies.delete(cache, ANA, "Gone", NOW)


def test_it_is_filled_in_from_the_conversation(cache: sqlite3.Connection) -> None:
    draft = drafting.reply(cache, ANA, 1)
    assert saved_replies.filled(cache, ANA, THANKS, draft, NOW).body == "Thank you, Anna.\n\nAna"
    people.describe(cache, ANA, "anna@example.org", NOW, name="Anna de Vries", organisation="De Vries Fietsen")
    values = saved_replies.values(cache, ANA, draft, NOW)
    assert values == {
        "contact.name": "Anna de Vries",
        "contact.first_name": "Anna",
        "contact.email": "anna@example.org",
        "contact.organisation": "De Vries Fietsen",
        "conversation.number": "#1",
        "conversation.subject": "Question 1",
        "agent.name": "Ana Ruiz",
        "agent.first_name": "Ana",
        "account.name": "support",
        "account.address": "support@shop.example",
        "date.today": "2027-01-15",
    }


def test_a_forward_and_a_new_mail_greet_whom_they_go_to(cache: sqlite3.Connection) -> None:
    carrier = Address("Jan Smit", "jan@carrier.example")
    forward = replace(drafting.forward(cache, ANA, 1), to=(carrier,))
    assert saved_replies.filled(cache, ANA, THANKS, forward, NOW).body.startswith("Thank you, Jan.")
    nobody = drafting.fresh(ANA, "support")
    assert "{{contact.first_name}}" in saved_replies.filled(cache, ANA, THANKS, nobody, NOW).body


def test_what_is_not_filled_in_is_not_sent(cache: sqlite3.Connection, tmp_path: Path) -> None:
    draft = replace(drafting.reply(cache, ANA, 1), body="Dear {{contact.title}},")
    with pytest.raises(Refused, match=r"\{\{contact.title\}\} is not filled in.*Nothing was sent"):
        sending.send(cache, ANA, draft, NOW, attachments=tmp_path / "files")
    assert not outbox.rows().all(cache)
    sending.send(cache, ANA, replace(draft, body=r"Write \{{contact.title}}"), NOW, attachments=tmp_path / "files")
    (item,) = outbox.rows().all(cache)
    assert outbox.by_id(item.id).all(cache)[0].payload["body"] == "Write {{contact.title}}"


def test_taking_a_mail_back_gives_the_text_as_it_was_sent(cache: sqlite3.Connection, tmp_path: Path) -> None:
    """What was typed after the last autosave is in it too."""
    draft = drafts.save(cache, replace(drafting.reply(cache, ANA, 1), body="Hello"), NOW)
    sending.send(cache, ANA, replace(draft, body="Hello Anna", subject="Re: it"), NOW, attachments=tmp_path / "files")
    undo.undo(cache, ANA, NOW)
    (back,) = drafts.every().all(cache)
    assert (back.body, back.subject) == ("Hello Anna", "Re: it")
