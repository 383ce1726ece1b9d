"""Broken paragraphs are made whole; what was meant to be lines stays lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnitui.core.text.reflow import rejoined

WRAPPED = (
    "I sent the two wall lamps back on the third of the month and the parcel was\n"
    "signed for at your warehouse on the same day. When can I expect the money\n"
    "on my account?"
)


def test_a_wrapped_paragraph_becomes_one_line() -> None:
    assert rejoined(WRAPPED) == WRAPPED.replace("\n", " ")


@pytest.mark.parametrize(
    "text",
    [
        "Best,\nTom",
        "Lantern Lamps\n12 Harbour Road, second floor, behind the old fish market\nUtrecht",
        "These are the numbers that I have noted down from the box here:\n- 4711\n- 4712",
        "The following came back from the machine when I had pressed the button\n"
        "https://example.org/a/very/long/path/that/stands/alone",
        "one line only",
        "",
    ],
)
def test_lines_that_were_meant_stay(text: str) -> None:
    assert rejoined(text) == text


@given(st.text(alphabet="ab \n-:", max_size=400))
def test_the_length_and_all_but_newlines_stay(text: str) -> None:
    made = rejoined(text)
    assert len(made) == len(text)
    assert all(b == a or (a, b) == ("\n", " ") for a, b in zip(text, made, strict=True))
