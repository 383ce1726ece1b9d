"""Content-Transfer-Encoding undone (RFC 2045 section 6), tolerantly: what can be read is read, nothing raises."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator

_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_NOT_BASE64 = bytes(byte for byte in range(256) if byte not in _ALPHABET)
_AFTER_END = re.compile(rb"(={1,2})[^\r\n]*")
"""What follows the padding on its line is no content."""
_CHUNK = 4 * 1024 * 1024
_UU_BEGIN = re.compile(rb"^begin(?:-base64)? [0-7]{3,4} (.+?)\r?$", re.MULTILINE)


def chunks(data: memoryview, encoding: str) -> Iterator[bytes]:
    """The decoded content piece by piece, so that a large attachment never stands in memory twice."""
    encoding = encoding.strip().strip("\"'").lower()
    if encoding == "base64":
        yield from _base64(data)
    elif encoding == "quoted-printable":
        yield _quoted_printable(bytes(data))
    elif encoding in ("x-uuencode", "uuencode", "x-uue", "uue"):
        raw = bytes(data)
        begin = _UU_BEGIN.search(raw)
        yield uudecoded(raw[begin.end() :])[0] if begin else raw
    else:
        for at in range(0, len(data), _CHUNK):
            yield bytes(data[at : at + _CHUNK])


def _base64(data: memoryview) -> Iterator[bytes]:
    """Four letters at a time; anything outside the alphabet is skipped, a missing end is made up."""
    kept = b""
    for at in range(0, len(data), _CHUNK):
        piece = bytes(data[at : at + _CHUNK])
        if b"=" in piece:
            piece = _AFTER_END.sub(rb"\1", piece)
        kept += piece.translate(None, _NOT_BASE64)
        whole = len(kept) - len(kept) % 4
        yield _quads(kept[:whole])
        kept = kept[whole:]
    if len(kept) > 1:
        yield _quads(kept + b"=" * (4 - len(kept)))


def _quads(data: bytes) -> bytes:
    if b"=" not in data:
        return _tried(data)
    # Padding in the middle: several base64 runs were put together; each is decoded by itself.
    out = []
    for run in re.findall(rb"[^=]+", data):
        spare = len(run) % 4
        out.append(_tried(run[:-1] if spare == 1 else run + b"=" * (-len(run) % 4)))
    return b"".join(out)


def _tried(data: bytes) -> bytes:
    try:
        return binascii.a2b_base64(data)
    except binascii.Error:
        return b""


def _quoted_printable(data: bytes) -> bytes:
    """White space at a line's end was added on the way and goes (RFC 2045 section 6.7, rule 3)."""
    if b" \n" in data or b" \r\n" in data or b"\t\n" in data or b"\t\r\n" in data:
        crlf = b"\r\n" in data
        lines = (line.rstrip(b" \t\r") for line in data.split(b"\n"))
        data = (b"\r\n" if crlf else b"\n").join(lines)
    return binascii.a2b_qp(data) if b"=" in data else data


def uudecoded(data: bytes) -> tuple[bytes, int]:
    """The lines after a `begin` line decoded up to `end`, and how many bytes of `data` they took."""
    out, at = [], 0
    while at < len(data):
        stop = data.find(b"\n", at)
        stop = len(data) if stop < 0 else stop
        line = data[at:stop].rstrip(b"\r")
        at = min(stop + 1, len(data))
        if line == b"end":
            break
        if not line:
            continue
        try:
            out.append(binascii.a2b_uu(line))
        except binascii.Error:
            # Old encoders pad lines wrongly; the length is in the first byte.
            size = (((line[0] - 32) & 63) * 4 + 5) // 3
            try:
                out.append(binascii.a2b_uu(line[:size]))
            except binascii.Error:
                break
    return b"".join(out), at
