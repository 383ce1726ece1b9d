"""Which mails are together, in whatever order they come."""

from __future__ import annotations

import random

import pytest

from omnitui.core import own_ids
from omnitui.core.mail import Address
from omnitui.core.times import DAY, SECOND
from omnitui.store.secret_key import secret_key
from tests.mailbox import Mailbox
from tests.mails import US, bounce_of, fetched, parsed

ANNA = (Address("Anna", "anna@client.example"),)
WINDOW = 14 * DAY // SECOND


def together(*groups: str) -> set[frozenset[str]]:
    return {frozenset(group.split()) for group in groups}


@pytest.mark.parametrize("order", [(1, 2, 3), (3, 2, 1), (2, 3, 1), (1, 3, 2), (2, 1, 3), (3, 1, 2)])
def test_a_chain_is_one_conversation_in_any_order(box: Mailbox, order: tuple[int, ...]) -> None:
    chain = {
        1: parsed("1@x", subject="Broken"),
        2: parsed("2@x", US, "Re: Broken", to=ANNA, in_reply_to=("1@x",)),
        3: parsed("3@x", subject="Re: Broken", in_reply_to=("2@x",)),
    }
    for n in order:
        box.receive(n, chain[n])
    assert box.partition() == together("1@x 2@x 3@x")
    row = box.conversation("1@x")
    assert (row["subject"], row["message_count"], row["contact_name"]) == ("Broken", 3, "Anna")
    assert row["waiting_since"] == fetched(3, chain[3]).at
    assert box.rows("SELECT mid, join_reason, join_detail FROM message ORDER BY mid") == [
        ("1@x", "root", ""), ("2@x", "in-reply-to", "1@x"), ("3@x", "in-reply-to", "2@x"),
    ]  # fmt: skip
    assert box.one("SELECT count(*) FROM conversation WHERE merged_into IS NULL") == 1
    assert box.rows("SELECT sum(n) FROM tally") == [(1,)]


def test_children_of_a_parent_that_never_came_are_together(box: Mailbox) -> None:
    for uid in (1, 2):
        box.receive(uid, parsed(f"{uid}@x", references=("lost@x",)))
    assert box.partition() == together("1@x 2@x")


def test_a_late_parent_unites_and_nothing_done_to_either_is_lost(box: Mailbox) -> None:
    box.receive(1, parsed("a@x", in_reply_to=("p1@x",)))
    box.receive(2, parsed("b@x", "bo@other.example", in_reply_to=("p2@x",)))
    first, second = (box.conversation(mid)["id"] for mid in ("a@x", "b@x"))
    work = [
        ("INSERT INTO conversation_tag VALUES (?, 'refund'), (?, 'vip')", (second, second)),
        ("UPDATE conversation SET assignee = 'ana', priority = 1, starred = 1 WHERE id = ?", (second,)),
        ("UPDATE conversation SET state = 'closed' WHERE id = ?", (second,)),
        ("INSERT INTO conversation_tag VALUES (?, 'bug')", (first,)),
        ("INSERT INTO draft(conversation_id, kind, updated_at) VALUES (?, 'reply', 1)", (second,)),
        (
            "INSERT INTO message(id, account_id, conversation_id, mid, class, at, fetched_at)"
            " VALUES (1, 1, ?, 'n', 'note', 5, 5)",
            (second,),
        ),
    ]
    for sql, params in work:
        box.connection.execute(sql, params)
    stored = box.receive(3, parsed("p1@x", US, to=ANNA, references=("p2@x",)))
    assert box.partition() == together("a@x b@x p1@x n")
    row = box.conversation("p1@x")
    assert row["id"] == first
    assert (row["tags"], row["assignee"], row["priority"], row["starred"]) == (" bug refund vip ", "ana", 1, 1)
    assert (row["state"], row["note_count"], row["draft_count"]) == ("open", 1, 1)
    assert box.one("SELECT merged_into FROM conversation WHERE id = ?", second) == first
    assert set(stored.conversations) == {first, second}
    assert box.rows("SELECT kind, target FROM operation") == [("united", row["key"])]
    assert box.one("SELECT count(*) FROM reference WHERE conversation_id = ?", second) == 0


def test_what_a_human_split_stays_apart(box: Mailbox) -> None:
    box.receive(1, parsed("a@x"))
    box.receive(2, parsed("b@x", references=("a@x",)))
    other = box.one(
        "INSERT INTO conversation(key, account_id, channel) VALUES ('k', ?, 'email') RETURNING id", box.account_id
    )
    for sql in (
        "UPDATE message SET conversation_id = ?, join_reason = 'split' WHERE mid = 'b@x'",
        "UPDATE reference SET conversation_id = ? WHERE mid = 'b@x'",
    ):
        box.connection.execute(sql, (other,))
    box.receive(3, parsed("c@x", in_reply_to=("b@x",), references=("a@x", "b@x")))
    assert box.partition() == together("a@x", "b@x c@x")


