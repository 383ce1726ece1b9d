"""What other clients and servers do to mail: moves, expunges, new numbers. Nothing is lost and nothing doubles."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

import pytest

from omnitui.core.mail import Address
from omnitui.core.times import Instant
from omnitui.store import ledger
from omnitui.store.connection import transaction
from omnitui.store.folders import Cursor
from tests.mailbox import NOW, Mailbox
from tests.mails import US, fetched, parsed


def gone(box: Mailbox, role: str, *uids: int) -> None:
    with transaction(box.connection):
        ledger.mark_gone(box.connection, box.folders[role], uids, NOW)


def renumber(box: Mailbox, uidvalidity: int) -> None:
    with transaction(box.connection):
        box.folders["inbox"] = ledger.new_validity(box.connection, box.folders["inbox"], uidvalidity, NOW)


def test_what_is_deleted_on_the_server_stays_here(box: Mailbox) -> None:
    """Chatwoot #12054 the other way round: a deletion is theirs, our conversation and its work remain, once."""
    box.receive(1, parsed("a@x"))
    gone(box, "inbox", 1)
    gone(box, "inbox", 1, 77)
    assert box.conversation("a@x")["state"] == "open"
    assert box.rows("SELECT outcome, gone_at FROM ledger") == [("stored", NOW)]
    assert ledger.known_uids(box.connection, box.folders["inbox"]) == set()
    assert box.one("SELECT known FROM folder WHERE role = 'inbox'") == 0


def test_a_uid_that_shows_up_again_is_there_again(box: Mailbox) -> None:
    mail = fetched(1, parsed("a@x"))
    box.give("inbox", mail)
    gone(box, "inbox", 1)
    box.give("inbox", mail)
    assert ledger.known_uids(box.connection, box.folders["inbox"]) == {1}
    assert box.one("SELECT count(*) FROM message") == 1


@pytest.mark.parametrize("seen_first", ["there", "gone"])
@pytest.mark.parametrize(("role", "state"), [("junk", "spam"), ("trash", "closed"), ("archive", "open")])
def test_moved_by_another_client(box: Mailbox, role: str, state: str, seen_first: str) -> None:
    mail = parsed("a@x")
    box.receive(1, mail)
    steps = [lambda: box.receive(4, mail, role, second=1), lambda: gone(box, "inbox", 1)]
    for step in steps if seen_first == "there" else reversed(steps):
        step()
    assert box.conversation("a@x")["state"] == state
    assert box.one("SELECT count(*) FROM message") == 1
    box.receive(9, mail, "inbox", second=1)
    gone(box, role, 4)
    assert box.conversation("a@x")["state"] == ("closed" if state == "closed" else "open")


def test_a_copy_in_the_trash_changes_nothing(box: Mailbox) -> None:
    box.receive(1, parsed("a@x"))
    box.receive(2, parsed("a@x"), "trash", second=1)
    assert box.conversation("a@x")["state"] == "open"


def test_spam_marked_here_alone_stays_spam_wherever_the_mail_goes(box: Mailbox) -> None:
    box.receive(1, parsed("a@x"))
    box.connection.execute("UPDATE conversation SET state = 'spam'")
    box.receive(2, parsed("a@x"), "archive", second=1)
    gone(box, "inbox", 1)
    assert box.conversation("a@x")["state"] == "spam"


def test_an_order_of_ours_on_its_way_is_not_crossed(box: Mailbox) -> None:
    box.receive(1, parsed("a@x"))
    box.connection.execute(
        "INSERT INTO outbox(id, kind, account_id, conversation_id, state, payload, created_at)"
        " VALUES ('o', 'move', ?, ?, 'queued', '{\"role\": \"inbox\"}', 0)",
        (box.account_id, box.conversation("a@x")["id"]),
    )
    box.receive(2, parsed("a@x"), "junk", second=1)
    gone(box, "inbox", 1)
    assert box.conversation("a@x")["state"] == "open"


