"""A picture made small enough for a terminal: its pixels, what its file is, and how it goes from process to process."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from pathlib import PurePath

from omnitui.core.models import AttachmentRow
from omnitui.core.text.clean import safe_text

MOST_COLUMNS, MOST_ROWS = 160, 100
"""Pixels of a raster at most: painting more would keep a screen busy for longer than a moment."""
SLOW_COLUMNS, SLOW_ROWS = 64, 40
"""The same over a slow line: some 20 kB."""
FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "AVIF", "BMP", "TIFF")
"""What is read, by the names that Pillow gives; others are no use in mail, or run programs (EPS)."""
KINDS = "PNG, JPEG, GIF, WebP, AVIF, BMP or TIFF"
_ENDINGS = frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".bmp", ".tif", ".tiff"})
_LONGEST_NAME = 12

Pixel = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Raster:
    """Pixels for a terminal: `columns` times `rows` in `pixels`, three bytes each (red, green, blue), row by row.

    `kind`, `width` and `height` are those of the file; `moves` says that it holds more pictures than the first.
    """

    kind: str
    width: int
    height: int
    columns: int
    rows: int
    pixels: bytes
    moves: bool = False

    def at(self, x: int, y: int) -> Pixel:
        """One pixel."""
        start = (y * self.columns + x) * 3
        red, green, blue = self.pixels[start : start + 3]
        return red, green, blue


def may_show(file: AttachmentRow) -> bool:
    """Whether a file is worth a look: a picture by its type, or a file of no type by its name."""
    if file.type.startswith("image/"):
        return file.is_picture
    return file.type == "application/octet-stream" and PurePath(file.name).suffix.lower() in _ENDINGS


def packed(raster: Raster) -> str:
    """The raster as text."""
    head = [raster.kind, raster.width, raster.height, raster.columns, raster.rows, raster.moves]
    return json.dumps({"head": head, "pixels": base64.b64encode(raster.pixels).decode("ascii")})


def unpacked(text: str | bytes) -> Raster:
    """The inverse of `packed`. Raises ValueError for anything else: who made it has read a file from outside."""
    try:
        found = json.loads(text)
        kind, width, height, columns, rows, moves = found["head"]
        pixels = base64.b64decode(found["pixels"], validate=True)
        sizes = [int(size) for size in (width, height, columns, rows)]
    except (KeyError, TypeError) as error:
        raise ValueError("no picture") from error
    width, height, columns, rows = sizes
    if not (0 < columns <= MOST_COLUMNS and 0 < rows <= MOST_ROWS and len(pixels) == columns * rows * 3):
        raise ValueError("no picture of the size that it tells")
    return Raster(safe_text(str(kind), lines=False)[:_LONGEST_NAME], width, height, columns, rows, pixels, bool(moves))
