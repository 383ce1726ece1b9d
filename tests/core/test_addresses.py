"""Addresses as typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnitui.core.addresses import parse_addresses
from omnitui.core.errors import Refused
from omnitui.core.mail import Address


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("", ()),
        ("anna@example.org", (Address("", "anna@example.org"),)),
        (
            "Anna de Vries <anna@example.org>, ben@example.org,",
            (Address("Anna de Vries", "anna@example.org"), Address("", "ben@example.org")),
        ),
        (
            '"Smit, Jan" <jan@example.org>; 陳怡君 <c@example.org>',
            (Address("Smit, Jan", "jan@example.org"), Address("陳怡君", "c@example.org")),
        ),
        ("<a@b.org>, A@B.org", (Address("", "a@b.org"),)),
    ],
)
def test_lists(text: str, people: tuple[Address, ...]) -> None:
    assert parse_addresses(text) == people


@pytest.mark.parametrize(
    "text", ["anna", "a@b@c", "a b@c.org", "Anna <anna>", "a@b.org c@d.org", "<>", "a@b.org, , x@"]
)
def test_what_is_no_address_is_named(text: str) -> None:
    with pytest.raises(Refused, match="is not a mail address"):
        parse_addresses(text)


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        people = parse_addresses(text)
    except Refused:
        return
    assert all("@" in person.email for person in people)
