"""Photographs that the demo's customers attach: lamps, whole and broken, painted here and written as PNG."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from math import hypot

WIDTH, HEIGHT = 160, 120
Colour = tuple[float, float, float]
Scene = Callable[[float, float], Colour]
_WALL, _FLOOR = (64, 78, 96), (92, 70, 52)
_GLASS, _BRASS, _CARD = (246, 214, 150), (184, 142, 66), (178, 134, 86)


def photograph(name: str) -> bytes:
    """A photograph for a file name (ISO/IEC 15948): a box where it says so, else a lamp whose shade is broken."""
    scene = _box if "box" in name else _broken_lamp
    rows = b"".join(
        b"\0" + bytes(_byte(part) for x in range(WIDTH) for part in scene(x / HEIGHT, y / HEIGHT))
        for y in range(HEIGHT)
    )
    header = WIDTH.to_bytes(4) + HEIGHT.to_bytes(4) + bytes((8, 2, 0, 0, 0))
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    body = b"".join(len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4) for kind, data in chunks)
    return b"\x89PNG\r\n\x1a\n" + body


def _byte(part: float) -> int:
    return max(0, min(int(part), 255))


def _lit(colour: Colour, light: float) -> Colour:
    red, green, blue = colour
    return red * light, green * light, blue * light


def _room(x: float, y: float) -> Colour:
    """Wall and floor, lit from the middle."""
    light = 1.25 - hypot(x - 0.67, y - 0.45) * 0.7
    return _lit(_FLOOR if y > 0.8 else _WALL, light)


def _broken_lamp(x: float, y: float) -> Colour:
    """A pendant lamp; a piece of its glass is gone and lies on the floor."""
    across = abs(x - 0.67)
    if y < 0.2:
        return _BRASS if across < 0.012 else _room(x, y)
    if y < 0.27:
        return _lit(_BRASS, 1.3 - across * 6) if across < 0.06 else _room(x, y)
    shade = across < 0.07 + (y - 0.27) * 0.75 and y < 0.62
    gap = x - 0.67 > 0.02 + 0.05 * (int(y * 24) % 2) and y > 0.42 + (x - 0.67) * 0.3
    if shade and not gap:
        return _lit(_GLASS, 1.1 - across * 0.9 - (y - 0.27) * 0.3)
    if hypot(x - 0.67, y - 0.55) < 0.06:
        return 255, 246, 214
    piece = 0.86 < y < 0.94 and abs(x - 0.95) < (y - 0.86) * 1.4
    return _lit(_GLASS, 0.8) if piece else _room(x, y)


def _box(x: float, y: float) -> Colour:
    """A box of cardboard with tape on it and an arrow that says which side is up."""
    if not (0.28 < x < 1.06 and 0.3 < y < 0.9):
        return _room(x, y)
    light = 1.15 - (x - 0.28) * 0.35
    if 0.63 < x < 0.71 and y < 0.52:
        return _lit((206, 190, 150), light)
    up = (0.56 < y < 0.66 and abs(x - 0.85) < (y - 0.56) * 0.7) or (0.66 <= y < 0.78 and abs(x - 0.85) < 0.025)
    return _lit((70, 46, 30), light) if up else _lit(_CARD, light)
