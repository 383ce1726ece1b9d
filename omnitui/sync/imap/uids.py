"""Sets of UIDs as IMAP writes them ("1:4,7"; RFC 9051 sequence-set), kept as ranges: no server can make them large."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator

from omnitui.core.errors import ProtocolError

LARGEST = 2**32 - 1
_SET = re.compile(r"\d{1,10}(?::\d{1,10})?(?:,\d{1,10}(?::\d{1,10})?)*\Z")

Ranges = list[tuple[int, int]]


def parse(text: str) -> Ranges:
    """Sorted ranges without overlaps. Raises ProtocolError for what is no set of numbers from 1 to 2^32-1."""
    if not _SET.match(text):
        raise ProtocolError("the server sent a set of UIDs that is none")
    found = []
    for item in text.split(","):
        low, _, high = item.partition(":")
        pair = sorted((int(low), int(high or low)))
        if not 1 <= pair[0] <= pair[1] <= LARGEST:
            raise ProtocolError("the server sent a UID out of bounds")
        found.append((pair[0], pair[1]))
    return merge(found)


def merge(found: Iterable[tuple[int, int]]) -> Ranges:
    """Sort and join ranges that touch."""
    out: Ranges = []
    for low, high in sorted(found):
        if out and low <= out[-1][1] + 1:
            out[-1] = (out[-1][0], max(out[-1][1], high))
        else:
            out.append((low, high))
    return out


def count(ranges: Ranges) -> int:
    """How many UIDs are in it."""
    return sum(high - low + 1 for low, high in ranges)


def expand(ranges: Ranges, most: int) -> list[int]:
    """Every UID, ascending. Raises ProtocolError when there are more than `most`."""
    if count(ranges) > most:
        raise ProtocolError("the server names more mails than the folder holds")
    return [uid for low, high in ranges for uid in range(low, high + 1)]


def within(uids: Iterable[int], ranges: Ranges) -> Iterator[int]:
    """Those of `uids` that are in `ranges`."""
    lows = [low for low, _ in ranges]
    for uid in uids:
        at = bisect_right(lows, uid) - 1
        if at >= 0 and uid <= ranges[at][1]:
            yield uid


def compress(uids: Iterable[int]) -> str:
    """The shortest set that names exactly these."""
    ranges = merge((uid, uid) for uid in uids)
    return ",".join(str(low) if low == high else f"{low}:{high}" for low, high in ranges)
