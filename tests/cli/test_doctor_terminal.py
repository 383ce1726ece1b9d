"""`doctor` asks the terminal how wide it draws: one that answers, one that is silent, one that draws otherwise."""

from __future__ import annotations

import os
import pty
import re
import select
import sys
import termios
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyte
import pytest
from rich.cells import cell_len

from omnitui.cli.checks.tty import SAMPLES, ask
from tests.demo.terminal import running

ROOT = Path(__file__).resolve().parents[2]


class Answering(pyte.Screen):
    """A terminal that says where its cursor is (DSR) and what it is (DA)."""

    def __init__(self, fd: int, *, wide: str = "") -> None:
        super().__init__(80, 24)
        self._fd, self._wide = fd, wide

    def write_process_input(self, data: str) -> None:
        os.write(self._fd, data.encode())

    def draw(self, data: str) -> None:
        super().draw("".join(char * 2 if char in self._wide else char for char in data))


@contextmanager
def terminal(make: Callable[[int], pyte.Screen] | None) -> Iterator[int]:
    """The program's end of a terminal that `make` plays; None plays one that never answers."""
    ours, theirs = pty.openpty()
    done = threading.Event()

    def play() -> None:
        stream = pyte.ByteStream(make(ours)) if make else None
        while not done.is_set():
            if select.select([ours], [], [], 0.02)[0]:
                heard = os.read(ours, 4096)
                if stream is not None:
                    stream.feed(heard)

    player = threading.Thread(target=play)
    player.start()
    try:
        yield theirs
    finally:
        done.set()
        player.join()
        os.close(ours)
        os.close(theirs)


def test_a_terminal_that_answers_is_believed_and_put_back() -> None:
    with terminal(Answering) as tty:
        before = termios.tcgetattr(tty)
        told = ask(tty, tty, 10)
        assert termios.tcgetattr(tty) == before
        assert not select.select([tty], [], [], 0)[0]
    assert told.answers
    assert set(told.widths) == {sample for samples in SAMPLES.values() for sample in samples}
    assert (told.widths["訂"], told.widths["한"], told.widths["e\u0301"], told.widths["●"]) == (2, 2, 1, 1)


def test_one_that_draws_ambiguous_signs_wide_is_seen() -> None:
    with terminal(lambda fd: Answering(fd, wide="●★")) as tty:
        told = ask(tty, tty, 10)
    assert (told.widths["●"], told.widths["★"], told.widths["─"]) == (2, 2, 1)


def test_a_silent_one_is_left_in_time_and_put_back() -> None:
    with terminal(None) as tty:
        before = termios.tcgetattr(tty)
        started = time.monotonic()
        told = ask(tty, tty, 0.4)
        assert time.monotonic() - started < 5
        assert termios.tcgetattr(tty) == before
    assert not told.answers
    assert told.widths == {}


def test_one_that_always_says_the_same_is_not_believed() -> None:
    class Liar(Answering):
        def report_device_status(self, mode: int, **kwargs: object) -> None:
            self.write_process_input("\x1b[1;1R")

    with terminal(Liar) as tty:
        told = ask(tty, tty, 5)
    assert not told.answers
    assert told.widths == {}


def test_ctrl_c_leaves_and_puts_the_terminal_back() -> None:
    ours, theirs = pty.openpty()
    try:
        before = termios.tcgetattr(theirs)
        threading.Timer(0.2, lambda: os.write(ours, b"\x03")).start()
        with pytest.raises(KeyboardInterrupt):
            ask(theirs, theirs, 10)
        assert termios.tcgetattr(theirs) == before
    finally:
        os.close(ours)
        os.close(theirs)


def test_the_report_in_a_terminal_that_is_silent(tmp_path: Path) -> None:
    environ = {**os.environ, "TERM": "xterm-256color", "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "omnitui", "--home", str(tmp_path), "doctor", "--offline"]
    with running(command, environ, 120, 40) as screen:
        text = screen.wait(lambda text: re.search(r"\d problems?\.", text) is not None)
        assert screen.wait_for_end() == 0
    assert "does not say where its cursor is" in text


def test_what_a_terminal_can_do() -> None:
    ours, theirs = pty.openpty()
    done = threading.Event()

    def play() -> None:
        """kitty's answers, and a cursor that counts cells as our screen does."""
        column, heard = 1, b""
        while not done.is_set():
            if not select.select([ours], [], [], 0.02)[0]:
                continue
            heard += os.read(ours, 4096)
            while (found := re.search(rb"\r([^\x1b\r]*)\x1b\[6n", heard)) is not None:
                column = 1 + cell_len(found[1].decode())
                os.write(ours, b"\x1b[1;%dR" % column)
                heard = heard[found.end() :]
            if b"\x1b[c" in heard:
                modes = b"".join(b"\x1b[?%d;2$y" % mode for mode in (2026, 2004, 1004, 1006))
                clipboard = b"\x1bP1+r4d73=5c455d3532\x1b\\"
                os.write(
                    ours, b"\x1bP>|kitty(0.40.1)\x1b\\\x1b[?0u" + modes + clipboard + b"\x1b_Gi=31;OK\x1b\\\x1b[?62;4c"
                )
                heard = b""

    player = threading.Thread(target=play)
    player.start()
    try:
        told = ask(theirs, theirs, 10)
    finally:
        done.set()
        player.join()
        os.close(ours)
        os.close(theirs)
    assert told.answers
    assert told.name == "kitty(0.40.1)"
    assert told.abilities == [
        "whole frames at once", "pasted text told from typed", "focus told", "mouse",
        "every key told apart", "clipboard", "pictures (kitty)", "pictures (sixel)",
    ]  # fmt: skip
    assert all(width == cell_len(sample) for sample, width in told.widths.items())
