"""An answer through another account: the conversation at hand is told of it and waits, by mail and by chat alike."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from omnitui.config.schema import AccountSettings, ChannelAccountSettings, ServerSettings
from omnitui.core.channels import Capabilities
from omnitui.core.errors import Refused
from omnitui.core.mail import Address
from omnitui.core.models import ConversationId, Draft, MessageClass, MessageId, State
from omnitui.store import accounts, channels, conversations, drafts, identities, messages
from omnitui.store.connection import transaction
from omnitui.triage import sending, state, undo
from omnitui.triage.agent import Agent
from tests.store.desk import NOW, make

SERVER = ServerSettings(host="mail.shop.example")
OTHER = AccountSettings(name="sales", address="sales@shop.example", imap=SERVER, smtp=SERVER)
CHAT = ChannelAccountSettings(name="tg", channel="telegram", display_name="The shop")
AGENT = Agent("Ana", (OTHER,), channels=(CHAT,))
ANNA = ConversationId(1)


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A mailbox in which Anna has written, and a chat account to which she could be written."""
    connection = make(tmp_path / "cache.db")
    with transaction(connection):
        accounts.upsert(connection, "sales", "email", OTHER.address)
    reached(connection, Capabilities(may_start=True, reply_to=True))
    yield connection
    connection.close()


def reached(cache: sqlite3.Connection, can: Capabilities) -> None:
    with transaction(cache):
        channels.upsert(cache, "tg", "telegram", "@shop", mark="TG", capabilities=can)
        identities.ensure(cache, "telegram", [Address("Anna", "4711")])


def through(cache: sqlite3.Connection, account: str, to: str) -> Draft:
    """What `reply.through` opens for a way without a conversation, saved; it still names the mail that it answers."""
    answered = messages.thread(ANNA).all(cache)[0].id
    kind = "new" if account == "sales" else "reply"
    draft = Draft(
        0, ANNA, account, kind, MessageId(answered), (Address("Anna", to),), subject="Your parcel",
        body="It is on its way.", quote=False, author="Ana",
    )  # fmt: skip
    return drafts.save(cache, draft, NOW)


@pytest.mark.parametrize(
    ("account", "to", "said"),
    [("sales", "anna@home.example", "sales@shop.example"), ("tg", "4711", "tg")],
)
def test_the_conversation_at_hand_is_told_and_waits(
    cache: sqlite3.Connection, tmp_path: Path, account: str, to: str, said: str
) -> None:
    draft = through(cache, account, to)
    step = sending.send(cache, AGENT, draft, NOW, attachments=tmp_path / "files")
    assert step is not None
    row = conversations.by_id(ANNA).first(cache)
    assert row is not None
    assert row.state is State.PENDING
    newest = messages.thread(ANNA).all(cache)[0]
    assert newest.class_ is MessageClass.NOTE
    (body,) = messages.bodies([newest.id]).all(cache)
    assert body.text == f"Answered from {said}, as a conversation of that account"
    (item,) = cache.execute("SELECT account_id, conversation_id, payload FROM outbox WHERE kind = 'send'").fetchall()
    began = conversations.by_id(item["conversation_id"]).first(cache)
    assert began is not None
    assert (began.account, began.state, began.id != ANNA) == (account, State.PENDING, True)
    assert '"reply_to": "c1' not in item["payload"], "no message of another account is named to the channel"

    undo.undo(cache, AGENT, NOW)
    row = conversations.by_id(ANNA).first(cache)
    assert row is not None
    assert row.state is State.OPEN
    assert all(message.class_ is not MessageClass.NOTE for message in messages.thread(ANNA).all(cache))
    assert conversations.by_id(began.id).first(cache) is None
    (back,) = drafts.for_conversation(ANNA).all(cache)
    assert (back.account, back.body) == (account, "It is on its way.")


def test_a_chat_that_the_customer_must_begin_is_refused(cache: sqlite3.Connection, tmp_path: Path) -> None:
    reached(cache, Capabilities())
    draft = through(cache, "tg", "4711")
    with pytest.raises(Refused, match="customer must write first"):
        sending.send(cache, AGENT, draft, NOW, attachments=tmp_path / "files")
    assert drafts.by_id(draft.id).first(cache) is not None
    assert cache.execute("SELECT count(*) FROM outbox").fetchone()[0] == 0
    row = conversations.by_id(ANNA).first(cache)
    assert row is not None
    assert row.state is State.OPEN


@pytest.mark.parametrize("account", ["sales", "tg"])
def test_the_conversation_that_one_came_from_is_answered_too(
    cache: sqlite3.Connection, tmp_path: Path, account: str
) -> None:
    """One person, two conversations: answered in the other, this one waits for nobody; undo takes both back."""
    to = "anna@home.example" if account == "sales" else "4711"
    assert sending.send(cache, AGENT, through(cache, account, to), NOW, attachments=tmp_path / "files")
    there = cache.execute("SELECT conversation_id FROM outbox WHERE kind = 'send'").fetchone()[0]
    state.reopen(cache, AGENT, [ANNA], NOW)
    notes = cache.execute("SELECT count(*) FROM message WHERE class = 'note'").fetchone()[0]
    draft = Draft(
        0, ConversationId(there), account, "reply", None, (Address("Anna", to),), subject="Your parcel",
        body="It is there.", quote=False, author="Ana", origin=ANNA,
    )  # fmt: skip
    draft = drafts.save(cache, draft, NOW)
    assert drafts.by_id(draft.id).first(cache) == draft
    assert sending.send(cache, AGENT, draft, NOW, attachments=tmp_path / "files")
    row = conversations.by_id(ANNA).first(cache)
    assert row is not None
    assert row.state is State.PENDING
    newest = messages.thread(ANNA).all(cache)[0]
    (body,) = messages.bodies([newest.id]).all(cache)
    assert body.text == f"Answered from {account}, in #{there}"

    undo.undo(cache, AGENT, NOW)
    row = conversations.by_id(ANNA).first(cache)
    assert row is not None
    assert row.state is State.OPEN
    assert cache.execute("SELECT count(*) FROM message WHERE class = 'note'").fetchone()[0] == notes
    back = next(one for one in drafts.every().all(cache) if one.body == "It is there.")
    assert back.origin == ANNA


def test_a_conversation_that_was_closed_meanwhile_stays_closed(cache: sqlite3.Connection, tmp_path: Path) -> None:
    assert sending.send(cache, AGENT, through(cache, "tg", "4711"), NOW, attachments=tmp_path / "files")
    there = cache.execute("SELECT conversation_id FROM outbox WHERE kind = 'send'").fetchone()[0]
    state.close(cache, AGENT, [ANNA], NOW)
    draft = Draft(0, ConversationId(there), "tg", "reply", None, (), body="It is there.", author="Ana", origin=ANNA)
    assert sending.send(cache, AGENT, drafts.save(cache, draft, NOW), NOW, attachments=tmp_path / "files")
    row = conversations.by_id(ANNA).first(cache)
    assert row is not None
    assert row.state is State.CLOSED
