"""Marking what a search found: the same words that the index finds, at their places in the text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnitui.core.query.meant import unknown_names
from omnitui.core.query.parser import parse
from omnitui.core.query.words import as_typed, words_of
from omnitui.core.text.find import sought
from omnitui.core.times import Instant

NOW = Instant(1_763_900_000_000)


@pytest.mark.parametrize(
    ("query", "text", "found"),
    [
        ("parcel", "The Parcel, parcels PARCEL", ["Parcel", "PARCEL"]),
        ("parc*", "The parcel and a parquet", ["parc"]),
        ('"giao hang"', "Đổi Giao  Hàng nhé", ["Giao  Hàng"]),
        ("訂單", "我的訂單8812", ["訂單"]),
        ("訂", "訂單", ["訂"]),
        ("strasse", "Hohe Straße 1", ["Straße"]),
        ("cafe", "Cafe\u0301 noir", ["Cafe\u0301"]),
        ("subject:lost -parcel is:open", "lost parcel", ["lost"]),
        ("from:ana or tag:vip", "Ana wrote; vip", ["Ana", "vip"]),
        ("a.b", "a.b and a b", ["a.b", "a b"]),
    ],
)
def test_what_is_marked(query: str, text: str, found: list[str]) -> None:
    words = sought(words_of(parse(query, now=NOW, zone="UTC")))
    assert words is not None
    assert [text[start:end] for start, end in words.spans(text)] == found


@given(st.text(max_size=60), st.text(min_size=1, max_size=8))
def test_places_lie_in_the_text_and_in_order(text: str, word: str) -> None:
    words = sought([(word, True)])
    spans = words.spans(text) if words else []
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert spans == sorted(spans)


def test_a_query_of_fields_alone_has_nothing_to_mark() -> None:
    assert sought(words_of(parse("is:open before:2w", now=NOW, zone="UTC"))) is None


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("parc", "parc*"),
        ("is:open parc", "is:open parc*"),
        ("parc ", "parc "),
        ("p", "p"),
        ("-parc", "-parc"),
        ("tag:re", "tag:re"),
        ('"lost pa', '"lost pa'),
        ('"lost parcel"', '"lost parcel"'),
        ("lost or", "lost or"),
        ("parc*", "parc*"),
        ("", ""),
    ],
)
def test_the_last_word_may_go_on_while_one_types(typed: str, meant: str) -> None:
    assert as_typed(typed) == meant


def test_a_name_that_does_not_exist_is_told_with_what_is_near() -> None:
    known = {"tag": ["refund", "vip", "big deal"], "assignee": ["ana"]}
    found = unknown_names('is:open -tag:refnud tag:vip* assignee:me assignee:zoe tag:"big dael"', known)
    assert [(one.written, one.better) for one in found] == [
        ("tag:refnud", "tag:refund"),
        ("assignee:zoe", ""),
        ('tag:"big dael"', 'tag:"big deal"'),
    ]
    assert unknown_names("(", known) == []
