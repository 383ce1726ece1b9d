"""Storing mail: everything kept, nothing twice, every UID accounted for."""

from __future__ import annotations

import pytest

from omnitui.core.errors import CacheError
from omnitui.core.mail import Address, Attachment, MailKind
from omnitui.store import feed, fulltext, ledger
from omnitui.store.connection import transaction
from omnitui.store.folders import Cursor, by_id
from omnitui.store.ingest import store_batch
from tests.mailbox import NOW, Mailbox
from tests.mails import US, fetched, parsed


def search(box: Mailbox, words: str) -> list[str]:
    rows = box.rows("SELECT mid FROM message WHERE id IN (SELECT rowid FROM fulltext(?)) ORDER BY id", words)
    return [row[0] for row in rows]


def test_a_mail_is_kept_whole_found_and_counted(box: Mailbox) -> None:
    files = (Attachment("invoice.pdf", "application/pdf", 10, "ab", "2"),)
    mail = parsed("a@x", text="My parcel is late\nPlease help", attachments=files)
    stored = box.give("inbox", fetched(5, mail, flags="\\Flagged"), cursor=Cursor(6, 5))
    assert len(stored.new_ids) == 1
    row = box.conversation("a@x")
    assert (row["subject"], row["contact_name"], row["preview"]) == ("Order", "Anna", "My parcel is late Please help")
    assert (row["message_count"], row["unread_count"], row["attachment_count"]) == (1, 1, 1)
    assert row["waiting_since"] == row["last_at"] == fetched(5, mail).at
    assert box.rows("SELECT uid, outcome, flags, gone_at FROM ledger") == [(5, "stored", "\\Flagged", None)]
    assert box.rows("SELECT organisation FROM contact WHERE name = 'Anna'") == [("client.example",)]
    for words in ("parcel", "anna", "invoice", "order", '"client example"'):
        assert search(box, words) == ["a@x"]
    now = by_id(box.connection, box.folders["inbox"].id)
    assert (now.uid_next, now.uid_floor, now.known) == (6, 5, 1)
    assert stored.conversations[0] in {c for _, c in feed.since(0).all(box.connection)}


def test_giving_a_batch_again_changes_nothing(box: Mailbox) -> None:
    batch = [fetched(n, parsed(f"{n}@x", subject=f"Subject {n}")) for n in range(1, 20)]
    box.give("inbox", *batch)
    before = box.connection.total_changes
    assert box.give("inbox", *batch).new_ids == ()
    assert box.connection.total_changes == before


def test_one_mail_in_several_folders_is_one_message(box: Mailbox) -> None:
    mail = parsed("a@x")
    box.receive(1, mail)
    assert box.receive(4, mail, "archive", second=1, flags="\\Seen").new_ids == ()
    assert box.rows("SELECT outcome FROM ledger ORDER BY folder_id") == [("stored",), ("duplicate",)]
    assert box.conversation("a@x")["unread_count"] == 0


def test_a_mail_that_came_by_two_ways_is_one_message(box: Mailbox) -> None:
    box.receive(1, parsed("a@x"), trace="Received: from one\r\n")
    box.receive(2, parsed("a@x"), trace="Received: from two\r\n")
    assert box.rows("SELECT outcome, reason FROM ledger WHERE uid = 2") == [
        ("duplicate", "came twice, by different ways")
    ]


def test_the_same_message_id_with_other_content_is_two_messages_and_says_so(box: Mailbox) -> None:
    for uid in (1, 2):
        box.receive(uid, parsed("a@x", subject="Form", text=f"customer {uid}", sender=f"c{uid}@x.example"))
    assert box.rows("SELECT outcome FROM ledger") == [("stored",)] * 2
    details = box.rows("SELECT join_detail FROM message ORDER BY id")
    assert details == [("",), ("(another mail has the same Message-ID)",)]
    assert box.one("SELECT count(DISTINCT conversation_id) FROM message") == 2


def test_mail_without_message_id_gets_the_same_one_at_every_fetch(box: Mailbox) -> None:
    mail = fetched(1, parsed("", text="no id"))
    box.give("inbox", mail)
    box.give("archive", mail)
    assert box.one("SELECT mid FROM message") == f"sha256-{mail.digest[:32]}@derived.invalid"