@pytest.mark.parametrize(("role", "state"), [("junk", "spam"), ("trash", "closed"), ("archive", "open")])
def test_what_lies_there_from_the_first(box: Mailbox, role: str, state: str) -> None:
    box.receive(1, parsed("a@x"), role)
    assert box.conversation("a@x")["state"] == state


def test_a_new_uidvalidity_doubles_nothing_and_keeps_the_work(box: Mailbox) -> None:
    mails = [parsed(f"{n}@x", subject=f"Subject {n}") for n in range(1, 9)]
    box.give("inbox", *[fetched(n, mail) for n, mail in enumerate(mails, 1)], cursor=Cursor(9, 1))
    box.connection.execute("UPDATE conversation SET assignee = 'ana', state = 'closed'")
    before = box.rows("SELECT id, conversation_id, mid FROM message ORDER BY id")
    renumber(box, 8)
    assert (box.folders["inbox"].uid_next, box.folders["inbox"].known) == (1, 0)
    stored = box.give(
        "inbox", *[fetched(100 - n, mail, second=n) for n, mail in enumerate(mails, 1)], cursor=Cursor(100, 1)
    )
    assert stored.new_ids == (), "nothing is told as new again"
    assert box.rows("SELECT id, conversation_id, mid FROM message ORDER BY id") == before
    assert box.rows("SELECT DISTINCT assignee, state FROM conversation") == [("ana", "closed")]
    assert len(ledger.known_uids(box.connection, box.folders["inbox"])) == 8
    renumber(box, 8)
    assert box.folders["inbox"].known == 8


def test_a_big_mail_kept_in_part_is_known_by_id_date_and_size(box: Mailbox) -> None:
    mail = parsed("a@x")
    box.receive(1, mail, complete=False, digest="1" * 64)
    renumber(box, 8)
    box.receive(1, mail, complete=False, digest="2" * 64)
    assert box.one("SELECT count(*) FROM message") == 1


def test_doctor_sees_what_is_missing_and_what_has_vanished(box: Mailbox) -> None:
    box.give("inbox", fetched(1, parsed("a@x")), fetched(2, parsed("b@x")), fetched(3, parsed("c@x")))
    gone(box, "inbox", 3)
    found = ledger.differences(box.connection, box.folders["inbox"], [2, 4])
    assert (found.missing, found.vanished) == ((4,), (1,))


def test_our_sent_mail_merges_into_what_was_written_here(box: Mailbox) -> None:
    """FairEmail #109: the server gives our copy another Message-ID."""
    box.receive(1, parsed("a@x"))
    conversation = box.conversation("a@x")["id"]
    box.connection.execute(
        "INSERT INTO message(id, account_id, conversation_id, mid, class, from_address, subject, at, fetched_at,"
        " omni_id, delivery) VALUES (77, ?, ?, 'ours@x', 'human', ?, 'Re: Order', ?, 0, 'omni-1', 'sent')",
        (box.account_id, conversation, US, fetched(2, parsed("b")).at),
    )
    box.connection.execute("INSERT INTO body VALUES (77, 'Dear Anna', x'', '')")
    ours = {"sender": US, "subject": "Re: Order", "text": "Dear Anna", "to": (Address("", "anna@client.example"),)}
    box.receive(1, parsed("ours@x", **ours, omni_id="omni-1"), "sent")
    box.receive(2, parsed("renamed@outlook.example", **ours, omni_id="omni-1"), "sent")
    box.receive(3, parsed("ours@x", **ours), trace="Received: by us\r\n")
    assert box.one("SELECT count(*) FROM message") == 2
    assert box.rows("SELECT outcome, reason FROM ledger WHERE message_id = 77 ORDER BY folder_id, uid") == [
        ("duplicate", "came twice, by different ways"),
        ("duplicate", "our copy"),
        ("duplicate", "our copy; the server calls it renamed@outlook.example"),
    ]
    box.receive(4, parsed("answer@x", in_reply_to=("renamed@outlook.example",)))
    assert box.conversation("answer@x")["id"] == conversation


