"""A process that prepares mails while this one reads and stores: Python runs one thread at a time, a sync needs two.

The parent writes a batch and reads the prepared mails. Both are a JSON list and the bytes it speaks of, never pickles:
the child reads what strangers wrote. The child (`python -m omnitui.sync.imap.workbench`) ends with its input.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import IO, Any

from omnitui.core.times import Instant
from omnitui.store.ingest import FetchedMail
from omnitui.sync.imap.fetch import RawMail
from omnitui.sync.imap.prepare import prepare
from omnitui.sync.mail.wire import from_json, to_json

READY = b"omnitui2"
LONGEST = 1 << 31


class BenchBroken(Exception):
    """The child has ended or answers nonsense; the batch is to be prepared here, with care."""


class Workbench:
    """One child, used by one thread."""

    def __init__(self) -> None:
        path = os.pathsep.join(p for p in sys.path if p)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "omnitui.sync.imap.workbench"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": path},
        )
        self._ready = False

    def ready(self) -> bool:
        """Whether the child has started; until then its work is done elsewhere. Raises BenchBroken when it failed."""
        outlet = _end(self._process.stdout)
        if not self._ready and select.select([outlet], [], [], 0)[0]:
            if outlet.read(len(READY)) != READY:
                raise BenchBroken
            self._ready = True
        return self._ready

    def prepare(self, batch: Sequence[RawMail], now: Instant) -> list[FetchedMail]:
        """The batch, prepared. Raises BenchBroken."""
        rows = [[mail.uid, mail.flags, mail.at, mail.size] for mail in batch]
        try:
            _send(_end(self._process.stdin), [now, rows], [mail.raw or b"" for mail in batch])
            answer, blobs = _receive(_end(self._process.stdout))
            fetched = [_fetched(row, blobs[n * 4 : n * 4 + 4]) for n, row in enumerate(answer)]
        except (OSError, EOFError, ValueError, KeyError, TypeError, IndexError) as error:
            raise BenchBroken from error
        if [mail.uid for mail in fetched] != [mail.uid for mail in batch]:
            raise BenchBroken
        return fetched

    def close(self) -> None:
        """End the child."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                _end(pipe).close()


def main() -> None:
    """The child: batches on standard input, prepared mails on standard output."""
    inlet, outlet = sys.stdin.buffer, sys.stdout.buffer
    prepare(RawMail(1, "", None, 0, b""), b"Subject: warm\r\n\r\nup", Instant(0))
    outlet.write(READY)
    outlet.flush()
    while True:
        try:
            (now, rows), blobs = _receive(inlet)
        except EOFError:
            return
        done = [
            prepare(RawMail(row[0], row[1], row[2], row[3], raw), raw, Instant(now))
            for row, raw in zip(rows, blobs, strict=True)
        ]
        _send(outlet, [_row(mail) for mail in done], [blob for mail in done for blob in _blobs(mail)])


def _row(mail: FetchedMail) -> list[object]:
    return [mail.uid, sorted(mail.flags), mail.at, mail.raw_size, mail.digest, mail.quarantine]


def _blobs(mail: FetchedMail) -> tuple[bytes, ...]:
    """What the store does not need of a mail stays behind: HTML as it came, and blocks that are packed already."""
    indexed = mail.indexed.encode("utf-8", "replace")
    return mail.packed, mail.packed_blocks, indexed, to_json(replace(mail.parsed, html="", blocks=()))


def _fetched(row: list[object], blobs: list[bytes]) -> FetchedMail:
    uid, flags, at, size, digest, quarantine = row
    if not (isinstance(uid, int) and isinstance(at, int) and isinstance(size, int) and isinstance(flags, list)):
        raise TypeError("no prepared mail")
    return FetchedMail(
        uid=uid,
        flags=frozenset(map(str, flags)),
        at=Instant(at),
        raw_size=size,
        digest=str(digest),
        packed=blobs[0],
        complete=True,
        parsed=from_json(blobs[3]),
        quarantine=str(quarantine),
        packed_blocks=blobs[1],
        indexed=blobs[2].decode(),
    )


def _send(outlet: IO[bytes], rows: list[object], blobs: list[bytes]) -> None:
    head = json.dumps([rows, [len(blob) for blob in blobs]]).encode()
    outlet.write(len(head).to_bytes(8, "big"))
    outlet.write(head)
    outlet.writelines(blobs)
    outlet.flush()


def _receive(inlet: IO[bytes]) -> tuple[list[Any], list[bytes]]:
    """Raises EOFError at the end, ValueError for nonsense."""
    rows, sizes = json.loads(_exactly(inlet, int.from_bytes(_exactly(inlet, 8), "big")))
    return rows, [_exactly(inlet, size) for size in sizes]


def _exactly(inlet: IO[bytes], size: int) -> bytes:
    if not 0 <= size < LONGEST:
        raise ValueError("an absurd length")
    data = inlet.read(size)
    if len(data) < size:
        raise EOFError
    return data


def _end(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise BenchBroken
    return pipe


if __name__ == "__main__":
    main()
