"""Whatever the order, the batches, the repeats and the folders: the same mails end as the same cache."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from omnitui.core.mail import Address, MailKind
from omnitui.core.models import Delivery, MessageClass
from omnitui.core.waiting import Mark, waiting_since
from omnitui.store import fulltext
from omnitui.store.connection import Role, open_cache, transaction
from omnitui.store.ingest import FetchedMail
from omnitui.store.refresh import refresh
from tests.mailbox import Mailbox
from tests.mails import US, bounce_of, fetched, parsed

MIDS = [f"{n}@x" for n in range(8)]
CUSTOMERS = ["anna@client.example", "bo@other.example"]
Given = tuple[str, FetchedMail]
"""A folder's role, and a mail in it."""


@contextmanager
def fresh_box() -> Iterator[Mailbox]:
    with TemporaryDirectory() as home:
        connection = open_cache(Path(home) / "cache.db", Role.PULL)
        try:
            yield Mailbox(connection)
        finally:
            connection.close()


@st.composite
def mailboxes(draw: st.DrawFn) -> list[Given]:
    """Mails that name each other (or what never comes) at random, some in two folders, some twice in one."""
    found: list[Given] = []
    for uid, mid in enumerate(draw(st.lists(st.sampled_from(MIDS), min_size=1, max_size=8, unique=True)), 1):
        names = draw(st.lists(st.sampled_from([*MIDS, "lost@x"]), max_size=3, unique=True))
        ours = draw(st.booleans())
        kind = draw(st.sampled_from([MailKind.MAIL, MailKind.MAIL, MailKind.AUTO]))
        customer = draw(st.sampled_from(CUSTOMERS))
        people = {"sender": US, "to": (Address("", customer),)} if ours else {"sender": customer}
        mail = parsed(
            mid, subject=f"Subject {mid}", text=f"words of {mid}", references=tuple(names[1:]),
            in_reply_to=tuple(names[:1]), kind=kind, **people,
        )  # fmt: skip
        item = fetched(uid, mail, flags=draw(st.sampled_from(["", "\\Seen", "\\Answered"])))
        home = "sent" if ours else "inbox"
        found.append((home, item))
        if draw(st.booleans()):
            found.append((draw(st.sampled_from(["archive", home])), fetched(100 + uid, mail, second=uid)))
        if ours and draw(st.integers(0, 3)) == 0:
            found.append(("inbox", bounce_of(mid, 200 + uid)))
    return found


def summary(box: Mailbox) -> dict[str, object]:
    """What must come out the same: not ids, not which of two united conversations stayed."""
    live = "FROM conversation WHERE merged_into IS NULL"
    return {
        "partition": box.partition(),
        "messages": box.rows("SELECT mid, class, kind, seen, answered, delivery FROM message ORDER BY mid"),
        "conversations": sorted(
            box.rows(
                "SELECT subject, state, contact_name, message_count, unread_count, first_at, last_at, last_customer_at,"
                f" last_agent_at, waiting_since, hidden, preview {live}"
            ),
            key=repr,
        ),
        "uids": box.rows("SELECT folder_id, uid, flags, gone_at FROM ledger ORDER BY 1, 2"),
        "contacts": sorted(box.rows("SELECT name, organisation, first_at, last_at FROM contact"), key=repr),
        "tally": box.rows("SELECT account_id, state, waiting, assignee, n FROM tally WHERE n <> 0 ORDER BY 1, 2, 3"),
    }


def check(box: Mailbox) -> None:
    """Everything derived agrees with what it is derived from."""
    recount = box.rows(
        "SELECT account_id, state, waiting, assignee, count(*) FROM conversation"
        " WHERE hidden = 0 AND merged_into IS NULL GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3"
    )
    assert summary(box)["tally"] == recount
    marks: dict[int, list[Mark]] = {}
    for conversation, *mark in box.rows("SELECT conversation_id, at, class, answered, delivery FROM message"):
        marks.setdefault(conversation, []).append(
            Mark(mark[0], MessageClass(mark[1]), bool(mark[2]), Delivery(mark[3]))
        )
    rows = box.rows("SELECT id, wait_from, waiting_since FROM conversation WHERE merged_into IS NULL")
    assert {row[0]: row[2] for row in rows} == {row[0]: waiting_since(marks[row[0]], row[1]) for row in rows}
    assert box.rows("SELECT role, known FROM folder") == box.rows(
        "SELECT role, (SELECT count(*) FROM ledger WHERE folder_id = f.id AND gone_at IS NULL) FROM folder f"
    )
    assert box.rows("PRAGMA foreign_key_check") == []
    ids = [row[0] for row in box.rows("SELECT id FROM message ORDER BY id")]
    for mid, id_ in box.rows("SELECT mid, id FROM message WHERE kind = 'mail'"):
        words = f'"words of {mid}"'.replace("@", " ")
        assert box.rows("SELECT rowid FROM fulltext WHERE fulltext MATCH ?", words) == [(id_,)]
    box.connection.execute("BEGIN")
    fulltext.remove(box.connection, fulltext.searchable(box.connection, ids))
    assert box.one("SELECT count(*) FROM fulltext WHERE fulltext MATCH 'words OR example OR undelivered'") == 0
    box.connection.execute("ROLLBACK")


def store(box: Mailbox, mails: list[Given], cuts: list[int]) -> None:
    """Give the mails in order, a new batch at each cut and wherever the folder changes."""
    batch: list[FetchedMail] = []
    for n, (role, mail) in enumerate(mails):
        batch.append(mail)
        if n in cuts or n + 1 == len(mails) or mails[n + 1][0] != role:
            box.give(role, *batch)
            batch = []


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_any_order_and_any_batches_give_the_same_cache(data: st.DataObject) -> None:
    mails = data.draw(mailboxes())
    cuts = st.lists(st.integers(0, len(mails)))
    with fresh_box() as one, fresh_box() as other:
        store(one, mails, data.draw(cuts))
        check(one)
        shuffled = data.draw(st.permutations(mails))
        store(other, shuffled, data.draw(cuts))
        check(other)
        assert summary(one) == summary(other)
        before = other.connection.total_changes
        store(other, data.draw(st.permutations(mails)), data.draw(cuts))
        assert other.connection.total_changes == before, "what is known is not written again"


@settings(max_examples=20, deadline=None)
@given(mailboxes())
def test_refreshing_changes_nothing(mails: list[Given]) -> None:
    with fresh_box() as box:
        store(box, mails, [])
        before = summary(box)
        with transaction(box.connection):
            refresh(box.connection, [row[0] for row in box.rows("SELECT id FROM conversation")])
        assert summary(box) == before


def test_a_conversation_of_thousands_is_refreshed_from_the_index_alone(box: Mailbox) -> None:
    box.give("inbox", *[fetched(n, parsed(f"{n}@x", references=("root@x",))) for n in range(1, 1001)])
    plan = box.connection.execute(
        "EXPLAIN QUERY PLAN SELECT total(seen = 0 AND class = 'customer'), total(attachment_count), max(CASE WHEN"
        " class = 'human' AND delivery <> '' OR answered THEN at END) FROM message WHERE conversation_id = 1"
    ).fetchall()
    assert "COVERING INDEX message_conversation" in plan[0]["detail"]
    assert isinstance(box.connection, sqlite3.Connection)
