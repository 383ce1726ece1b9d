"""What somebody opens out of a stored mail: a file, or the page a browser may show. Read in a child of its own."""

from __future__ import annotations

import time

from omnitui.sync.mail.opening_child import LIFE, NOTHING
from omnitui.sync.mail.pipes import ended, received, send, started


def file_of(raw: bytes, sha256: str) -> bytes | None:
    """The file of a mail with this hash; None when it holds none. Blocks. Raises ParseFailed and OSError."""
    return _asked(raw, "file", sha256)


def page_of(raw: bytes) -> bytes | None:
    """The HTML of a mail, safe for a browser; None when it has none. Blocks. Raises ParseFailed and OSError."""
    return _asked(raw, "page")


def _asked(raw: bytes, *words: str) -> bytes | None:
    process = started("omnitui.sync.mail.opening_child", *words)
    deadline = time.monotonic() + LIFE
    try:
        send(process, len(raw).to_bytes(8, "big"), raw, deadline=deadline)
        size = int.from_bytes(received(process, 8, deadline), "big")
        return None if size == NOTHING else received(process, size, deadline)
    finally:
        ended(process)
