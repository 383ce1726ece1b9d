"""A TCP proxy on loopback that cuts a connection after so many bytes, in either direction, or does something then."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable

Hook = Callable[[], None]


class CutProxy:
    """Passes connections on to `port`. A context; `port` is where to connect.

    `cut_after`: bytes of one direction after which the connection is cut in the middle of whatever goes on. `at`: what
    to do once that many bytes have passed, instead of cutting. Each counts over all connections together.
    """

    def __init__(
        self,
        port: int,
        *,
        cut_after: int | None = None,
        upstream: bool = False,
        at: Hook | None = None,
    ) -> None:
        """`upstream`: count what the client sends instead of what the server sends."""
        self._target = port
        self._cut_after, self._upstream, self._at = cut_after, upstream, at
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.passed = {"up": 0, "down": 0}
        self.cut = False
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> CutProxy:
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for sock in list(self._open):
            self._end(sock)
        for thread in self._threads:
            thread.join(5)

    def _start(self, work: Callable[..., None], *given: object) -> None:
        thread = threading.Thread(target=work, args=given, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._target))
            except OSError:
                return
            self._open |= {client, server}
            self._start(self._pump, client, server, "up")
            self._start(self._pump, server, client, "down")

    def _pump(self, source: socket.socket, target: socket.socket, way: str) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                allowed = self._allowed(len(data), way)
                target.sendall(data[:allowed])
                if allowed < len(data):
                    break
        self._end(source)
        self._end(target)

    def _allowed(self, size: int, way: str) -> int:
        with self._lock:
            before = self.passed[way]
            self.passed[way] += size
            counted = way == ("up" if self._upstream else "down") and self._cut_after is not None
            if not counted or self.cut or before + size < (self._cut_after or 0):
                return size
            self.cut = True
        if self._at is not None:
            self._at()
            return size
        return max(0, (self._cut_after or 0) - before)

    def _end(self, sock: socket.socket) -> None:
        self._open.discard(sock)
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)
        sock.close()
