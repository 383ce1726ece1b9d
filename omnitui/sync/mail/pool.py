"""A pool of one child process that parses unusual mails, killed and started anew whenever it is late or gone."""

from __future__ import annotations

import os
import selectors
import subprocess
import sys
import threading
import time

from omnitui.core.mail import ParsedMail
from omnitui.sync.mail.child import READY
from omnitui.sync.mail.wire import from_json

WALL = 2.0
"""Seconds one mail may take, from its first byte sent to its last byte answered."""
START = 30.0
"""Seconds a child may take to start; a loaded machine is slow, a hostile mail is not in it yet."""
_CHUNK = 1024 * 1024


class ParseFailed(Exception):
    """The child did not survive the mail; the text says how it ended, for people."""


class ChildParser:
    """One long-lived child. Several threads may call `parse`; they take turns."""

    def __init__(self, wall: float = WALL) -> None:
        self._wall = wall
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The child's process id, None while there is none."""
        process = self._process
        return process.pid if process else None

    def parse(self, raw: bytes) -> ParsedMail:
        """The mail as the careful parser reads it. Raises ParseFailed when it took too long or ended the child."""
        with self._turn:
            process = self._process or self._started()
            answered = False
            try:
                answer = _exchange(process, raw, time.monotonic() + self._wall)
                answered = True
            finally:
                if not answered:
                    self._end()
        try:
            return from_json(answer)
        except (ValueError, KeyError, TypeError) as problem:
            raise ParseFailed(f"its parser answered nonsense ({type(problem).__name__})") from problem

    def close(self) -> None:
        """End the child, if there is one."""
        with self._turn:
            self._end()

    def _started(self) -> subprocess.Popen[bytes]:
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
        process = subprocess.Popen(
            [sys.executable, "-m", "omnitui.sync.mail.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            bufsize=0,
        )
        self._process = process
        try:
            ready = _received(process, len(READY), time.monotonic() + START)
        except ParseFailed:
            self._end()
            raise
        if ready != READY:
            self._end()
            raise ParseFailed("its parser could not be started")
        return process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
        process.wait()


def _exchange(process: subprocess.Popen[bytes], raw: bytes, deadline: float) -> bytes:
    _send(process, len(raw).to_bytes(8, "big"), raw, deadline=deadline)
    size = int.from_bytes(_received(process, 8, deadline), "big")
    return _received(process, size, deadline)


def _send(process: subprocess.Popen[bytes], *pieces: bytes, deadline: float) -> None:
    """Write without ever blocking past the deadline."""
    if process.stdin is None:
        raise ParseFailed("its parser has no input")
    pipe = process.stdin.fileno()
    os.set_blocking(pipe, False)
    for piece in pieces:
        rest = memoryview(piece)
        while rest:
            _wait(pipe, selectors.EVENT_WRITE, deadline)
            try:
                rest = rest[os.write(pipe, rest[:_CHUNK]) :]
            except BlockingIOError:
                continue
            except OSError as problem:
                raise ParseFailed(_end_of(process)) from problem


def _received(process: subprocess.Popen[bytes], size: int, deadline: float) -> bytes:
    if process.stdout is None:
        raise ParseFailed("its parser has no output")
    pipe = process.stdout.fileno()
    kept = bytearray()
    while len(kept) < size:
        _wait(pipe, selectors.EVENT_READ, deadline)
        piece = os.read(pipe, min(_CHUNK, size - len(kept)))
        if not piece:
            raise ParseFailed(_end_of(process))
        kept += piece
    return bytes(kept)


def _wait(pipe: int, event: int, deadline: float) -> None:
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, event)
        left = deadline - time.monotonic()
        if left <= 0 or not selector.select(left):
            raise ParseFailed("its parser took too long and was stopped")


def _end_of(process: subprocess.Popen[bytes]) -> str:
    """How the child ended, in words."""
    try:
        code = process.wait(1)
    except subprocess.TimeoutExpired:
        return "its parser stopped answering"
    return f"its parser was killed by signal {-code}" if code < 0 else f"its parser failed (exit status {code})"
