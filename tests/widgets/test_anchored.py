"""Characters on whose width terminals differ never move what stands beside them."""

from __future__ import annotations

import pyte
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from omnitui.widgets.anchored import anchored

DOUBTFUL = (
    *(
        "❤\ufe0f",
        "👍🏽",
        "👩\u200d👧",
        "🇳🇱",
        "1\ufe0f\u20e3",
        "🏳\ufe0f\u200d🌈",
        "☎\ufe0f",
        "👩🏽\u200d❤\ufe0f\u200d👨🏽",
        "🫨",
        "😀",
    ),
    *("நி", "ភាសា", "नमस्ते", "a\u200db"),
)
CERTAIN = ("訂單", "Đèn", "e\u0301", "plain", "●", "▏")
WIDTH = 40


def drawn(data: str) -> list[list[str]]:
    """What stands in each cell of a terminal that reckons by the single code point, as tmux 3.3 does."""
    screen = pyte.Screen(WIDTH, 4)
    pyte.Stream(screen).feed(data)
    return [[screen.buffer[y][x].data for x in range(WIDTH)] for y in range(4)]


@pytest.mark.parametrize("sample", DOUBTFUL)
def test_what_follows_stands_where_the_screen_reckons(sample: str) -> None:
    rows = drawn(anchored(f"\x1b[2;3H\x1b[1m{sample} x\x1b[0m|\x1b[3;1Hnext"))
    at = 2 + cell_len(f"{sample} ")
    assert rows[1][at] == "x"
    assert rows[1][at + 1] == "|"
    assert "".join(rows[2]).startswith("next")


def test_what_was_there_before_does_not_shine_through() -> None:
    rows = drawn("\x1b[1;1HWWWWWWWW" + anchored("\x1b[1;2H❤\ufe0f|"))
    assert rows[0][:5] == ["W", "❤", " ", "|", "W"]


def test_nothing_goes_on_in_the_next_row_at_the_edge() -> None:
    rows = drawn(anchored(f"\x1b[1;{WIDTH - 1}H👍🏽\x1b[2;1Habc"))
    assert "".join(rows[1]).rstrip() == "abc"
    assert drawn(anchored(f"\x1b[1;{WIDTH - 1}H👍🏽") + "\x1b[3;1H")[1] == [" "] * WIDTH


@pytest.mark.parametrize("data", ["\x1b[1;1Hplain 訂單 ▏", "\x1b]0;👍🏽\x07", "\x1b[?1049h", "👍🏽"])
def test_what_is_certain_or_in_no_known_place_passes_as_it_is(data: str) -> None:
    assert anchored(data) == data


@given(st.lists(st.sampled_from([*DOUBTFUL, *CERTAIN, " "]), max_size=6))
@settings(max_examples=150, deadline=None)
def test_any_row_ends_where_it_must(parts: list[str]) -> None:
    text = " ".join(parts)
    rows = drawn(anchored(f"\x1b[1;1H{text} \x1b[7m|\x1b[0m"))
    assert rows[0][cell_len(text) + 1] == "|"
