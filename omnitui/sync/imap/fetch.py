"""Whole mails in bulk: two commands in flight, answers read as they come, every mail at most as large as asked for."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from omnitui.core.times import Instant
from omnitui.sync.imap import responses, uids
from omnitui.sync.imap.connection import CommandRefused, Connection

IN_FLIGHT = 2
STEPS = (20, 40, 80, 160)
"""Mails a command, growing: the first answer is there soon, later ones cost few round trips."""
BATCH_BYTES = 4 * 1024 * 1024
"""A batch is handed on when it has this much, so that big mails do not pile up."""


@dataclass(frozen=True, slots=True)
class RawMail:
    """One mail as the server gave it. `raw` is None when it is larger than was asked for."""

    uid: int
    flags: str
    at: Instant | None
    size: int
    raw: bytes | None


class Bulk:
    """Iterate to get batches of `RawMail`; afterwards `missing` are the UIDs asked for that did not come.

    A UID that does not come is usually one that another program has expunged meanwhile: no error (RFC 9051 6.4.9).
    """

    def __init__(self, connection: Connection, wanted: Sequence[int], limit: int) -> None:
        self._connection = connection
        self._items = f"(UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[]<0.{limit + 1}>)".encode()
        self._limit = limit
        self._chunks = deque(_chunks(wanted))
        self.awaited: set[int] = set()
        """UIDs asked for that have not come yet."""
        self.missing: list[int] = []
        self.refusal = ""
        """What the server said when it refused a command; those UIDs are among the missing."""

    def __iter__(self) -> Iterator[list[RawMail]]:
        # Servers answer commands in flight together, in any order: what is missing is known only at the end.
        flying: deque[tuple[bytes, list[int]]] = deque()
        while self._chunks or flying:
            while self._chunks and len(flying) < IN_FLIGHT:
                chunk = self._chunks.popleft()
                wanted = uids.compress(chunk).encode()
                self.awaited.update(chunk)
                flying.append((self._connection.send(wanted, self._items, verb=b"UID FETCH"), chunk))
            yield from self._answer(*flying.popleft())
        self.missing = sorted(self.awaited, reverse=True)

    def _answer(self, tag: bytes, chunk: list[int]) -> Iterator[list[RawMail]]:
        most = self._limit + 1
        self._connection.allow(total=IN_FLIGHT * len(chunk) * (most + 100_000) + 10_000_000, literal=most, seconds=900)
        pending, weight = self.awaited, 0
        batch: list[RawMail] = []
        try:
            for parts in self._connection.answers(tag):
                one = responses.fetched(parts)
                if one is None or "BODY[]" not in one.sections or one.uid not in pending:
                    self._connection.note(parts)
                    continue
                pending.discard(one.uid)
                raw = one.sections["BODY[]"]
                large = len(raw) > self._limit
                size = max(one.size or 0, len(raw))
                batch.append(RawMail(one.uid, one.flags or "", one.at, size, None if large else raw))
                weight += 0 if large else len(raw)
                if weight > BATCH_BYTES:
                    yield batch
                    batch, weight = [], 0
        except CommandRefused as refusal:
            self.refusal = str(refusal)
        if batch:
            yield batch


def _chunks(wanted: Sequence[int]) -> Iterator[list[int]]:
    at = 0
    for step in (*STEPS, *(200 for _ in range(len(wanted) // 200 + 1))):
        if chunk := list(wanted[at : at + step]):
            yield chunk
        at += step
