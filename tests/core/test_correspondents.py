"""Whom the first letters mean: often and lately first, whom we wrote to before who wrote to us."""

from __future__ import annotations

import pytest

from omnitui.core.correspondents import Exchange, is_whole, last_part, ranked
from omnitui.core.mail import Address

ANNA, HANNA = Address("Anna de Vries", "anna@shop.example"), Address("Hanna Ode", "h@annapolis.example")
NGOC, CHEN = Address("Ngọc Trần", "ngoc@x.example"), Address("陳怡君", "chen@x.example")
US = Address("Support", "support@shop.example")


def came(*people: Address) -> Exchange:
    return Exchange((*people, US), ours=False)


def went(*people: Address) -> Exchange:
    return Exchange((US, *people), ours=True)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("anna", [ANNA, HANNA]),
        ("ann vri", [ANNA]),
        ("ode", [HANNA]),
        ("ngoc", [NGOC]),
        ("tran", [NGOC]),
        ("怡君", [CHEN]),
        ("shop", [ANNA]),
        ("nna", []),
    ],
)
def test_every_word_begins_one_of_theirs(typed: str, found: list[Address]) -> None:
    exchanges = [came(ANNA), came(HANNA), came(NGOC), came(CHEN)]
    assert ranked(exchanges, typed, {US.email}) == found


def test_often_and_lately_come_first() -> None:
    assert ranked([came(HANNA), came(ANNA), came(ANNA)], "ann", {US.email})[0] == ANNA, "more often"
    old = [came(HANNA), *(came(NGOC) for _ in range(200)), came(ANNA), came(ANNA)]
    assert ranked(old, "ann", {US.email})[0] == HANNA, "long ago counts less"
    assert ranked([came(HANNA), went(ANNA)], "ann", {US.email})[0] == ANNA, "whom we wrote to"


def test_a_name_is_taken_from_where_there_is_one() -> None:
    assert ranked([came(Address("", "ANNA@shop.example")), came(ANNA)], "anna", {US.email}) == [ANNA]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", ("", "")),
        ("ann", ("", "ann")),
        ("a@x.example, be", ("a@x.example, ", "be")),
        ("a@x.example; ", ("a@x.example; ", "")),
        ('"Vries, Anna" <a@x.example>, b', ('"Vries, Anna" <a@x.example>, ', "b")),
        ('"Vries, An', ("", '"Vries, An')),
    ],
)
def test_what_is_still_being_typed(text: str, parts: tuple[str, str]) -> None:
    assert last_part(text) == parts


@pytest.mark.parametrize(
    ("part", "whole"), [("", True), ("anna", False), ("a@x", False), ("a@x.example", True), ("A <a@x.example>", True)]
)
def test_what_is_an_address_already(part: str, whole: bool) -> None:
    assert is_whole(part) is whole
