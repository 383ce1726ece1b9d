"""Colours of a picture in the 256 that xterm has: whichever is nearest, a step of the cube of colours or a grey.

Dots of two colours for what is between them would be right from afar, but a pixel here is as large as half a letter.
"""

from __future__ import annotations

from bisect import bisect_left
from functools import lru_cache

from rich.color import Color

from omnitui.core.pictures import Pixel

STEPS = (0, 95, 135, 175, 215, 255)
"""Of each channel of the colours 16 to 231 (xterm, 256colres.h)."""
GREYS = tuple(range(8, 239, 10))
"""The colours 232 to 255."""


@lru_cache(8192)
def nearest(pixel: Pixel) -> Color:
    """The one of 256 colours that is nearest to a pixel."""
    steps = [_nearest(part, STEPS) for part in pixel]
    grey = _nearest(sum(pixel) // 3, GREYS)
    red, green, blue = steps
    if _apart(pixel, (GREYS[grey],) * 3) < _apart(pixel, (STEPS[red], STEPS[green], STEPS[blue])):
        return Color.from_ansi(232 + grey)
    return Color.from_ansi(16 + 36 * red + 6 * green + blue)


def _nearest(light: int, steps: tuple[int, ...]) -> int:
    above = min(bisect_left(steps, light), len(steps) - 1)
    below = max(above - 1, 0)
    return below if light - steps[below] <= steps[above] - light else above


def _apart(one: Pixel, other: Pixel) -> int:
    """How far apart two colours are to the eye, which sees green best."""
    weights = (2, 4, 3)
    return sum(weight * (a - b) ** 2 for weight, a, b in zip(weights, one, other, strict=True))
