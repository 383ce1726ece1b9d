"""Follow up if no reply: set, come due, ended by a reply, taken back; mails that leave only unless they reply."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from omnitui.config.schema import AccountSettings, ServerSettings
from omnitui.core.errors import Refused
from omnitui.core.mail import Address
from omnitui.core.models import ConversationRow, State
from omnitui.core.times import DAY, Instant
from omnitui.store import conversations, drafts, log, outbox
from omnitui.store.connection import transaction
from omnitui.store.refresh import refresh
from omnitui.triage import drafting, follow_ups, joining, sending, state, undo
from omnitui.triage.agent import Agent
from tests.store.desk import NOW, everything, mail, make

SERVER = ServerSettings(host="mail.shop.example")
ANA = Agent("ana", (AccountSettings(name="support", address="support@shop.example", imap=SERVER, smtp=SERVER),))
THEN = Instant(NOW + 3 * DAY)
ANNA = Address("Anna", "anna@example.org")


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = make(tmp_path / "cache.db")
    yield connection
    connection.close()


def row(cache: sqlite3.Connection, number: int = 1) -> ConversationRow:
    (found,) = conversations.by_id(number).all(cache)
    return found


def replies(cache: sqlite3.Connection, number: int = 1, minutes: int = 100) -> None:
    with transaction(cache):
        mail(cache, number, ANNA, minutes)
        refresh(cache, [number])


def told(cache: sqlite3.Connection, number: int = 1) -> list[str]:
    return [entry.step for entry in log.history(number).all(cache)]


def test_set_and_taken_back(cache: sqlite3.Connection) -> None:
    before = everything(cache)
    step = follow_ups.follow_up(cache, ANA, [1, 2], THEN, NOW, "Mon 09:00")
    assert step is not None
    assert step.label == "Follow up 2 conversations if there is no reply by Mon 09:00"
    assert row(cache).follow_up_at == THEN
    after = everything(cache)
    assert follow_ups.follow_up(cache, ANA, [1], THEN, NOW) is None, "it is so already"
    undo.undo(cache, ANA, NOW)
    assert everything(cache) == before
    undo.redo(cache, ANA, NOW)
    assert everything(cache) == after
    follow_ups.follow_up(cache, ANA, [1, 2], None, NOW)
    assert everything(cache) == before
    undo.undo(cache, ANA, NOW)
    assert everything(cache) == after


def test_a_time_that_is_past_is_refused(cache: sqlite3.Connection) -> None:
    with pytest.raises(Refused, match="past"):
        follow_ups.follow_up(cache, ANA, [1], NOW, NOW)


@pytest.mark.parametrize("put", [State.CLOSED, State.PENDING, State.SNOOZED, State.OPEN])
def test_without_a_reply_it_opens_at_its_time(cache: sqlite3.Connection, put: State) -> None:
    follow_ups.follow_up(cache, ANA, [1], THEN, NOW)
    state.set_state(cache, ANA, [1], put, NOW)
    assert not follow_ups.pressing(cache, Instant(THEN - 1))
    assert follow_ups.settle(cache, Instant(THEN - 1)) == []
    assert follow_ups.pressing(cache, THEN)
    assert follow_ups.settle(cache, THEN) == [1]
    found = row(cache)
    assert (found.state, found.follow_up_at, found.no_reply) == (State.OPEN, None, True)
    assert told(cache)[0] == "Opened again: no reply has come"
    assert follow_ups.settle(cache, THEN) == []
    replies(cache, minutes=10_000)
    assert not row(cache).no_reply


def test_spam_is_left_alone(cache: sqlite3.Connection) -> None:
    follow_ups.follow_up(cache, ANA, [1], THEN, NOW)
    state.spam(cache, ANA, [1], NOW)
    follow_ups.settle(cache, THEN)
    assert (row(cache).state, row(cache).follow_up_at, row(cache).no_reply) == (State.SPAM, None, False)


def test_a_reply_ends_it_and_undo_does_not_bring_it_back(cache: sqlite3.Connection) -> None:
    follow_ups.follow_up(cache, ANA, [1], THEN, NOW)
    replies(cache)
    assert follow_ups.pressing(cache, NOW)
    assert follow_ups.settle(cache, NOW) == [1]
    assert row(cache).follow_up_at is None
    assert told(cache)[0] == "They have replied: no follow-up any more"
    undo.undo(cache, ANA, NOW)
    assert row(cache).follow_up_at is None
    undo.redo(cache, ANA, NOW)
    follow_ups.settle(cache, NOW)
    assert row(cache).follow_up_at is None, "the reply came after it was set first"


def test_of_a_merged_conversation_the_other_opens(cache: sqlite3.Connection) -> None:
    follow_ups.follow_up(cache, ANA, [2], THEN, NOW)
    joining.merge(cache, ANA, [2], 1, NOW)
    state.close(cache, ANA, [1], NOW)
    assert follow_ups.settle(cache, THEN) == [1]
    assert (row(cache).state, row(cache).no_reply) == (State.OPEN, True)


def test_sending_with_a_follow_up_is_one_step(cache: sqlite3.Connection, tmp_path: Path) -> None:
    draft = drafts.save(cache, replace(drafting.reply(cache, ANA, 1), body="Did it come?"), NOW)
    before = everything(cache)
    sending.send(cache, ANA, draft, NOW, attachments=tmp_path, follow_up=THEN)
    assert row(cache).follow_up_at == THEN
    undo.undo(cache, ANA, NOW)
    assert everything(cache) == before
    undo.redo(cache, ANA, NOW)
    assert row(cache).follow_up_at == THEN
    new = replace(drafting.fresh(ANA, "support", (Address("", "new@example.org"),), "Hello"), body="Hi")
    sending.send(cache, ANA, new, NOW, attachments=tmp_path, follow_up=THEN)
    (begun,) = [r for r in conversations.by_ids(range(1, 99)).all(cache) if r.subject == "Hello"]
    assert begun.follow_up_at == THEN
    undo.undo(cache, ANA, NOW)
    assert [draft.body for draft in drafts.every().all(cache)] == ["Hi"]


@pytest.mark.parametrize("asking", [False, True])
def test_a_mail_for_no_reply_is_a_draft_again_once_they_reply(
    cache: sqlite3.Connection, tmp_path: Path, asking: bool
) -> None:
    draft = replace(drafting.reply(cache, ANA, 1), body="Did it come?")
    sending.send(cache, ANA, draft, NOW, attachments=tmp_path, at=THEN, unless_reply=True)
    (item,) = outbox.rows().all(cache)
    assert (item.state, item.detail, item.not_before) == ("held", "unless they reply", THEN)
    assert not follow_ups.pressing(cache, Instant(THEN + 1)), "without a reply it leaves"
    if asking:
        outbox.claim(cache, ["send"], 1, owner="w", now=THEN, lease=1)
        outbox.settle(cache, item.id, "asking", "they wrote again", THEN)
    replies(cache)
    assert follow_ups.pressing(cache, NOW)
    assert follow_ups.settle(cache, NOW) == [1]
    assert outbox.rows().all(cache) == []
    assert [draft.body for draft in drafts.every().all(cache)] == ["Did it come?"]
    assert told(cache)[0].startswith("Not sent, since they have replied: ")
    assert not follow_ups.pressing(cache, NOW)
    assert undo.undo(cache, ANA, NOW) is not None, "what was taken back already is passed over"
    assert [draft.body for draft in drafts.every().all(cache)] == ["Did it come?"]


def test_a_mail_that_may_have_gone_is_not_taken_back(cache: sqlite3.Connection, tmp_path: Path) -> None:
    draft = replace(drafting.reply(cache, ANA, 1), body="Did it come?")
    sending.send(cache, ANA, draft, NOW, attachments=tmp_path, at=THEN, unless_reply=True)
    (item,) = outbox.rows().all(cache)
    outbox.claim(cache, ["send"], 1, owner="w", now=THEN, lease=1)
    outbox.set_phase(cache, item.id, "dot", "w")
    replies(cache)
    assert follow_ups.settle(cache, NOW) == []
    assert [left.state for left in outbox.rows().all(cache)] == ["sending"]
