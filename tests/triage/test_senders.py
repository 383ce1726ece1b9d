"""From which address an answer leaves, and what an answer from another account does to the conversation."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from omnitui.config.schema import AccountSettings, ServerSettings
from omnitui.core.models import Draft, MessageClass, State
from omnitui.store import accounts, conversations, drafts, messages, outbox
from omnitui.store.connection import transaction
from omnitui.store.outbox import OutboxItem
from omnitui.triage import drafting, sending, undo
from omnitui.triage.agent import Agent
from tests.store.desk import NOW, everything, make

SERVER = ServerSettings(host="mail.shop.example")
SUPPORT = AccountSettings(
    name="support",
    address="support@shop.example",
    aliases=("help@shop.example",),
    display_name="Shop",
    imap=SERVER,
    smtp=SERVER,
)
SALES = AccountSettings(name="sales", address="sales@shop.example", imap=SERVER, smtp=SERVER)
ANA = Agent("ana", (SUPPORT, SALES))


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = make(tmp_path / "cache.db")
    with transaction(connection):
        accounts.upsert(connection, "sales", "email", "sales@shop.example")
    yield connection
    connection.close()


def sent(cache: sqlite3.Connection, draft: Draft, tmp_path: Path) -> OutboxItem:
    sending.send(cache, ANA, draft, NOW, attachments=tmp_path / "files")
    (row,) = outbox.rows().all(cache)
    (item,) = outbox.by_id(row.id).all(cache)
    return item


@pytest.mark.parametrize(
    ("chosen", "leaves"),
    [
        ("", "support@shop.example"),
        ("help@shop.example", "help@shop.example"),
        ("support@shop.example", "support@shop.example"),
        ("stranger@shop.example", "support@shop.example"),
    ],
)
def test_an_answer_leaves_from_the_address_that_was_chosen(
    cache: sqlite3.Connection, tmp_path: Path, chosen: str, leaves: str
) -> None:
    item = sent(cache, replace(drafting.reply(cache, ANA, 1), body="Yes", sender=chosen), tmp_path)
    assert item.payload["from"] == ["Shop", leaves]
    assert item.conversation_id == 1


def test_from_another_account_it_begins_a_conversation_there(cache: sqlite3.Connection, tmp_path: Path) -> None:
    """Their reply will come to that account's mailbox, and finds what it answers."""
    draft = drafts.save(cache, replace(drafting.reply(cache, ANA, 1), body="Yes", account="sales"), NOW)
    before = everything(cache)
    item = sent(cache, draft, tmp_path)
    (old,) = conversations.by_id(1).all(cache)
    (new,) = conversations.by_id(item.conversation_id or 0).all(cache)
    assert (new.account, new.subject, new.contact_name) == ("sales", "Re: Question 1", "Anna")
    assert (old.state, old.note_count, old.draft_count) == (State.PENDING, 1, 0)
    note = messages.thread(1, limit=1).all(cache)[0]
    assert note.class_ is MessageClass.NOTE
    assert note.preview.startswith("Answered from sales@shop.example")
    assert item.payload["in_reply_to"], "their program still shows one thread"
    assert cache.execute("SELECT name FROM account WHERE id = ?", (item.account_id,)).fetchone()[0] == "sales"
    known = cache.execute("SELECT conversation_id FROM reference WHERE account_id = ? AND mid = ?", (2, item.mid))
    assert known.fetchone()[0] == new.id
    undo.undo(cache, ANA, NOW)
    assert everything(cache) == before
