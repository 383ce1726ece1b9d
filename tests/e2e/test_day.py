"""A day at the desk: pulled from a real Dovecot, worked while the server is away, delivered when it is back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.mailbox import DESK, Mailbox
from tests.e2e.desk import Desk, running_sink
from tests.servers.dovecot import Dovecot
from tests.servers.smtp_sink import SmtpSink, header

pytestmark = [
    pytest.mark.servers,
    pytest.mark.skipif(bool(Dovecot.missing()), reason=Dovecot.missing() or "Dovecot"),
    pytest.mark.timeout(180),
]
COUNT = 60


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with Dovecot() as dovecot, running_sink() as sink:
        dovecot.fill("desk", (Mailbox().mail(number) for number in range(COUNT)))
        yield Desk(tmp_path, dovecot, sink)


def flags(desk: Desk, mid: str) -> str:
    with desk.dovecot.client("desk") as other:
        uid = other.uid("SEARCH", f'HEADER Message-ID "<{mid}>"')[1][0]
        return str(other.uid("FETCH", uid.decode(), "(FLAGS)")[1][0])


def first_customer_mail(desk: Desk, conversation: int) -> str:
    found = desk.json("show", str(conversation))["messages"]
    return next(str(m["message_id"]) for m in found if m["class"] == "customer")


def test_work_done_offline_is_delivered_once(desk: Desk) -> None:
    desk.ok("sync", "--once")
    everything = desk.json("list", "has:attachment or -has:attachment", "--limit", "1000")
    assert sum(row["messages"] for row in everything["conversations"]) == COUNT
    waiting = desk.json("list", "is:waiting")["conversations"]
    answered, starred, read = (row["id"] for row in waiting[:3])
    assert desk.json("search", waiting[0]["contact"])["results"]

    desk.dovecot.halt()
    desk.sink.faults["MAIL"] = "421 closed for the night"
    desk.ok("reply", str(answered), "-", stdin="We have sent a new one.\n")
    desk.ok("star", str(starred))
    desk.ok("read", str(read))
    desk.ok("tag", str(answered), "+parcel")
    desk.ok("close", str(read))
    assert desk.run("sync", "--once").returncode == 8
    assert desk.json("show", str(answered))["messages"][-1]["delivery"] == "queued"
    assert desk.sink.taken == []

    desk.dovecot.run()
    desk.sink.faults.clear()
    for _ in range(3):
        desk.ok("sync", "--once")
    assert len(desk.sink.taken) == 1, desk.ok("outbox")
    (mail,) = desk.sink.taken
    assert b"We have sent a new one." in mail.content
    assert header(mail.content, "In-Reply-To").strip("<>") == first_customer_mail(desk, answered)
    last = desk.json("show", str(answered))["messages"][-1]
    assert (last["delivery"], last["message_id"]) == ("sent", desk.sink.mids()[0])
    assert "\\Flagged" in flags(desk, first_customer_mail(desk, starred))
    assert "\\Seen" in flags(desk, first_customer_mail(desk, read))
    assert "\\Answered" in flags(desk, first_customer_mail(desk, answered))
    with desk.dovecot.client("desk", "Sent") as other:
        assert len(other.uid("SEARCH", "ALL")[1][0].split()) == 1
    (row,) = desk.json("list", f"id:{answered}")["conversations"]
    assert (row["tags"], row["waiting_since"]) == (["parcel"], None)


def test_an_answer_is_held_when_the_customer_wrote_again(desk: Desk) -> None:
    desk.ok("sync", "--once")
    (row, *_) = desk.json("list", "is:waiting")["conversations"]
    asked = first_customer_mail(desk, row["id"])
    shown = desk.json("show", str(row["id"]))["messages"]
    customer = next(m["from"]["email"] for m in shown if m["class"] == "customer")
    desk.ok("reply", str(row["id"]), "-", stdin="Here is the answer.\n")
    desk.dovecot.append(
        "desk",
        (
            f"From: {customer}\r\nTo: {DESK[0][1]}\r\nSubject: Re: again\r\nMessage-ID: <again@example.org>\r\n"
            f"In-Reply-To: <{asked}>\r\nDate: Mon, 23 Nov 2026 10:00:00 +0000\r\n\r\nForget it, it has come.\r\n"
        ).encode(),
    )
    for _ in range(2):
        desk.run("sync", "--once")
    assert desk.sink.taken == []
    states = [m["delivery"] for m in desk.json("show", str(row["id"]))["messages"] if m["class"] == "human"]
    assert states[-1] == "asking"


def test_nothing_is_told_twice(desk: Desk, tmp_path: Path) -> None:
    """A second installation on the same mailbox sees one answer, in the right conversation."""
    desk.ok("sync", "--once")
    (row, *_) = desk.json("list", "is:waiting")["conversations"]
    desk.ok("reply", str(row["id"]), "-", stdin="Only once.\n")
    for _ in range(2):
        desk.ok("sync", "--once")
    other = Desk(tmp_path / "second", desk.dovecot, SmtpSink(port=1))
    other.ok("sync", "--once")
    found = other.json("search", '"Only once"')["results"]
    assert [result["conversation"]["waiting_since"] for result in found] == [None]
    assert len(desk.sink.taken) == 1
