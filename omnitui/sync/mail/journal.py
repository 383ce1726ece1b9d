"""The record of what is being parsed, so that a mail that ends the whole worker is known at the next start.

One slot a thread in a small mapped file: writing it costs a memory copy, and what is written survives the process
(though not the machine, which is not what a mail brings down). A mail found in a slot at start had a hand in the end
of the last worker, or was just there when it was killed; either way it is never again parsed inside the worker.
"""

from __future__ import annotations

import mmap
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SLOTS = 64
_SIZE = 32
_NONE = bytes(_SIZE)
KEPT = 1000
"""Suspects remembered; older ones are forgotten."""


class ParseJournal:
    """Slots for the SHA-256 of every mail under parse, and the suspects of earlier runs."""

    def __init__(self, path: Path) -> None:
        """Open or make the journal (0600). Raises OSError when the folder cannot be written."""
        self._suspect_file = path.with_name(path.name + ".suspects")
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.truncate(handle, SLOTS * _SIZE)
            self._map = mmap.mmap(handle, SLOTS * _SIZE)
        finally:
            os.close(handle)
        self._free = list(range(SLOTS))
        self._lock = threading.Lock()
        self.suspects = self._gathered()

    def _gathered(self) -> frozenset[bytes]:
        """The suspects on file and those that stand in the slots, which are then emptied."""
        known = self._suspect_file.read_text("ascii").split() if self._suspect_file.exists() else []
        slots = [self._map[at : at + _SIZE] for at in range(0, SLOTS * _SIZE, _SIZE)]
        found = list(dict.fromkeys(known + [slot.hex() for slot in slots if slot != _NONE]))[-KEPT:]
        if found != known:
            temporary = self._suspect_file.with_name(self._suspect_file.name + ".new")
            handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write("\n".join(found))
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(self._suspect_file)
        self._map[:] = bytes(SLOTS * _SIZE)
        return frozenset(bytes.fromhex(one) for one in found if len(one) == 2 * _SIZE)

    @contextmanager
    def parsing(self, digest: bytes) -> Iterator[None]:
        """Have `digest` in a slot while the block runs."""
        with self._lock:
            slot = self._free.pop() if self._free else -1
        if slot >= 0:
            self._map[slot * _SIZE : (slot + 1) * _SIZE] = digest
        try:
            yield
        finally:
            if slot >= 0:
                self._map[slot * _SIZE : (slot + 1) * _SIZE] = _NONE
                with self._lock:
                    self._free.append(slot)

    def close(self) -> None:
        """Let go of the file."""
        self._map.close()
