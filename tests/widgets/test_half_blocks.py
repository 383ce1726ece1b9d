"""A picture as cells, by value; and as shades where there are no colours."""

from __future__ import annotations

import pytest
from rich.color import Color
from rich.segment import Segment
from rich.style import Style

from omnitui.core.pictures import Raster, packed, unpacked
from omnitui.widgets.half_blocks import ASCII_SHADES, SHADES, half_blocks, height_of, shades

RED, BLUE, GREEN, WHITE = (255, 0, 0), (0, 0, 255), (0, 128, 0), (255, 255, 255)


def raster(columns: int, *pixels: tuple[int, int, int]) -> Raster:
    """So many pixels, so many a row."""
    return Raster("PNG", 9, 9, columns, len(pixels) // columns, bytes(part for pixel in pixels for part in pixel))


def cells(segments: list[Segment]) -> list[tuple[str, tuple[int, ...] | None, tuple[int, ...] | None]]:
    """Text, ink and ground of each segment."""
    return [
        (text, *(tuple(colour.get_truecolor()) if colour else None for colour in (style.color, style.bgcolor)))
        for text, style, _ in segments
        if style is not None
    ]


def test_two_by_two_pixels_are_two_cells() -> None:
    picture = raster(2, RED, GREEN, BLUE, WHITE)
    assert height_of(picture) == 1
    assert cells(half_blocks(picture, 0)) == [("▀", RED, BLUE), ("▀", GREEN, WHITE)]


def test_cells_alike_are_written_at_once() -> None:
    picture = raster(4, RED, RED, RED, BLUE, BLUE, BLUE, RED, BLUE)
    assert cells(half_blocks(picture, 0)) == [("▀▀", RED, BLUE), (" ", None, RED), (" ", None, BLUE)]


def numbers(picture: Raster) -> list[int]:
    """The numbers of the colours of a picture's pixels, line by line, of 256."""
    lines = [half_blocks(picture, line, few=True) for line in range(height_of(picture))]
    inks = [[s.style.color or s.style.bgcolor for s in line if s.style for _ in s.text] for line in lines]
    return [ink.number for line in inks for ink in line if ink is not None and ink.number is not None]


def test_of_256_colours_the_same_where_it_is_one_of_them() -> None:
    assert numbers(raster(4, (255, 0, 0), (95, 135, 175), (18, 18, 18), WHITE)) == [196, 67, 233, 231]


def test_what_is_none_of_256_colours_is_the_nearest() -> None:
    """Greys have finer steps than the cube, also for what is nearly grey."""
    assert numbers(raster(4, (250, 10, 10), (0, 0, 110), (105, 106, 105), (64, 78, 96))) == [196, 17, 242, 239]


def test_under_an_odd_last_row_is_the_page() -> None:
    picture = raster(1, RED, RED, GREEN)
    assert height_of(picture) == 2
    assert [cells(half_blocks(picture, line)) for line in (0, 1)] == [[(" ", None, RED)], [("▀", GREEN, None)]]


@pytest.mark.parametrize(("marks", "words"), [(SHADES, " ░▒▓█"), (ASCII_SHADES, " .:*#")])
def test_shades_from_dark_to_light(marks: str, words: str) -> None:
    grey = [(light, light, light) for light in (0, 60, 120, 180, 255)]
    plain = Style(color=Color.parse("default"))
    assert shades(raster(5, *grey, *grey), 0, marks, plain) == [Segment(words, plain)]
    # One row, and a cell half of it white.
    assert shades(raster(1, WHITE), 0, marks, plain) == [Segment(words[4], plain)]
    assert shades(raster(1, WHITE, (0, 0, 0)), 0, marks, plain) == [Segment(words[2], plain)]


def test_a_raster_goes_from_process_to_process() -> None:
    picture = raster(2, RED, GREEN, BLUE, WHITE)
    assert unpacked(packed(picture)) == picture
    assert unpacked(packed(Raster("\x1b[2J\u202ename", 9, 9, 1, 1, b"abc"))).kind.isprintable()
