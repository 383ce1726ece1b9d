"""Who gets an answer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnitui.core.errors import Refused
from omnitui.core.mail import Address
from omnitui.core.recipients import check_address, is_ours, reply_recipients

OURS = frozenset({"support@shop.test", "help@shop.test"})


def people(words: str) -> tuple[Address, ...]:
    return tuple(Address("", word) for word in words.split())


@pytest.mark.parametrize(
    ("sender", "reply_to", "to", "cc", "everyone", "expected_to", "expected_cc"),
    [
        ("anna@x.test", "", "support@shop.test", "", False, "anna@x.test", ""),
        ("anna@x.test", "desk@x.test", "support@shop.test", "", False, "desk@x.test", ""),
        ("anna@x.test", "support@shop.test", "support@shop.test", "", False, "anna@x.test", ""),
        ("anna@x.test", "", "support@shop.test bert@x.test", "carl@x.test", False, "anna@x.test", ""),
        ("anna@x.test", "", "Support@Shop.test bert@x.test", "carl@x.test HELP@shop.test", True,
         "anna@x.test bert@x.test", "carl@x.test"),
        ("anna@x.test", "", "ANNA@x.test bert@x.test", "bert@X.test anna@x.test", True, "anna@x.test bert@x.test", ""),
        ("support@shop.test", "", "anna@x.test", "bert@x.test", False, "anna@x.test", ""),
        ("support@shop.test", "help@shop.test", "anna@x.test", "bert@x.test", True, "anna@x.test", "bert@x.test"),
        ("support@shop.test", "", "help@shop.test", "", True, "support@shop.test", ""),
        ("anna@x.test", "", "support+order7@shop.test", "", True, "anna@x.test", ""),
        ("anna@x.test", "list@l.test", "list@l.test", "support@shop.test", True, "list@l.test", ""),
        ("", "", "support@shop.test", "", True, "", ""),
    ],
)  # fmt: skip
def test_recipients(
    sender: str, reply_to: str, to: str, cc: str, everyone: bool, expected_to: str, expected_cc: str
) -> None:
    found = reply_recipients(
        Address("", sender) if sender else None,
        reply_to=people(reply_to), to=people(to), cc=people(cc), ours=OURS, everyone=everyone,
    )  # fmt: skip
    assert found.to == people(expected_to)
    assert found.cc == people(expected_cc)


ADDRESSES = st.lists(
    st.sampled_from(people("a@x b@x c@x A@x support@shop.test help@shop.test support+1@shop.test")), max_size=6
)


@given(ADDRESSES, ADDRESSES, ADDRESSES, ADDRESSES, st.booleans())
def test_nobody_twice_and_never_ourselves(
    sender: list[Address], reply_to: list[Address], to: list[Address], cc: list[Address], everyone: bool
) -> None:
    first = sender[0] if sender else None
    found = reply_recipients(first, reply_to=reply_to, to=to, cc=cc, ours=OURS, everyone=everyone)
    emails = [person.email.lower() for person in (*found.to, *found.cc)]
    assert len(set(emails)) == len(emails)
    assert [e for e in emails if is_ours(e, OURS)] in ([], [first.email.lower()] if first else [])


@pytest.mark.parametrize("good", ["a@b.test", "a.b+c@b", "zoë@b.test", "x@münchen.test", "o'neil@b.test"])
def test_addresses_that_can_be_written(good: str) -> None:
    assert check_address(good) == good


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "a",
        "@b",
        "a@",
        "a@b@c",
        "a b@c",
        "a@b>",
        "a@b\r\nBcc: x@y",
        "<a@b",
        "a..b@c",
        '"a b"@c',
        "a@b,c@d",
        "x" * 260 + "@b",
    ],
)
def test_addresses_that_cannot(bad: str) -> None:
    with pytest.raises(Refused):
        check_address(bad)
