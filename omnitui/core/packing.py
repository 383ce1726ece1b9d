"""Packing of what is stored: zlib's format (RFC 1950), made by the quickest packer there is.

First syncs pack mail by the ten thousand: ISA-L does at level 1 what zlib does, in a sixth of the time.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable


def _packer() -> Callable[[bytes], bytes]:
    try:
        from isal import isal_zlib
    except ImportError:
        # No build for this machine: slower, and the same format.
        return lambda data: zlib.compress(data, 1)
    return lambda data: bytes(isal_zlib.compress(data, 1))


pack: Callable[[bytes], bytes] = _packer()
"""Pack bytes; `unpack` gives them back. Lets other threads run meanwhile."""


def unpack(data: bytes) -> bytes:
    """What was packed. Raises zlib.error for what never was."""
    return zlib.decompress(data)
