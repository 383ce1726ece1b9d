"""An HTTP server on loopback that answers each request as the test has planned, and keeps what it was asked."""

from __future__ import annotations

import http.server
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    at: float


Act = Callable[["Handler"], None]


def say(status: int = 200, body: bytes = b"{}", **headers: str) -> Act:
    """Answer; `retry_after="3"` becomes the header Retry-After."""

    def act(handler: Handler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return act


def hang_up(handler: Handler) -> None:
    """Close without a word, having read the request."""
    handler.connection.shutdown(socket.SHUT_RDWR)


def torn(handler: Handler) -> None:
    """Promise more than is sent, then close."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
    handler.connection.shutdown(socket.SHUT_RDWR)


def nonsense(handler: Handler) -> None:
    """No HTTP at all."""
    handler.wfile.write(b"* OK IMAP4rev1 ready\r\n")


def silent(seconds: float) -> Act:
    """Say nothing for so long."""
    return lambda handler: time.sleep(seconds)


def dripping(pieces: int, pause: float) -> Act:
    """A body that comes in single bytes."""

    def act(handler: Handler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        for _ in range(pieces):
            handler.wfile.write(b"x")
            handler.wfile.flush()
            time.sleep(pause)

    return act


@dataclass
class Web:
    """Use it as a context. `plan` is used up one act a request; then `always`."""

    plan: list[Act] = field(default_factory=list)
    always: Act = field(default_factory=say)
    asked: list[Asked] = field(default_factory=list)
    certificate: Path | None = None
    """With the key beside it as key.pem: TLS."""

    def __enter__(self) -> Web:
        handler = type("Bound", (Handler,), {"web": self})
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self.port = int(self._server.server_address[1])
        if self.certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.certificate, self.certificate.with_name("key.pem"))
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        """Without a path."""
        return f"{'https' if self.certificate else 'http'}://localhost:{self.port}"


class Handler(http.server.BaseHTTPRequestHandler):
    """One request."""

    web: Web

    def _any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.web.asked.append(Asked(self.command, self.path, headers, body, time.monotonic()))
        act = self.web.plan.pop(0) if self.web.plan else self.web.always
        try:
            act(self)
        except OSError:
            return

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _any

    def log_message(self, format: str, *args: object) -> None:
        """Silent."""
