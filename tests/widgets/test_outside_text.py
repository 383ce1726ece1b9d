"""The last gate: nothing that steers a terminal comes through."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st
from rich.segment import Segment
from textual.color import Color

from omnitui.core.text.clean import safe_text
from omnitui.widgets.outside_text import STAND_IN, OutsideText, without_control

HOSTILE = [
    chr(n) for n in [*range(0x20), *range(0x7F, 0xA0), 0xAD, 0x61C, *range(0x200B, 0x2010), *range(0x2028, 0x202F)]
]
HOSTILE += [chr(n) for n in [*range(0x2060, 0x2070), 0xFEFF, *range(0xE0000, 0xE0080)]]


def test_every_control_becomes_a_visible_cell() -> None:
    for char in HOSTILE:
        if char not in "\u200c\u200d":
            assert without_control(f"a{char}b") == f"a{STAND_IN}b", hex(ord(char))


@given(st.text())
def test_no_control_is_left(text: str) -> None:
    assert not any(unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") for char in without_control(text))


@given(st.text().map(safe_text))
def test_what_the_sanitiser_let_pass_is_not_touched(text: str) -> None:
    for line in text.split("\n"):
        assert without_control(line) == line


def test_the_filter_keeps_styles_and_clean_lines() -> None:
    gate, clean = OutsideText(), [Segment("clean")]
    assert gate.apply(clean, Color(0, 0, 0)) is clean
    assert gate.apply([Segment("a\x1b]0;b")], Color(0, 0, 0)) == [Segment(f"a{STAND_IN}]0;b")]
