"""Reading an answer's body within a bound, unpacked here: a small packed answer must not become a large one unseen."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator
from typing import BinaryIO

from omnitui.core.errors import ProtocolError
from omnitui.sync.http.messages import TooLarge

CODINGS = "gzip, deflate"
"""What we say we can read (Accept-Encoding)."""
AT_ONCE = 256 * 1024
"""Bytes written to a file in one go."""


async def read_body(chunks: AsyncIterator[bytes], coding: str, largest: int, host: str) -> bytes:
    """The whole body. Raises TooLarge beyond `largest` bytes, ProtocolError for a coding that was not offered."""
    return b"".join([piece async for piece in _pieces(chunks, coding, largest, host)])


async def save_body(chunks: AsyncIterator[bytes], coding: str, largest: int, host: str, into: BinaryIO) -> None:
    """Write the body into a file, from its start; what an earlier try left goes. Raises as `read_body`, and OSError."""
    await asyncio.to_thread(_empty, into)
    waiting = bytearray()
    async for piece in _pieces(chunks, coding, largest, host):
        waiting += piece
        if len(waiting) >= AT_ONCE:
            await asyncio.to_thread(into.write, bytes(waiting))
            waiting.clear()
    await asyncio.to_thread(into.write, bytes(waiting))
    await asyncio.to_thread(into.flush)


async def _pieces(chunks: AsyncIterator[bytes], coding: str, largest: int, host: str) -> AsyncIterator[bytes]:
    unpacker = _unpacker(coding.strip().lower(), host)
    room = largest
    async for chunk in chunks:
        # One byte more than may be, so that too much is seen without being unpacked.
        piece = chunk if unpacker is None else _unpack(unpacker, chunk, room + 1, host)
        room -= len(piece)
        if room < 0:
            raise TooLarge(f"{host} answered with more than {largest:,} bytes; it was not read to its end")
        yield piece


def _empty(file: BinaryIO) -> None:
    file.seek(0)
    file.truncate()


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
