"""A picture as text: two pixels a cell, the upper one as ink of ▀ and the lower one as ground.

That is plain text in colours, which every terminal with 256 colours shows, through SSH, tmux and screen too. Where
there are only the terminal's own colours, a cell is one of five shades.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from rich.color import Color
from rich.segment import Segment
from rich.style import Style

from omnitui.core.pictures import Pixel, Raster
from omnitui.widgets.few_colours import nearest

UPPER = "▀"
SHADES, ASCII_SHADES = " ░▒▓█", " .:*#"
"""From dark to light."""


def height_of(raster: Raster) -> int:
    """Cells that a picture takes from top to bottom."""
    return (raster.rows + 1) // 2


def half_blocks(raster: Raster, line: int, *, few: bool = False) -> list[Segment]:
    """A line of cells in colours, of the 256 where there are `few`; cells alike that stand together are one segment."""
    ink = nearest if few else _exact
    colours = ((ink(upper), None if lower is None else ink(lower)) for upper, lower in _pairs(raster, line))
    return [_half_block(upper, lower, sum(1 for _ in same)) for (upper, lower), same in groupby(colours)]


def shades(raster: Raster, line: int, marks: str, style: Style) -> list[Segment]:
    """A line of cells in shades, all in one style."""
    words = "".join(marks[_light(upper, lower) * len(marks) // 256] for upper, lower in _pairs(raster, line))
    return [Segment(words, style)]


def _pairs(raster: Raster, line: int) -> Iterator[tuple[Pixel, Pixel | None]]:
    """The upper and the lower pixel of each cell; under the last row of an odd number there is none."""
    below = line * 2 + 1 < raster.rows
    for x in range(raster.columns):
        yield raster.at(x, line * 2), raster.at(x, line * 2 + 1) if below else None


def _exact(pixel: Pixel) -> Color:
    return Color.from_rgb(*pixel)


def _half_block(upper: Color, lower: Color | None, count: int) -> Segment:
    if upper == lower:
        return Segment(" " * count, Style(bgcolor=upper))
    return Segment(UPPER * count, Style(color=upper, bgcolor=lower))


def _light(upper: Pixel, lower: Pixel | None) -> int:
    """How light a cell is, 0 to 255 (ITU-R BT.601)."""
    both = (upper, lower or upper)
    return sum(299 * red + 587 * green + 114 * blue for red, green, blue in both) // 2000
