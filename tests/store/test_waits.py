"""Waiting and reopening, as mail comes in."""

from __future__ import annotations

import pytest

from omnitui.core.mail import Address, MailKind
from omnitui.store.folders import Cursor, by_id
from tests.mailbox import Mailbox
from tests.mails import US, fetched, parsed

ANNA = (Address("Anna", "anna@client.example"),)


def set_state(box: Mailbox, mid: str, state: str) -> None:
    box.connection.execute("UPDATE conversation SET state = ? WHERE id = ?", (state, box.conversation(mid)["id"]))


@pytest.mark.parametrize(
    ("state", "opens"), [("open", True), ("pending", True), ("snoozed", True), ("closed", True), ("spam", False)]
)
def test_a_customers_answer_opens_again_but_never_spam(box: Mailbox, state: str, opens: bool) -> None:
    box.receive(1, parsed("a@x"))
    set_state(box, "a@x", state)
    box.receive(2, parsed("b@x", in_reply_to=("a@x",)))
    row = box.conversation("b@x")
    assert row["state"] == ("open" if opens else "spam")
    events = box.rows("SELECT kind, source FROM operation")
    assert events == ([("reopened", "sync")] if state in ("pending", "snoozed", "closed") else [])


@pytest.mark.parametrize("kind", [MailKind.AUTO, MailKind.LIST])
def test_automatic_mail_opens_nothing_and_waits_for_nobody(box: Mailbox, kind: MailKind) -> None:
    box.receive(1, parsed("a@x"))
    box.receive(2, parsed("r@x", US, to=ANNA, in_reply_to=("a@x",)), "sent")
    set_state(box, "a@x", "closed")
    box.receive(3, parsed("b@x", in_reply_to=("a@x",), kind=kind))
    row = box.conversation("b@x")
    assert (row["state"], row["waiting_since"]) == ("closed", None)


def test_closed_without_reply_the_old_wait_is_over(box: Mailbox) -> None:
    box.receive(1, parsed("a@x"))
    set_state(box, "a@x", "closed")
    box.receive(2, parsed("b@x", in_reply_to=("a@x",)))
    assert box.conversation("b@x")["waiting_since"] == fetched(2, parsed("b@x")).at


def test_pending_the_old_wait_goes_on(box: Mailbox) -> None:
    box.receive(1, parsed("a@x"))
    set_state(box, "a@x", "pending")
    box.receive(2, parsed("b@x", in_reply_to=("a@x",)))
    assert box.conversation("b@x")["waiting_since"] == fetched(1, parsed("a@x")).at


def test_the_back_fill_of_old_mail_opens_nothing(box: Mailbox) -> None:
    box.give("inbox", fetched(9, parsed("b@x", in_reply_to=("a@x",))), cursor=Cursor(10, 9))
    box.give("sent", fetched(1, parsed("r@x", US, to=ANNA, in_reply_to=("b@x",)), second=12))
    set_state(box, "b@x", "closed")
    box.give("inbox", fetched(3, parsed("a@x")), cursor=Cursor(10, 3))
    row = box.conversation("a@x")
    assert (row["state"], row["message_count"], row["waiting_since"]) == ("closed", 3, None)


def test_a_message_that_came_late_with_an_old_date_is_not_missed(box: Mailbox) -> None:
    box.give("inbox", fetched(9, parsed("a@x")), cursor=Cursor(10, 1))
    set_state(box, "a@x", "closed")
    box.give("inbox", fetched(10, parsed("b@x", in_reply_to=("a@x",)), second=2), cursor=Cursor(11, 1))
    row = box.conversation("b@x")
    assert row["state"] == "open"
    assert row["waiting_since"] is not None


def test_an_old_mailbox_does_not_come_in_as_ten_thousand_waits(box: Mailbox) -> None:
    """Answered through Sent, marked answered, lists and reports: none of them waits."""
    box.give("inbox", *[fetched(n, parsed(f"{n}@x", f"c{n}@x.example", f"Subject {n}")) for n in range(1, 6)])
    box.give("sent", fetched(1, parsed("r1@x", US, to=ANNA, in_reply_to=("1@x",)), second=50))
    box.give("inbox", fetched(7, parsed("7@x", "seven@x.example", "S"), flags="\\Answered"))
    box.give("inbox", fetched(8, parsed("8@x", "news@x.example", "News", kind=MailKind.LIST)))
    waiting = {row[0] for row in box.rows("SELECT subject FROM conversation WHERE waiting")}
    assert waiting == {"Subject 2", "Subject 3", "Subject 4", "Subject 5"}
    assert by_id(box.connection, box.folders["inbox"].id).known == 7
