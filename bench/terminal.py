"""The real program in a real pty: types keys, keeps every byte it writes."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

KEYS = {
    "enter": "\r",
    "escape": "\x1b",
    "tab": "\t",
    "ctrl+p": "\x10",
    "ctrl+j": "\n",
    "ctrl+e": "\x05",
    "ctrl+l": "\x0c",
}


class Terminal:
    """One running program and what it wrote."""

    def __init__(self, pid: int, fd: int) -> None:
        self.pid, self._fd = pid, fd
        self.output = b""

    def read(self, seconds: float) -> bytes:
        """What comes within a time, also kept in `output`."""
        end, out = time.monotonic() + seconds, b""
        while (left := end - time.monotonic()) > 0:
            out += self.some(left)
        return out

    def some(self, seconds: float) -> bytes:
        """The next piece, or nothing when none comes in time."""
        if not select.select([self._fd], [], [], max(seconds, 0))[0]:
            return b""
        try:
            data = os.read(self._fd, 1 << 16)
        except OSError:
            time.sleep(max(seconds, 0))
            return b""
        if b"\x1b[?2026$p" in data:
            os.write(self._fd, b"\x1b[?2026;2$y")
        self.output += data
        return data

    def type(self, text: str) -> None:
        """Send keys as a terminal does."""
        os.write(self._fd, text.encode())

    def until(self, text: str, seconds: float = 20) -> bool:
        """Wait until a text was written."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if text.encode() in self.output:
                return True
            self.read(0.1)
        return False

    def press(self, *keys: str, wait: float = 0.25) -> bytes:
        """Type keys, one after the other; gives what the program wrote."""
        out = b""
        for key in keys:
            self.type(KEYS.get(key, key))
            out += self.read(wait)
        return out


@contextmanager
def running(home: Path, *args: str, columns: int = 120, rows: int = 36) -> Iterator[Terminal]:
    """`omnitui --home HOME ARGS` in a pty of this size."""
    pid, fd = pty.fork()
    if pid == 0:
        os.environ.update(TERM="xterm-256color", COLORTERM="truecolor", LC_ALL="C.UTF-8")
        os.environ.pop("NO_COLOR", None)
        os.execv(sys.executable, [sys.executable, "-m", "omnitui", "--home", str(home), *args])  # noqa: S606
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    terminal = Terminal(pid, fd)
    try:
        yield terminal
    finally:
        for number in (signal.SIGHUP, signal.SIGKILL):
            with suppress(ProcessLookupError):
                os.kill(pid, number)
            time.sleep(0.2)
        with suppress(ChildProcessError):
            os.waitpid(pid, 0)
        os.close(fd)
