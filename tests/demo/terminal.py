"""A program in a terminal of its own, whose screen can be read and to which keys can be typed."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress

import pyte


class Terminal:
    """What the program drew, by pyte."""

    def __init__(self, process: subprocess.Popen[bytes], fd: int, columns: int, rows: int) -> None:
        self._process, self._fd = process, fd
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)

    @property
    def text(self) -> str:
        """The screen as it stands."""
        return "\n".join(line.rstrip() for line in self._screen.display)

    def type(self, keys: str) -> None:
        """Send keys as a terminal does."""
        os.write(self._fd, keys.encode())

    def interrupt(self) -> None:
        """What Ctrl+C does where the terminal is the program's own."""
        self._process.send_signal(signal.SIGINT)

    def wait(self, until: Callable[[str], object], seconds: float = 30) -> str:
        """Read until the screen is as wanted. Raises AssertionError with the screen when it is not in time."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if until(self.text):
                return self.text
            self._read()
        raise AssertionError(f"not on the screen within {seconds} s:\n{self.text}")

    def settle(self, quiet: float, seconds: float = 5) -> None:
        """Read until nothing was drawn for a while."""
        end = time.monotonic() + seconds
        last = time.monotonic()
        while time.monotonic() < end and time.monotonic() - last < quiet:
            if self._read():
                last = time.monotonic()

    def wait_for_end(self, seconds: float = 20) -> int:
        """The exit code. Raises AssertionError when the program goes on."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            status = self._process.poll()
            if status is not None:
                return status
            self._read()
        raise AssertionError(f"still running after {seconds} s:\n{self.text}")

    def kill(self) -> None:
        """End the program without a warning, as a crash or the system does."""
        self._process.kill()
        self._process.wait()

    def _read(self) -> bool:
        """Take what was drawn; False when there was nothing."""
        if not select.select([self._fd], [], [], 0.05)[0]:
            return False
        with suppress(OSError):
            data = os.read(self._fd, 65536)
            # pyte does not know synchronised output.
            self._stream.feed(data.replace(b"\x1b[?2026h", b"").replace(b"\x1b[?2026l", b""))
            return True
        return False


@contextmanager
def running(command: list[str], environ: Mapping[str, str], columns: int = 120, rows: int = 36) -> Iterator[Terminal]:
    """The program in its terminal; ended, kindly first, at the end."""
    # Test runners set these for themselves, and programs believe them more than the terminal.
    own = {name: value for name, value in environ.items() if name not in ("COLUMNS", "LINES")}
    ours, theirs = pty.openpty()
    fcntl.ioctl(ours, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=own, start_new_session=True)
    os.close(theirs)
    terminal = Terminal(process, ours, columns, rows)
    try:
        yield terminal
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                terminal.wait_for_end(10)
            except AssertionError:
                process.kill()
                process.wait()
                raise
        os.close(ours)
