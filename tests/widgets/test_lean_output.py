"""Fewer bytes, the same picture: what a terminal shows of both is compared, cell by cell."""

from __future__ import annotations

import pyte
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.color import Color
from rich.style import Style

from omnitui.widgets.lean_output import lean

COLOURS = st.sampled_from([None, "#e0af5a", "#16181c", "#929aa1", "red", "bright_blue", "default", "color(130)"])
STYLES = st.builds(
    lambda ink, ground, bold, under, reverse: Style(
        color=ink, bgcolor=ground, bold=bold or None, underline=under or None, reverse=reverse or None
    ),
    COLOURS, COLOURS, st.booleans(), st.booleans(), st.booleans(),
)  # fmt: skip
PIECES = st.lists(
    st.tuples(st.integers(1, 5), st.integers(1, 20), st.text("ab 陳é", max_size=8), STYLES), min_size=1, max_size=25
)


def frame(pieces: list[tuple[int, int, str, Style]]) -> str:
    """As the framework writes one: a place, then a styled text."""
    return "\r\n".join(f"\x1b[{y};{x}H{style.render(text)}" for y, x, text, style in pieces)


def picture(*frames: str) -> list[list[object]]:
    screen = pyte.Screen(30, 6)
    stream = pyte.Stream(screen)
    for one in frames:
        stream.feed(one)
    return [[seen(screen.buffer[y][x]) for x in range(30)] for y in range(6)]


def seen(cell: pyte.screens.Char) -> object:
    """What the eye sees of a cell: of a space neither ink nor weight."""
    if cell.data == " " and not (cell.underscore or cell.reverse or cell.strikethrough):
        return cell.data, cell.bg
    return cell


@settings(max_examples=300, deadline=None)
@given(PIECES, PIECES)
def test_the_picture_is_the_same(
    one: list[tuple[int, int, str, Style]], two: list[tuple[int, int, str, Style]]
) -> None:
    frames = frame(one), frame(two)
    assert picture(*map(lean, frames)) == picture(*frames)
    assert sum(len(lean(f)) for f in frames) <= sum(map(len, frames))


@pytest.mark.parametrize(
    ("data", "leaner"),
    [
        ("plain", "plain"),
        ("\x1b[1mA\x1b[0m\x1b[1mB\x1b[0m", "\x1b[1mAB\x1b[0m"),
        ("\x1b[38;2;1;2;3;48;2;9;9;9mA\x1b[0m\x1b[38;2;4;5;6;48;2;9;9;9mB\x1b[0m",
         "\x1b[38;2;1;2;3;48;2;9;9;9mA\x1b[38;2;4;5;6mB\x1b[0m"),
        ("\x1b[1;31mA\x1b[0m\x1b[31mB\x1b[0m", "\x1b[1;31mA\x1b[22mB\x1b[0m"),
        ("\x1b[31mA\x1b[0m\x1b[3;4HB", "\x1b[31mA\x1b[3;4H\x1b[0mB"),
        ("\x1b[31mA\x1b[0m\x1b[1;9H\r\n\x1b[2;1H\x1b[31mB\x1b[0m", "\x1b[31mA\x1b[2;1HB\x1b[0m"),
        ("\x1b[31mA\x1b[0m\x1b]8;;x\x1b\\B", "\x1b[31mA\x1b[0m\x1b]8;;x\x1b\\B"),
        ("\x1b[31mA\x1b[0m \x1b[31mB\x1b[0m", "\x1b[31mA B\x1b[0m"),
        ("\x1b[4mA\x1b[0m \x1b[41mB\x1b[0m", "\x1b[4mA\x1b[0m \x1b[41mB\x1b[0m"),
        ("\x1b[41mB\x1b[0m \x1b[41;4m C\x1b[0m", "\x1b[41mB\x1b[0m \x1b[4;41m C\x1b[0m"),
        ("\x1b[?1049h", "\x1b[?1049h"),
        ("\x1b[?2026h\x1b[31mA\x1b[0m\x1b[?2026l", "\x1b[?2026h\x1b[31mA\x1b[0m\x1b[?2026l"),
        ("\x1b[?1003h", "\x1b[?1002h"),
    ],
)  # fmt: skip
def test_what_is_said(data: str, leaner: str) -> None:
    assert lean(data) == leaner


def test_a_style_of_rich_is_read_whole() -> None:
    style = Style(color=Color.parse("#010203"), bgcolor=Color.parse("color(9)"), bold=True, strike=True)
    text = style.render("x")
    assert lean(text + text).count("\x1b") == 2
