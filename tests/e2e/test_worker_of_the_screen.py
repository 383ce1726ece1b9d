"""The screen has a worker for as long as it runs: for chats alone, too, and when the one it had dies."""

from __future__ import annotations

import contextlib
import os
import pty
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from omnitui.config.places import Places, places
from omnitui.sync.lock import held, holder
from tests.cli.run import ROOT

CHATS_ONLY = '[[account]]\nname = "desk"\nchannel = "file"\n[account.file]\ninbox = "{home}/in.jsonl"\n'


@contextlib.contextmanager
def _screen(home: Path) -> Iterator[None]:
    """The program in a terminal, as a user starts it; what it draws is read and thrown away."""
    ours, its = pty.openpty()
    command = [sys.executable, "-m", "omnitui", "--home", str(home)]
    program = subprocess.Popen(command, stdin=its, stdout=its, stderr=its, start_new_session=True, cwd=ROOT)
    os.close(its)

    def drain() -> None:
        with contextlib.suppress(OSError):
            while program.poll() is None:
                if select.select([ours], [], [], 0.2)[0]:
                    os.read(ours, 65536)

    reading = threading.Thread(target=drain)
    reading.start()
    try:
        yield
    finally:
        program.kill()
        program.wait()
        reading.join()
        os.close(ours)


@pytest.fixture
def where(tmp_path: Path) -> Iterator[Places]:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.toml").write_text(CHATS_ONLY.format(home=tmp_path))
    found = places(tmp_path, {})
    try:
        yield found
    finally:
        if held(found.lock) and (number := holder(found.lock)):
            os.kill(number, signal.SIGKILL)


def _until(true: Callable[[], bool], words: str, seconds: float = 25.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, words
        time.sleep(0.1)


def test_a_desk_of_chats_alone_has_a_worker_and_gets_another_one_when_that_dies(where: Places, tmp_path: Path) -> None:
    with _screen(tmp_path):
        _until(lambda: held(where.lock) and bool(holder(where.lock)), "the screen starts a worker")
        first = holder(where.lock)
        assert first is not None
        _until(where.socket.exists, "it listens")
        os.kill(first, signal.SIGKILL)
        _until(lambda: holder(where.lock) != first and held(where.lock), "another one takes its place")