def test_nobody_outside_can_make_a_mail_vanish_as_a_copy_of_ours(box: Mailbox) -> None:
    box.receive(1, parsed("ours@x", US, omni_id="omni-1", to=(Address("", "anna@client.example"),)), "sent")
    box.receive(2, parsed("evil@x", "mallory@evil.example", omni_id="omni-1", text="pay here"))
    box.receive(3, parsed("ours@x", "mallory@evil.example", omni_id="omni-1", text="pay here too"))
    assert box.one("SELECT count(*) FROM message") == 3
    assert box.rows("SELECT class FROM message WHERE from_address LIKE 'mallory%'") == [("customer",)] * 2


def test_mail_after_a_long_outage_is_all_stored(box: Mailbox) -> None:
    """Chatwoot #10429, #6574, FreeScout, LibreDesk: they look back a day, three days or ten mails."""
    month = 30 * 86_400
    box.give("inbox", fetched(1, parsed("0@x")), cursor=Cursor(2, 1))
    late = [fetched(2 + n, parsed(f"late{n}@x"), second=n * month // 500) for n in range(500)]
    box.give("inbox", *late, cursor=Cursor(502, 1))
    assert box.one("SELECT count(*) FROM ledger WHERE outcome = 'stored'") == 501


def test_a_batch_that_breaks_in_the_middle_leaves_nothing(box: Mailbox) -> None:
    """Nextcloud Mail PR #5440, Zammad #78: half a chunk was kept, and the next run failed or doubled it."""
    batch = [fetched(n, parsed(f"{n}@x", text=f"{n} " * 3000)) for n in range(1, 40)]
    full = box.one("PRAGMA page_count") + 60
    box.connection.execute(f"PRAGMA max_page_count = {full}")
    with pytest.raises(sqlite3.OperationalError, match="full"):
        box.give("inbox", *batch, cursor=Cursor(40, 1))
    assert box.rows("SELECT (SELECT count(*) FROM message), (SELECT count(*) FROM ledger)") == [(0, 0)]
    assert box.one("SELECT uid_next FROM folder WHERE role = 'inbox'") == 1
    box.connection.execute("PRAGMA max_page_count = 1000000")
    box.give("inbox", *batch, cursor=Cursor(40, 1))
    assert box.one("SELECT count(*) FROM message") == 39


@pytest.mark.parametrize("place", [1, 7, 12])
@pytest.mark.parametrize(
    "broken",
    [
        {"subject": "lone \ud800 surrogate"},
        {"text": 5},
        {"sent_at": 2**70},
        {"references": ("\udfff@x",)},
        {"attachments": (None,)},
    ],
    ids=lambda broken: next(iter(broken)),
)
def test_a_mail_that_cannot_be_stored_stops_nothing(box: Mailbox, broken: dict[str, object], place: int) -> None:
    """Chatwoot #5081: one bad mail was fetched for ever."""
    batch = [fetched(n, parsed(f"{n}@x")) for n in range(1, 13)]
    bad = batch[place - 1]
    batch[place - 1] = replace(bad, parsed=replace(bad.parsed, **broken))
    box.give("inbox", *batch)
    assert box.rows("SELECT outcome, count(*) FROM ledger GROUP BY 1") == [("quarantined", 1), ("stored", 11)]
    ((error, data),) = box.rows("SELECT error, data FROM message JOIN original ON message_id = id WHERE error <> ''")
    assert "could not be stored" in error
    assert data == bad.packed
    assert box.give("inbox", *batch).new_ids == ()


def test_a_time_without_end_is_taken_for_now(box: Mailbox) -> None:
    box.receive(1, parsed("a@x"), at=Instant(2**70))
    assert box.rows("SELECT outcome, (SELECT at FROM message) FROM ledger") == [("quarantined", NOW)]