def test_what_cannot_be_parsed_is_a_readable_row_with_its_reason_and_original(box: Mailbox) -> None:
    box.receive(1, parsed("", sender="", subject="(unreadable)"), quarantine="took longer than 2 s")
    assert box.rows("SELECT outcome, reason FROM ledger") == [("quarantined", "took longer than 2 s")]
    assert box.one("SELECT error FROM message") == "took longer than 2 s"
    assert box.one("SELECT count(*) FROM original") == 1
    assert box.one("SELECT count(*) FROM conversation WHERE hidden = 0 AND waiting") == 1


def test_who_wrote_it_decides_the_class(box: Mailbox) -> None:
    ours = {"sender": US, "to": (Address("", "anna@client.example"),)}
    box.give(
        "inbox",
        fetched(1, parsed("customer@x")),
        fetched(2, parsed("human@x", **ours)),
        fetched(3, parsed("machine@x", **ours, kind=MailKind.AUTO)),
        fetched(4, parsed("auto@x", kind=MailKind.AUTO)),
        fetched(5, parsed("list@x", kind=MailKind.LIST, list_id="news.example")),
        fetched(6, parsed("our-list@x", kind=MailKind.LIST, list_id="help.shop.example")),
        fetched(7, parsed("form@x", sender=US, reply_to=(Address("Bo", "bo@client.example"),))),
        fetched(8, parsed("among-us@x", sender=US)),
        fetched(9, parsed("internal@x", sender=US, references=("human@x",))),
    )
    box.receive(1, parsed("alias@x", sender="me@elsewhere.example"), "sent")
    assert dict(box.rows("SELECT mid, class FROM message")) == {
        "customer@x": "customer", "human@x": "human", "machine@x": "machine", "auto@x": "auto", "list@x": "auto",
        "our-list@x": "customer", "form@x": "customer", "alias@x": "human",
        "among-us@x": "customer", "internal@x": "human",
    }  # fmt: skip
    assert box.conversation("form@x")["contact_name"] == "Bo"


def test_what_blocked_people_write_is_stored_and_hidden_until_somebody_else_joins(box: Mailbox) -> None:
    box.receive(1, parsed("a@x"))
    box.connection.execute("UPDATE identity SET blocked = 1 WHERE address = 'anna@client.example'")
    box.receive(2, parsed("b@x", references=("a@x",)))
    box.receive(3, parsed("c@x"))
    assert [box.conversation(mid)["hidden"] for mid in ("b@x", "c@x")] == [1, 1]
    assert box.rows("SELECT sum(n) FROM tally") == [(0,)]
    box.receive(4, parsed("d@x", "bo@other.example", references=("a@x",)))
    assert box.conversation("d@x")["hidden"] == 0
    assert search(box, "hi") == ["a@x", "b@x", "c@x", "d@x"]


def test_only_our_own_traffic_is_hidden_but_not_what_begins_with_us(box: Mailbox) -> None:
    box.receive(1, parsed("a@x", sender=US, references=("lost@x",)))
    assert box.conversation("a@x")["hidden"] == 1
    box.receive(2, parsed("b@x", sender=US), "sent")
    row = box.conversation("b@x")
    assert (row["hidden"], row["contact_name"], row["waiting_since"] is not None) == (0, "Help", True)


def test_the_index_gives_back_what_was_put_in(box: Mailbox) -> None:
    box.receive(1, parsed("a@x", text="Đơn hàng 退款 straße", subject="Größe", cc=(Address("Ünal", "u@x.example"),)))
    assert search(box, "don grosse strasse unal") == ["a@x"]
    ids = [row[0] for row in box.rows("SELECT id FROM message")]
    fulltext.remove(box.connection, fulltext.searchable(box.connection, ids))
    assert search(box, "don OR strasse OR anna OR grosse") == []


def test_ids_rise_with_time_whatever_the_order_of_arrival(box: Mailbox) -> None:
    for uid, second in enumerate((9, 3, 3, 7, 1), 1):
        box.receive(uid, parsed(f"{uid}@x"), second=second)
    assert box.rows("SELECT id FROM message ORDER BY at, id") == box.rows("SELECT id FROM message ORDER BY id")


def test_a_batch_for_an_old_uidvalidity_is_refused_whole(box: Mailbox) -> None:
    old = box.folders["inbox"]
    ledger.new_validity(box.connection, old, 8, NOW)
    with pytest.raises(CacheError), transaction(box.connection):
        store_batch(box.connection, old, [fetched(1, parsed("a@x"))], NOW)
    assert box.one("SELECT count(*) FROM message") == 0
