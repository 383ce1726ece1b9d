"""Agents work while mail comes, in any order: nothing is lost, what is derived stays right, everything comes back."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from omnitui.config.schema import AccountSettings, ServerSettings
from omnitui.core.errors import NotFound, Refused
from omnitui.core.times import Instant
from omnitui.store import fulltext
from omnitui.triage import joining, labels, notes, state, undo
from omnitui.triage.agent import Agent
from tests.mailbox import NOW, Mailbox
from tests.mails import US
from tests.store.test_ingest_properties import Given, fresh_box, mailboxes

SERVER = ServerSettings(host="mail.shop.example")
ANA = Agent("ana", (AccountSettings(name="shop", address=US, imap=SERVER, smtp=SERVER),))
Deed = tuple[str, int, int]
DEEDS: dict[str, Callable[[Mailbox, int, int, Instant], object]] = {
    "close": lambda box, one, _, at: state.close(box.connection, ANA, [one], at),
    "pending": lambda box, one, _, at: state.pending(box.connection, ANA, [one], at),
    "spam": lambda box, one, _, at: state.spam(box.connection, ANA, [one], at),
    "assign": lambda box, one, _, at: labels.assign(box.connection, ANA, [one], "ana", at),
    "tag": lambda box, one, other, at: labels.tag(box.connection, ANA, [one], [f"t{other % 3}"], [], at),
    "note": lambda box, one, other, at: notes.note(box.connection, ANA, [one], f"a note {other}", at),
    "merge": lambda box, one, other, at: joining.merge(box.connection, ANA, [other], one, at),
    "split": lambda box, one, other, at: joining.split_from(box.connection, ANA, one, _message(box, one, other), at),
    "undo": lambda box, *_: undo.undo(box.connection, ANA, NOW),
    "redo": lambda box, *_: undo.redo(box.connection, ANA, NOW),
}


def _message(box: Mailbox, conversation: int, number: int) -> int:
    ids = box.rows("SELECT id FROM message WHERE conversation_id = ? ORDER BY at, id", conversation)
    return int(ids[number % len(ids)][0])


def derived(box: Mailbox) -> list[tuple[object, ...]]:
    """Every derived column of every conversation that is shown."""
    return box.rows(
        "SELECT id, subject, contact_id, contact_name, preview, hidden, message_count, unread_count, attachment_count,"
        " note_count, draft_count, first_at, last_at, last_customer_at, last_agent_at, waiting_since FROM conversation"
        " WHERE merged_into IS NULL ORDER BY id"
    )


def check(box: Mailbox, mids: set[str]) -> None:
    """Nothing is lost, nothing hangs on what is no more, and what is counted is so."""
    from omnitui.store.refresh import refresh

    assert {row[0] for row in box.rows("SELECT mid FROM message WHERE class <> 'note'")} == mids
    for table in ("message", "reference", "draft", "outbox"):
        dead = f"SELECT count(*) FROM {table} t JOIN conversation c ON c.id = t.conversation_id WHERE c.merged_into > 0"
        assert box.one(dead) == 0, table
    assert (
        box.one(
            "SELECT count(*) FROM conversation c JOIN conversation t ON t.id = c.merged_into WHERE t.merged_into > 0"
        )
        == 0
    ), "a tombstone leads to a living conversation"
    assert box.rows("PRAGMA foreign_key_check") == []
    tally = box.rows("SELECT account_id, state, waiting, assignee, n FROM tally WHERE n <> 0 ORDER BY 1, 2, 3, 4")
    assert tally == box.rows(
        "SELECT account_id, state, waiting, assignee, count(*) FROM conversation"
        " WHERE hidden = 0 AND merged_into IS NULL GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4"
    )
    before = derived(box)
    box.connection.execute("BEGIN")
    refresh(box.connection, [row[0] for row in box.rows("SELECT id FROM conversation")])
    assert derived(box) == before
    ids = [row[0] for row in box.rows("SELECT id FROM message ORDER BY id")]
    fulltext.remove(box.connection, fulltext.searchable(box.connection, ids))
    assert box.one("SELECT count(*) FROM fulltext WHERE fulltext MATCH 'words OR example OR note'") == 0
    box.connection.execute("ROLLBACK")


@settings(max_examples=40, deadline=None)
@given(
    mailboxes(),
    st.lists(st.tuples(st.sampled_from(sorted(DEEDS)), st.integers(0, 30), st.integers(0, 30)), max_size=14),
    st.randoms(use_true_random=False),
)
def test_work_and_mail_in_any_order(mails: list[Given], deeds: list[Deed], chance: object) -> None:
    events: list[Given | Deed] = [*mails, *deeds]
    chance.shuffle(events)  # type: ignore[attr-defined]
    with fresh_box() as box:
        mids: set[str] = set()
        for n, event in enumerate(events):
            if len(event) == 2:
                box.give(event[0], event[1])
                mids.add(event[1].parsed.message_id)
                continue
            name, one, other = event
            there = [row[0] for row in box.rows("SELECT id FROM conversation WHERE merged_into IS NULL ORDER BY id")]
            if there:
                with suppress(Refused, NotFound):
                    DEEDS[name](box, there[one % len(there)], there[other % len(there)], Instant(NOW + n))
            check(box, mids)
        while undo.undo(box.connection, ANA, NOW):
            check(box, mids)
        assert box.one("SELECT count(*) FROM message WHERE class = 'note'") == 0
        assert box.one("SELECT count(*) FROM conversation_tag") == 0
        assert box.rows("SELECT DISTINCT assignee FROM conversation WHERE merged_into IS NULL") in ([], [("",)])
