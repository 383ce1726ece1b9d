"""The real program in a real pty: types keys, keeps every byte it writes."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from types import MappingProxyType

KEYS = {
    "enter": "\r",
    "escape": "\x1b",
    "tab": "\t",
    "ctrl+p": "\x10",
    "ctrl+j": "\n",
    "ctrl+e": "\x05",
    "ctrl+l": "\x0c",
}

ANSWERS = {b"\x1b[?2026$p": b"\x1b[?2026;2$y", b"\x1b[c": b"\x1b[?62;22c", b"\x1b[6n": b"\x1b[1;1R"}
"""What a terminal says when it is asked."""
_CODES = re.compile(rb"\x1b\[[0-9;:?<>=]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[()][A-Z0-9]|\x1b[=>78M]")


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
        for asked, answer in ANSWERS.items():
            if asked in data:
                os.write(self._fd, answer)
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

    def shows(self, text: str, seconds: float = 20) -> float | None:
        """Milliseconds until a text stands in what is written from now on; None when it does not come."""
        begun = time.monotonic()
        self.output = b""
        while time.monotonic() < begun + seconds:
            if self.some(0.5) and text.encode() in _CODES.sub(b"", self.output):
                return (time.monotonic() - begun) * 1000
        return None

    def cpu(self) -> float:
        """Seconds of processor time so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resize(self, columns: int, rows: int) -> None:
        """Another size of the window."""
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def press(self, *keys: str, wait: float = 0.25) -> bytes:
        """Type keys, one after the other; gives what the program wrote."""
        out = b""
        for key in keys:
            self.type(KEYS.get(key, key))
            out += self.read(wait)
        return out


def running(home: Path, *args: str, columns: int = 120, rows: int = 36) -> AbstractContextManager[Terminal]:
    """`omnitui --home HOME ARGS` in a pty of this size."""
    return program([sys.executable, "-m", "omnitui", "--home", str(home), *args], columns=columns, rows=rows)


@contextmanager
def program(
    command: Sequence[str], environ: Mapping[str, str] = MappingProxyType({}), *, columns: int = 120, rows: int = 36
) -> Iterator[Terminal]:
    """Any program in a pty of this size, with what `environ` adds."""
    pid, fd = pty.fork()
    if pid == 0:
        os.environ.update(TERM="xterm-256color", COLORTERM="truecolor", LC_ALL="C.UTF-8")
        for name in ("NO_COLOR", "TMUX", "SSH_CONNECTION", "SSH_TTY"):
            os.environ.pop(name, None)
        os.environ.update(environ)
        os.execvp(command[0], list(command))  # noqa: S606
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
