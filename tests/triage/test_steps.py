"""What agents do, as they do it: on one, on many, on a query; said in words; taken back."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from omnitui.config.schema import AccountSettings, ServerSettings
from omnitui.core.errors import NotFound, Refused
from omnitui.core.mail import Address
from omnitui.core.models import ConversationRow, Priority, State, StepRow
from omnitui.core.times import Instant
from omnitui.store import conversations, log, messages, views
from omnitui.store import where as conditions
from omnitui.store.refresh import refresh
from omnitui.triage import joining, labels, notes, people, snooze_due, state, undo
from omnitui.triage.agent import Agent
from tests.store.desk import NOW, everything, mail, make

SERVER = ServerSettings(host="mail.shop.example")
ACCOUNT = AccountSettings(
    name="support", address="support@shop.example", archive_on_close=True, imap=SERVER, smtp=SERVER
)
ANA = Agent("ana", (ACCOUNT,))


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = make(tmp_path / "cache.db")
    yield connection
    connection.close()


def row(cache: sqlite3.Connection, number: int = 1) -> ConversationRow:
    """A conversation as the list shows it."""
    found = conversations.by_id(number).first(cache)
    assert found is not None
    return found


DEEDS: list[tuple[str, Callable[[sqlite3.Connection], StepRow | None]]] = [
    ("Closed 2 conversations", lambda c: state.close(c, ANA, [1, 2], NOW)),
    ("Closed “Question 1”", lambda c: state.close(c, ANA, [1], NOW)),
    ("Closed 4 conversations", lambda c: state.close(c, ANA, conditions.in_state("open"), NOW)),
    ("Set “Question 1” to pending", lambda c: state.pending(c, ANA, [1], NOW)),
    ("Marked “Question 1” as spam", lambda c: state.spam(c, ANA, [1], NOW)),
    ("Snoozed “Question 1” until Mon 09:00", lambda c: state.snooze(c, ANA, [1], Instant(NOW + 5), NOW, "Mon 09:00")),
    ("Snoozed “Question 1” until they reply", lambda c: state.snooze(c, ANA, [1], None, NOW)),
    ("Assigned “Question 1” to ana", lambda c: labels.assign(c, ANA, [1], "me", NOW)),
    ("Assigned “Question 1” to ben", lambda c: labels.assign(c, ANA, [1], "ben", NOW)),
    ("Set “Question 1” to urgent priority", lambda c: labels.priority(c, ANA, [1], Priority.URGENT, NOW)),
    ("Tagged “Question 1” +vip -x", lambda c: labels.tag(c, ANA, [1], ["#VIP"], ["x"], NOW)),
    ("Starred “Question 1”", lambda c: labels.star(c, ANA, [1], True, NOW)),
    ("Marked “Question 1” as read", lambda c: labels.read(c, ANA, [1], True, NOW)),
    ("Noted on “Question 1”", lambda c: notes.note(c, ANA, [1], "call back", NOW)),
    ("Merged 2 conversations into “Question 1”", lambda c: joining.merge(c, ANA, [2, 3], 1, NOW)),
    ("Blocked Anna@example.org", lambda c: people.block(c, ANA, "Anna@example.org", NOW)),
    ("Changed the contact anna@example.org", lambda c: people.describe(c, ANA, "anna@example.org", NOW, notes="VIP")),
    (
        "Linked ben@example.org with anna@example.org",
        lambda c: people.link(c, ANA, "ben@example.org", "anna@example.org", NOW),
    ),
]


@pytest.mark.parametrize(("label", "deed"), DEEDS, ids=[label for label, _ in DEEDS])
def test_a_deed_is_said_in_words_and_taken_back_whole(
    cache: sqlite3.Connection, label: str, deed: Callable[[sqlite3.Connection], StepRow | None]
) -> None:
    before = everything(cache)
    step = deed(cache)
    assert step is not None
    assert step.label == label
    after = everything(cache)
    assert after != before
    if not label.startswith(("Noted", "Merged")):
        assert deed(cache) is None, "done already"
    assert undo.undo(cache, ANA, NOW) == StepRow(step.id, label, "ana", NOW, "undone")
    assert everything(cache) == before
    assert undo.redo(cache, ANA, NOW)
    assert everything(cache) == after


def test_closing_moves_to_the_archive_only_where_the_account_says_so(cache: sqlite3.Connection) -> None:
    state.close(cache, Agent("ben"), [1], NOW)
    assert cache.execute("SELECT count(*) FROM outbox").fetchone()[0] == 0
    state.close(cache, ANA, [2], NOW)
    rows = cache.execute("SELECT payload FROM outbox WHERE conversation_id = 2").fetchall()
    assert [json.loads(found["payload"]) for found in rows] == [{"role": "archive"}] * 3


def test_spam_leaves_the_waiting_view_and_comes_back(cache: sqlite3.Connection) -> None:
    waiting = conversations.count(views.default_where("Waiting", "ana"))
    assert waiting.first(cache) == 4
    state.spam(cache, ANA, [1], NOW)
    assert waiting.first(cache) == 3
    cache.execute("UPDATE outbox SET state = 'sent'")
    cache.execute("UPDATE ledger SET folder_id = 3 WHERE uid < 200")
    state.reopen(cache, ANA, [1], NOW)
    assert waiting.first(cache) == 4
    moves = cache.execute("SELECT payload FROM outbox WHERE state = 'queued'").fetchall()
    assert [json.loads(move["payload"]) for move in moves] == [{"role": "inbox"}] * 3


def test_what_is_due_comes_back_at_its_time(cache: sqlite3.Connection) -> None:
    state.snooze(cache, ANA, [1], Instant(NOW + 5000), NOW)
    state.snooze(cache, ANA, [2], None, NOW)
    assert snooze_due.next_due(cache) == NOW + 5000
    assert snooze_due.wake(cache, Instant(NOW + 4999)) == []
    assert snooze_due.wake(cache, Instant(NOW + 5000)) == [1]
    assert (row(cache).state, row(cache).snoozed_until, row(cache, 2).state) == (State.OPEN, None, State.SNOOZED)
    assert snooze_due.next_due(cache) is None
    assert [entry.kind for entry in log.history(1).all(cache)] == ["woken", "state"]


def test_opening_a_conversation_is_no_step_of_undo(cache: sqlite3.Connection) -> None:
    labels.assign(cache, ANA, [1], "me", NOW)
    undo.undo(cache, ANA, NOW)
    assert labels.read(cache, ANA, [2], True, NOW, undoable=False)
    assert row(cache, 2).unread_count == 0
    assert undo.redo(cache, ANA, NOW), "what was undone can still be redone"


def test_merged_is_one_thread_and_undo_makes_two(cache: sqlite3.Connection) -> None:
    labels.tag(cache, ANA, [2], ["late"], [], NOW)
    joining.merge(cache, ANA, [2], 1, NOW)
    assert (row(cache).message_count, row(cache).tags) == (6, ("late",))
    assert conversations.count(conditions.EVERYTHING).first(cache) == 3
    labels.assign(cache, ANA, [2], "ben", NOW)
    assert row(cache).assignee == "ben", "what is done to the merged one is done to what it became"
    with pytest.raises(Refused):
        joining.merge(cache, ANA, [1], 1, NOW)


def test_split_makes_a_conversation_of_what_follows(cache: sqlite3.Connection) -> None:
    thread = messages.thread(1).all(cache)
    step = joining.split_from(cache, ANA, 1, thread[1].id, NOW)
    assert step is not None
    assert step.label == "Split 2 messages from “Question 1”"
    assert row(cache).message_count == 1
    (part,) = [found for found in conversations.page(conditions.EVERYTHING).all(cache) if found.id > 4]
    assert (part.message_count, part.contact_name, part.account) == (2, "Anna", "support")
    assert {message.join_reason for message in messages.thread(part.id).all(cache)} == {"split"}
    with pytest.raises(Refused):
        joining.split_from(cache, ANA, 1, thread[2].id, NOW)


def test_a_blocked_sender_is_hidden(cache: sqlite3.Connection) -> None:
    people.block(cache, ANA, "anna@example.org", NOW)
    assert conversations.count(conditions.EVERYTHING).first(cache) == 3
    assert [found.id for found in conversations.page(conditions.IS_HIDDEN).all(cache)] == [1]
    with pytest.raises(Refused):
        people.block(cache, ANA, "support@shop.example", NOW)
    with pytest.raises(NotFound):
        people.block(cache, ANA, "stranger@example.org", NOW)


def test_notes_are_edited_and_every_version_is_in_the_log(cache: sqlite3.Connection) -> None:
    notes.note(cache, ANA, [1], "first \x1b[31mwords", NOW)
    note = messages.thread(1).first(cache)
    assert note is not None
    assert (note.class_.value, note.author, note.preview) == ("note", "ana", "first [31mwords")
    notes.edit_note(cache, ANA, note.mid, "second words", NOW)
    (body,) = messages.bodies([note.id]).all(cache)
    assert (body.text, row(cache).note_count) == ("second words", 1)
    assert cache.execute("SELECT count(*) FROM fulltext WHERE fulltext MATCH 'second'").fetchone()[0] == 1
    assert cache.execute("SELECT count(*) FROM fulltext WHERE fulltext MATCH 'first'").fetchone()[0] == 0
    notes.delete_note(cache, ANA, note.mid, NOW)
    assert row(cache).note_count == 0
    assert [entry.replaces.get("text") for entry in log.history(1).all(cache)] == [
        "second words",
        "first [31mwords",
        None,
    ]
    with pytest.raises(Refused):
        notes.note(cache, ANA, [1], " \x00 ", NOW)


@pytest.mark.parametrize(("text", "name"), [("Refund", "refund"), ("#lost parcel", "lost-parcel"), ("退款", "退款")])
def test_tags_have_one_spelling(text: str, name: str) -> None:
    assert labels.tag_name(text) == name


@pytest.mark.parametrize("text", ["", "#", "--", " \x1b "])
def test_what_is_no_tag_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        labels.tag_name(text)


def test_undo_does_not_bury_what_the_customer_wrote_since(cache: sqlite3.Connection) -> None:
    state.close(cache, ANA, [1, 2], NOW)
    state.reopen(cache, ANA, [1, 2], NOW)
    mail(cache, 1, Address("Anna", "anna@example.org"), 9)
    refresh(cache, [1])
    assert undo.undo(cache, ANA, NOW)
    assert (row(cache).state, row(cache, 2).state) == (State.OPEN, State.CLOSED)


def test_nobody_is_told_of_conversations_that_are_not_there(cache: sqlite3.Connection) -> None:
    with pytest.raises(NotFound):
        state.close(cache, ANA, [99], NOW)
    assert state.close(cache, ANA, conditions.in_state("spam"), NOW) is None
