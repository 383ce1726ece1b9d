"""What an answer says by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from omnitui.core.mail import Address
from omnitui.core.text.reply_quote import forward_quote, forward_subject, reply_quote, reply_subject

ANNA = Address("Anna", "anna@x.test")
AT = datetime(2026, 11, 3, 14, 5, tzinfo=timezone(timedelta(hours=1)))


@pytest.mark.parametrize(
    ("subject", "reply", "forward"),
    [
        ("Invoice", "Re: Invoice", "Fwd: Invoice"),
        ("Re: Invoice", "Re: Invoice", "Fwd: Invoice"),
        ("RE: AW: Re[2]: Sv: Invoice", "Re: Invoice", "Fwd: Invoice"),
        ("Fwd: Invoice", "Re: Fwd: Invoice", "Fwd: Invoice"),
        ("回复：发票", "Re: 发票", "Fwd: 发票"),
        ("Trả lời: hoá đơn", "Re: hoá đơn", "Fwd: hoá đơn"),
        ("Ref: order 7", "Re: Ref: order 7", "Fwd: Ref: order 7"),
        ("Refund: 7", "Re: Refund: 7", "Fwd: Refund: 7"),
        ("", "Re:", "Fwd:"),
        ("Re:", "Re:", "Fwd:"),
    ],
)
def test_subjects(subject: str, reply: str, forward: str) -> None:
    assert reply_subject(subject) == reply
    assert forward_subject(subject) == forward
    assert reply_subject(reply_subject(subject)) == reply


def test_quote() -> None:
    assert reply_quote(ANNA, AT, "one\n\n> two\nthree\n\n") == (
        "On Tue, 3 Nov 2026 at 14:05, Anna <anna@x.test> wrote:\n> one\n>\n>> two\n> three"
    )
    assert reply_quote(Address("", "b@x"), AT.astimezone(UTC), "").startswith("On Tue, 3 Nov 2026 at 13:05, b@x wrote:")


def test_forward() -> None:
    text = forward_quote(ANNA, AT, "Invoice", [Address("", "shop@y.test"), ANNA], [], "the text\n")
    assert text.splitlines() == [
        "---------- Forwarded message ----------",
        "From: Anna <anna@x.test>",
        "Date: Tue, 3 Nov 2026 at 14:05 +0100",
        "Subject: Invoice",
        "To: shop@y.test, Anna <anna@x.test>",
        "",
        "the text",
    ]
