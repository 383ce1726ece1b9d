"""Text in cells."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from omnitui.core.text.clean import safe_text
from omnitui.widgets.cells import cut, fill, wrap

TEXT = st.text().map(safe_text)


@given(text=TEXT, width=st.integers(0, 40))
def test_nothing_is_wider_than_asked(text: str, width: int) -> None:
    line = text.replace("\n", " ")
    assert cell_len(cut(line, width)) <= width
    assert cell_len(fill(line, width)) == width


@given(text=TEXT, width=st.integers(4, 40))
def test_wrapping_keeps_every_character_but_spaces(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert all(cell_len(line) <= width for _, line in lines)
    assert "".join("".join(line.split()) for _, line in lines) == "".join(text.split())


@given(text=TEXT, width=st.integers(4, 40))
def test_each_line_knows_where_it_begins(text: str, width: int) -> None:
    for start, line in wrap(text, width):
        assert text[start : start + len(line)] == line


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("one two three", 7, ["one two", "three"]),
        ("a\n\nb", 9, ["a", "", "b"]),
        ("extraordinarily", 5, ["extra", "ordin", "arily"]),
        ("訂單八八一二的發票", 6, ["訂單八", "八一二", "的發票"]),
        ("  indented", 20, ["  indented"]),
        ("", 10, [""]),
    ],
)
def test_wrap(text: str, width: int, lines: list[str]) -> None:
    assert [line for _, line in wrap(text, width)] == lines


def test_a_wide_character_is_never_halved() -> None:
    assert cut("訂單發票", 5) == "訂單…"
    assert cell_len(fill("訂單發票", 4)) == 4
