"""A picture out of a file from outside, small enough for the terminal. Read in a child of its own, which may die."""

from __future__ import annotations

import json
import time

from omnitui.core.errors import Refused
from omnitui.core.pictures import MOST_COLUMNS, MOST_ROWS, Raster, unpacked
from omnitui.sync.mail.pipes import ParseFailed, ended, received, send, started
from omnitui.sync.pictures.child import READY

WALL = 10.0
"""Seconds that a picture may take, from its first byte sent to its last byte answered."""
START = 30.0
"""Seconds that the process may take to start; a loaded machine is slow, a hostile picture is not in it yet."""
MOST_BYTES = 64 * 1024 * 1024
"""Of a file that is read at all."""
MOST_ANSWERED = MOST_COLUMNS * MOST_ROWS * 4 + 1000
"""Bytes of an answer: three a pixel, in base64, and its head."""


def raster_of(raw: bytes, columns: int, rows: int, wall: float = WALL) -> Raster:
    """The picture in at most so many pixels. Blocks.

    Raises Refused, in words, when there is nothing to show, ParseFailed when the child did not survive it, and OSError.
    """
    columns, rows = max(1, min(columns, MOST_COLUMNS)), max(1, min(rows, MOST_ROWS))
    process = started("omnitui.sync.pictures.child", str(columns), str(rows))
    try:
        if received(process, len(READY), time.monotonic() + START) != READY:
            raise ParseFailed("its parser could not be started")
        deadline = time.monotonic() + wall
        send(process, len(raw).to_bytes(8, "big"), raw, deadline=deadline)
        size = int.from_bytes(received(process, 8, deadline), "big")
        if size > MOST_ANSWERED:
            raise ParseFailed("its parser answered nonsense")
        answer = received(process, size, deadline)
    finally:
        ended(process)
    try:
        words = json.loads(answer).get("refused")
        if words is None:
            return unpacked(answer)
    except (ValueError, AttributeError) as problem:
        raise ParseFailed("its parser answered nonsense") from problem
    raise Refused(str(words))
