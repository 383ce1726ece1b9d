"""Files that are pictures, or say that they are."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from io import BytesIO
from random import Random
from typing import Any

from PIL import Image, features

RED, BLUE, GREEN, WHITE = (255, 0, 0), (0, 0, 255), (0, 128, 0), (255, 255, 255)


def file_of(picture: Image.Image, kind: str, **options: Any) -> bytes:
    """A picture as a file of that kind."""
    file = BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def two_halves(width: int = 40, height: int = 20) -> Image.Image:
    """Red at the left, blue at the right."""
    picture = Image.new("RGB", (width, height), RED)
    picture.paste(BLUE, (width // 2, 0, width, height))
    return picture


def chunk(kind: bytes, data: bytes) -> bytes:
    """A part of a PNG (ISO/IEC 15948, 5.3)."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, rows: bytes, *, deep: int = 8) -> bytes:
    """A PNG of one grey channel that says it is so large, whatever it holds."""
    header = struct.pack(">IIBBBBB", width, height, deep, 0, 0, 0, 0)
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def damaged(chance: Random, count: int) -> Iterator[bytes]:
    """Pictures of every kind with some bytes changed, and some cut off."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "a description"
    whole = [file_of(two_halves(), kind, exif=exif) for kind in ("PNG", "JPEG", "WEBP", "TIFF")]
    whole += [file_of(two_halves(), "AVIF", exif=exif)] if features.check("avif") else []
    film = {"save_all": True, "append_images": [two_halves(20, 40)]}
    whole += [file_of(two_halves(), "BMP"), file_of(two_halves(), "GIF", **film)]
    for _ in range(count):
        file = bytearray(chance.choice(whole))
        for _ in range(chance.choice((1, 2, 5, 20))):
            file[chance.randrange(len(file))] = chance.randrange(256)
        yield bytes(file[: chance.randrange(len(file))] if chance.random() < 0.2 else file)
