"""Reading an answer's body within a bound, unpacked here: a small packed answer must not become a large one unseen."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator

from omnitui.core.errors import ProtocolError
from omnitui.sync.http.messages import TooLarge

CODINGS = "gzip, deflate"
"""What we say we can read (Accept-Encoding)."""


async def read_body(chunks: AsyncIterator[bytes], coding: str, largest: int, host: str) -> bytes:
    """The whole body. Raises TooLarge beyond `largest` bytes, ProtocolError for a coding that was not offered."""
    unpacker = _unpacker(coding.strip().lower(), host)
    body = bytearray()
    async for chunk in chunks:
        # One byte more than may be, so that too much is seen without being unpacked.
        room = largest - len(body) + 1
        body += chunk if unpacker is None else _unpack(unpacker, chunk, room, host)
        if len(body) > largest:
            raise TooLarge(f"{host} answered with more than {largest:,} bytes; it was not read to its end")
    return bytes(body)


def _unpacker(coding: str, host: str) -> zlib._Decompress | None:
    if coding in ("", "identity"):
        return None
    if coding not in ("gzip", "x-gzip", "deflate"):
        raise ProtocolError(f"{host} packed its answer in a way that was not asked for")
    return zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)


def _unpack(unpacker: zlib._Decompress, chunk: bytes, room: int, host: str) -> bytes:
    try:
        return unpacker.decompress(chunk, room)
    except zlib.error:
        raise ProtocolError(f"{host} packed its answer in a way that cannot be read") from None
