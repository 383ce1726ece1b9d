"""Lines typed or pasted while something else goes on: no thread is left behind in a read, and no line is too long.

A terminal that collects lines itself takes 4096 bytes of one at most (macOS: 1024), and a provider's address may be
longer; so the terminal is asked to hand over what comes as it comes.
"""

from __future__ import annotations

import asyncio
import os
import sys
import termios
from collections.abc import Callable, Iterator
from contextlib import contextmanager

LONGEST = 64 * 1024


@contextmanager
def pasted_lines(take: Callable[[str], None]) -> Iterator[None]:
    """Within the block, `take` is called on the event loop for each line of stdin."""
    fd = sys.stdin.fileno()
    loop = asyncio.get_running_loop()
    waiting = bytearray()

    def read() -> None:
        data = os.read(fd, LONGEST)
        waiting.extend(data or b"\n")
        if not data:
            loop.remove_reader(fd)
        while b"\n" in waiting:
            line, _, rest = bytes(waiting).partition(b"\n")
            waiting[:] = rest
            if text := line.decode("utf-8", "replace").strip():
                take(text)
        del waiting[:-LONGEST]

    before = _by_the_byte(fd)
    try:
        loop.add_reader(fd, read)
    except OSError:
        # A file: all of it is there already.
        while not waiting and (data := os.read(fd, LONGEST)):
            for line in data.decode("utf-8", "replace").splitlines():
                take(line)
    try:
        yield
    finally:
        loop.remove_reader(fd)
        if before is not None:
            termios.tcsetattr(fd, termios.TCSADRAIN, before)


def _by_the_byte(fd: int) -> list[int | list[bytes | int]] | None:
    """Let a terminal hand over bytes at once; gives how it was, or None when it is none."""
    if not os.isatty(fd):
        return None
    before = termios.tcgetattr(fd)
    changed = termios.tcgetattr(fd)
    changed[3] &= ~termios.ICANON
    termios.tcsetattr(fd, termios.TCSADRAIN, changed)
    return before
