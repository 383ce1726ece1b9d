"""How large a picture is, from the first bytes of its file; nothing is decoded.

PNG (ISO/IEC 15948 11.2.2), GIF (GIF89a section 18), JPEG (ITU-T T.81 B.2.2), WebP (RFC 9649), BMP.
"""

from __future__ import annotations

import struct

ENOUGH = 512 * 1024
"""Bytes from the beginning in which a size stands, if anywhere: a JPEG may have some tens of kilobytes before it."""
_MOST_SEGMENTS = 200
_NO_FRAME = (0xC4, 0xC8, 0xCC)
"""Of the markers C0 to CF those that begin no frame."""


def dimensions(data: bytes) -> tuple[int, int]:
    """Width and height in pixels; (0, 0) where the bytes do not tell. Never raises."""
    try:
        if data.startswith(b"\x89PNG\r\n\x1a\n"):
            return _pair(">II", data, 16)
        if data.startswith((b"GIF87a", b"GIF89a")):
            return _pair("<HH", data, 6)
        if data.startswith(b"\xff\xd8"):
            return _jpeg(data)
        if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
            return _webp(data)
        if data.startswith(b"BM"):
            width, height = struct.unpack_from("<ii", data, 18)
            return abs(width), abs(height)
    except struct.error:
        pass
    return 0, 0


def _pair(form: str, data: bytes, at: int) -> tuple[int, int]:
    first, second = struct.unpack_from(form, data, at)
    return first, second


def _jpeg(data: bytes) -> tuple[int, int]:
    """The frame header's size, past the segments before it."""
    at = 2
    for _ in range(_MOST_SEGMENTS):
        marker, length = struct.unpack_from(">HH", data, at)
        if 0xFFC0 <= marker <= 0xFFCF and marker & 0xFF not in _NO_FRAME:
            height, width = _pair(">HH", data, at + 5)
            return width, height
        if marker >> 8 != 0xFF or length < 2:
            break
        at += 2 + length
    return 0, 0


def _webp(data: bytes) -> tuple[int, int]:
    kind = data[12:16]
    if kind == b"VP8 ":
        width, height = _pair("<HH", data, 26)
        return width & 0x3FFF, height & 0x3FFF
    if kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8X":
        (wide,) = struct.unpack_from("<I", data + bytes(4), 24)
        (tall,) = struct.unpack_from("<I", data + bytes(4), 27)
        return (wide & 0xFFFFFF) + 1, (tall & 0xFFFFFF) + 1
    return 0, 0
