"""How many SMS a text becomes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnitui.core.text.segments import BASIC, EXTENDED, GSM, UCS2, count, foreign


@pytest.mark.parametrize(
    ("text", "encoding", "units", "segments", "left"),
    [
        ("", GSM, 0, 1, 160),
        ("hello", GSM, 5, 1, 155),
        ("a" * 160, GSM, 160, 1, 0),
        ("a" * 161, GSM, 161, 2, 145),
        ("a" * 306, GSM, 306, 2, 0),
        ("a" * 307, GSM, 307, 3, 152),
        ("€" * 80, GSM, 160, 1, 0),
        ("€" * 81, GSM, 162, 2, 153 - 10),  # 76 in the first part, whose last unit stays empty
        ("a" * 152 + "€" + "b" * 10, GSM, 164, 2, 153 - 12),
        ("[x] {y} ~ ^ | \\", GSM, 23, 1, 137),
        ("Grüße, ¿qué? à Ångström", GSM, 23, 1, 137),
        ("ç is not in the table, Ç is", UCS2, 27, 1, 43),
        ("日本", UCS2, 2, 1, 68),
        ("я" * 70, UCS2, 70, 1, 0),
        ("я" * 71, UCS2, 71, 2, 63),
        ("👍", UCS2, 2, 1, 68),
        ("👍" * 35, UCS2, 70, 1, 0),
        ("👍" * 36, UCS2, 72, 2, 67 - 6),  # 33 in the first part: a pair is not cut
        ("’", UCS2, 1, 1, 69),  # the curly one that phones and editors put in
        ("a\nb\rc", GSM, 5, 1, 155),
        ("a\tb", UCS2, 3, 1, 67),
    ],
)
def test_by_table(text: str, encoding: str, units: int, segments: int, left: int) -> None:
    found = count(text)
    assert (found.encoding, found.units, found.segments, found.left) == (encoding, units, segments, left)


def test_the_alphabet_is_whole() -> None:
    assert len(BASIC) == 127  # 128 places, one of which is the escape
    assert len(EXTENDED) == 10
    assert not BASIC & EXTENDED


def test_what_makes_a_text_dear_is_named() -> None:
    assert foreign("“Hi” — it’s €5 “ok”") == "“”—’"
    assert foreign("plain") == ""


@given(st.text(max_size=700))
def test_the_sum_is_right(text: str) -> None:
    found = count(text)
    alone, part = (160, 153) if found.encoding == GSM else (70, 67)
    assert (found.encoding == GSM) == (foreign(text) == "")
    assert found.left >= 0
    if found.segments == 1:
        assert found.units + found.left == alone
        return
    whole = found.segments * part - found.left
    # Each part but the last may waste the one unit into which nothing of two units fits.
    assert found.units <= whole <= found.units + found.segments - 1
    assert found.units > alone


@given(st.text(max_size=400), st.characters(codec="utf-8"))
def test_more_text_is_never_less(text: str, one: str) -> None:
    assert count(text + one).segments >= count(text).segments
    assert count(text + one).units > count(text).units
