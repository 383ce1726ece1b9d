"""A tmux of the tests' own, on a private socket and with no configuration: the program runs in it as over SSH."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.demo.terminal import Terminal, running

ROOT = Path(__file__).resolve().parents[2]
BINARY = shutil.which("tmux")
LEFT = "THE PROGRAM HAS LEFT"
"""Said by the shell under the program."""


def missing() -> str:
    """Empty, or what to do to have it."""
    return "" if BINARY else "tmux is not installed: apt-get install tmux"


class Tmux:
    """One session with one pane. Nobody is attached until `client`."""

    def __init__(self, folder: Path) -> None:
        self._socket = folder / "tmux"
        self._environ = {
            **{name: value for name, value in os.environ.items() if name not in ("TMUX", "TMUX_PANE", "COLORTERM")},
            "TERM": "xterm-256color",
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(ROOT),
            "TMPDIR": str(folder),
        }

    def run(self, *words: str) -> str:
        """A command of tmux."""
        command = [BINARY or "tmux", "-S", str(self._socket), "-f", "/dev/null", "-u", *words]
        return subprocess.run(
            command, env=self._environ, capture_output=True, text=True, timeout=10, check=True, cwd=ROOT
        ).stdout

    def start(self, columns: int, rows: int, terminal: str) -> None:
        """The demo, whose customers are in no haste, in a pane that says so when it has left."""
        size = ("-x", str(columns), "-y", str(rows))
        # The first pane is there before any option can be set; it is the shell that the program leaves behind.
        self.run("new-session", "-d", *size, "exec cat")
        self.run("set-option", "-g", "default-terminal", terminal)
        self.run("set-option", "-s", "set-clipboard", "on")
        self.run("set-option", "-g", "mouse", "on")
        program = f"{sys.executable} -m omnitui demo --haste 0.1"
        self.run("respawn-pane", "-k", f"{program}; printf '%s %s' '{LEFT}' $?; exec cat")

    def press(self, *keys: str) -> None:
        """Keys by tmux's names of them."""
        self.run("send-keys", *keys)

    def type(self, words: str) -> None:
        """Letters as they are."""
        self.run("send-keys", "-l", words)

    @property
    def text(self) -> str:
        """The picture, without colours."""
        return self.run("capture-pane", "-p")

    def wait(self, until: Callable[[str], object], seconds: float = 20) -> str:
        """Wait for a picture. Raises AssertionError with the last one when it is not in time."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            text = self.text
            if until(text):
                return text
            time.sleep(0.05)
        raise AssertionError(f"not on the screen within {seconds} s:\n{self.text}")

    def see(self, words: str) -> str:
        """Wait for words."""
        return self.wait(lambda text: words in text)

    def ends(self) -> list[int]:
        """For each line, the cell of its last character, as tmux counts cells."""
        self.run("copy-mode")
        found = []
        for number in range(len(self.text.split("\n")) - 1):
            down = ("cursor-down",) if number else ("top-line",)
            self.run("send-keys", "-X", *down, ";", "send-keys", "-X", "end-of-line")
            found.append(int(self.run("display-message", "-p", "#{copy_cursor_x}")))
        self.run("send-keys", "-X", "cancel")
        return found

    def paste(self, words: str) -> None:
        """As a terminal pastes into a program that has asked to be told so."""
        self.run("set-buffer", "-b", "pasted", words)
        self.run("paste-buffer", "-p", "-r", "-b", "pasted")

    @contextmanager
    def client(self, columns: int, rows: int) -> Iterator[Terminal]:
        """Somebody attached, in a terminal of this size; detached at the end."""
        command = [BINARY or "tmux", "-S", str(self._socket), "-f", "/dev/null", "-u", "attach-session"]
        with running(command, self._environ, columns, rows) as terminal:
            yield terminal
            self.run("detach-client")
            terminal.wait_for_end()


@contextmanager
def tmux(folder: Path, columns: int, rows: int, terminal: str = "tmux-256color") -> Iterator[Tmux]:
    """The demo in tmux; nothing of either is left at the end."""
    server = Tmux(folder)
    try:
        server.start(columns, rows, terminal)
        # Until the first sync has brought them all, the order is not the last one.
        server.wait(lambda text: "Waiting 25" in text and "online" in text)
        yield server
    finally:
        subprocess.run([BINARY or "tmux", "-S", str(folder / "tmux"), "kill-server"], capture_output=True, check=False)
        _wait_until_tidied(folder)


def _wait_until_tidied(folder: Path) -> None:
    """The demo hears of the end of its terminal, and takes away what it made; AssertionError if not."""
    deadline = time.monotonic() + 15
    while left := list(folder.glob("omnitui-demo-*")):
        if time.monotonic() > deadline:
            raise AssertionError(f"left behind: {left}")
        time.sleep(0.05)
