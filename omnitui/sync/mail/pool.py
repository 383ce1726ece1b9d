"""A pool of one child process that parses unusual mails, killed and started anew whenever it is late or gone."""

from __future__ import annotations

import subprocess
import threading
import time

from omnitui.core.mail import ParsedMail
from omnitui.sync.mail.child import READY
from omnitui.sync.mail.pipes import ParseFailed, ended, received, send, started
from omnitui.sync.mail.wire import from_json

__all__ = ["ChildParser", "ParseFailed"]

WALL = 2.0
"""Seconds one mail may take, from its first byte sent to its last byte answered."""
START = 30.0
"""Seconds a child may take to start; a loaded machine is slow, a hostile mail is not in it yet."""


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
        process = started("omnitui.sync.mail.child")
        self._process = process
        try:
            ready = received(process, len(READY), time.monotonic() + START)
        except ParseFailed:
            self._end()
            raise
        if ready != READY:
            self._end()
            raise ParseFailed("its parser could not be started")
        return process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            ended(process)


def _exchange(process: subprocess.Popen[bytes], raw: bytes, deadline: float) -> bytes:
    send(process, len(raw).to_bytes(8, "big"), raw, deadline=deadline)
    size = int.from_bytes(received(process, 8, deadline), "big")
    return received(process, size, deadline)