@pytest.mark.parametrize("newest_first", [False, True])
@pytest.mark.parametrize(
    ("sender", "subject", "days", "joins"),
    [
        ("anna@client.example", "Re: Broken", 1, True),
        ("anna@client.example", "AW: Broken", 13.9, True),
        ("anna@client.example", "Re: Broken", 14.1, False),
        ("anna@client.example", "Broken", 1, False),
        ("anna@client.example", "Re: Other", 1, False),
        ("mallory@evil.example", "Re: Broken", 1, False),
        ("cc@client.example", "Re: Broken", 1, True),
    ],
)
def test_a_subject_joins_only_who_takes_part_and_only_for_a_time(
    box: Mailbox, sender: str, subject: str, days: float, joins: bool, newest_first: bool
) -> None:
    mails = [
        fetched(1, parsed("a@x", subject="Broken", cc=(Address("", "cc@client.example"),))),
        fetched(2, parsed("b@x", sender, subject), second=1 + int(days * DAY / SECOND)),
    ]
    for mail in reversed(mails) if newest_first else mails:
        box.give("inbox", mail)
    assert box.partition() == (together("a@x b@x") if joins else together("a@x", "b@x"))
    if joins:
        assert box.rows("SELECT join_reason, join_detail FROM message WHERE mid = 'b@x'") == [("subject", "a@x")]


def test_our_own_answer_without_references_joins_only_its_customer(box: Mailbox) -> None:
    box.receive(1, parsed("a@x", subject="Broken"))
    box.receive(2, parsed("b@x", "bo@other.example", "Broken"))
    box.receive(3, parsed("c@x", US, "Re: Broken", to=ANNA), "sent")
    assert box.partition() == together("a@x c@x", "b@x")
    assert box.conversation("a@x")["waiting_since"] is None


def test_the_nearest_mail_of_the_subject_is_meant(box: Mailbox) -> None:
    box.receive(1, parsed("a@x", subject="Broken"), second=1)
    box.receive(2, parsed("b@x", subject="Broken"), second=5)
    box.receive(3, parsed("c@x", subject="Re: Broken"), second=9)
    assert box.partition() == together("a@x", "b@x c@x")


def test_a_forged_id_of_ours_joins_nothing(box: Mailbox) -> None:
    box.receive(1, parsed("a@x"))
    key = box.conversation("a@x")["key"]
    ours = own_ids.make_mid(secret_key(box.connection), key, "one", "shop.example")
    box.receive(2, parsed(ours, US, to=ANNA, in_reply_to=("a@x",)), "sent")
    box.receive(3, parsed("good@x", in_reply_to=(ours,)))
    forged = ours.replace(".one.", ".two.")
    box.receive(4, parsed("evil@x", "mallory@evil.example", in_reply_to=(forged,)))
    box.receive(5, parsed("evil2@x", "mallory@evil.example", in_reply_to=(forged,)))
    assert box.partition() == together(f"a@x {ours} good@x", "evil@x", "evil2@x")
    reasons = dict(box.rows("SELECT mid, join_reason FROM message"))
    assert (reasons["good@x"], reasons["evil@x"]) == ("own-id", "root")
    assert forged in box.one("SELECT join_detail FROM message WHERE mid = 'evil@x'")


@pytest.mark.parametrize("report_first", [False, True])
def test_a_bounce_finds_its_mail_and_opens_it_again(box: Mailbox, report_first: bool) -> None:
    box.receive(1, parsed("a@x"))
    sent = fetched(2, parsed("ours@x", US, to=ANNA, in_reply_to=("a@x",)))
    conversation = box.conversation("a@x")["id"]
    for role, mail in sorted([("inbox", bounce_of("ours@x", 3)), ("sent", sent)], reverse=not report_first):
        box.connection.execute("UPDATE conversation SET state = 'closed' WHERE id = ?", (conversation,))
        box.give(role, mail)
    assert box.partition() == together("a@x ours@x bounce3@mx.example")
    delivery = box.rows("SELECT delivery, delivery_detail FROM message WHERE mid = 'ours@x'")
    assert delivery == [("bounced", "anna@client.example 5.1.1 User unknown")]
    row = box.conversation("a@x")
    assert (row["state"], row["waiting_since"]) == ("open", fetched(1, parsed("a@x")).at)
    assert ("bounced",) in box.rows("SELECT kind FROM operation")


@pytest.mark.parametrize(
    ("action", "delivery"),
    [("delivered", "delivered"), ("delayed", "sent"), ("relayed", "sent"), ("failed", "bounced")],
)
def test_a_report_says_what_became_of_our_mail(box: Mailbox, action: str, delivery: str) -> None:
    box.receive(1, parsed("ours@x", US, to=ANNA), "sent")
    box.give("inbox", bounce_of("ours@x", 3, action))
    assert box.one("SELECT delivery FROM message WHERE mid = 'ours@x'") == delivery


def test_a_stuck_message_id_does_not_join_strangers(box: Mailbox) -> None:
    """Web forms send every mail with one Message-ID."""
    for uid in range(1, 6):
        box.receive(uid, parsed("form@x", f"c{uid}@x.example", "Contact", text=f"{uid}"))
    assert box.one("SELECT count(*) FROM conversation") == 5
    box.receive(9, parsed("form@x", "c2@x.example", "Re: Contact", text="a correction"))
    assert box.rows("SELECT join_reason FROM message WHERE subject LIKE 'Re:%'") == [("same-id",)]


def test_thousands_of_shuffled_mails_fall_into_their_threads(box: Mailbox) -> None:
    chance = random.Random(7)
    mails, groups = [], []
    for thread in range(60):
        mids = [f"{thread}.{n}@x" for n in range(chance.randint(1, 8))]
        groups.append(" ".join(mids))
        for n, mid in enumerate(mids):
            refs = tuple(mids[:n]) if chance.random() < 0.5 else tuple(mids[max(0, n - 1) : n])
            mails.append(fetched(len(mails) + 1, parsed(mid, subject=f"Thread {thread}", references=refs)))
    chance.shuffle(mails)
    for at in range(0, len(mails), 17):
        box.give("inbox", *mails[at : at + 17])
    assert box.partition() == together(*groups)
