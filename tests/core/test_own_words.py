"""Blocks made from stored text are those that the parser makes; an opening is how the writer's own words begin."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnitui.core.text.own_words import LONGEST, blocks_of, opening
from omnitui.core.text.quoting import reply_words
from omnitui.sync.mail.parse import parse_mail, read_ordinary

LINES = st.sampled_from(
    [
        "",
        "Hello,",
        "> quoted",
        ">> older",
        "On Monday Ana wrote:",
        "- one",
        "-- ",
        "Ana",
        "    code",
        "see https://a.example",
    ]
)


def mail(body: str, kind: str = "text/plain; charset=utf-8") -> bytes:
    head = f"From: a@x.example\r\nSubject: s\r\nMIME-Version: 1.0\r\nContent-Type: {kind}\r\n\r\n"
    return (head + body.replace("\n", "\r\n")).encode()


@given(st.lists(LINES, min_size=1, max_size=30))
def test_blocks_of_the_stored_text_are_the_parsers(lines: list[str]) -> None:
    parsed = parse_mail(mail("\n".join(lines)))
    assert parsed.from_plain is bool(parsed.text.strip())
    if parsed.from_plain:
        assert blocks_of(parsed.text) == parsed.blocks


def test_the_store_gets_an_ordinary_mail_without_what_its_text_says() -> None:
    raw = mail("Where is it?\n\n> My parcel\n")
    lean, whole = read_ordinary(raw), parse_mail(raw)
    assert lean is not None
    assert (lean.blocks, lean.text) == ((), whole.text)
    assert whole.blocks


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("<p>Only here</p>", "text/html"),
        ("a line \nthat flows\n", "text/plain; format=flowed"),
        ("long\n" * LONGEST, "text/plain"),
    ],
    ids=["html", "flowed", "long"],
)
def test_other_blocks_are_kept(body: str, kind: str) -> None:
    lean = read_ordinary(mail(body, kind))
    assert lean is not None
    assert lean.blocks
    assert not lean.from_plain


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("Where is my parcel? " * 20 + "\n\n> old", "Where is my parcel?"),
        ("On Monday Ana wrote:\n" + "> first\n" * 40 + "\nBelow it.", "On Monday"),
        ("Short.\n\nFrom: Ana\nSent: Monday\nTo: us\nSubject: x\n\nold words", "Short."),
        ("", ""),
    ],
    ids=["long", "below a long quote", "above a history", "empty"],
)
def test_opening(text: str, begins: str) -> None:
    assert opening(text, 160).startswith(begins)


@given(st.lists(LINES, max_size=40))
def test_an_opening_is_the_start_of_the_own_words(lines: list[str]) -> None:
    """Where no quote is long enough to be cut, it is that exactly."""
    text = "\n".join(lines)
    whole = reply_words(blocks_of(text))
    found = opening(text, 160)
    if text.count(">") < 6:
        assert " ".join(whole.split()).startswith(" ".join(found.split())[:160])
