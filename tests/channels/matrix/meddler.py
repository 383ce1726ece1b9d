"""A proxy before the homeserver that does to requests what a real one cannot be asked to do."""

from __future__ import annotations

import contextlib
import http.client
import http.server
import json
import socket
import threading
import time
from typing import Any

from tests.channels.rig import Faults


class Meddler:
    """Use it as a context. Passes every request on to `port`, unless `faults` says otherwise."""

    def __init__(self, port: int, faults: Faults) -> None:
        self.target, self.faults = port, faults
        self.asked: list[tuple[str, str]] = []
        """Method and address of every request, as it came."""
        self.most = 1 << 62
        """After so many requests nothing is answered any more: the network is gone."""
        self.soft = False
        """A refused token has ended by itself, and could be renewed (`soft_logout`)."""
        self.lock = threading.Lock()

    def __enter__(self) -> Meddler:
        handler = type("Bound", (_Handler,), {"meddler": self})
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    @property
    def url(self) -> str:
        """Without a path."""
        return f"http://localhost:{self.port}"

    def was_asked(self, part: str, seconds: float = 90.0) -> bool:
        """Wait until an address with this in it has been asked for."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if any(part in path for _, path in list(self.asked)):
                return True
            time.sleep(0.01)
        return False

    def take(self, name: str) -> bool:
        """Whether this fault is to be carried out now; counts it down."""
        with self.lock:
            left = getattr(self.faults, name)
            if left:
                setattr(self.faults, name, left - 1)
                self.faults.seen.append(name)
            return bool(left)


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    meddler: Meddler

    def _any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        meddler = self.meddler
        meddler.asked.append((self.command, self.path))
        with contextlib.suppress(OSError, http.client.HTTPException):
            self._answer(body)

    def _answer(self, body: bytes) -> None:
        meddler, faults = self.meddler, self.meddler.faults
        sends = self.command == "PUT" and "/send/m.room.message/" in self.path
        if len(meddler.asked) > meddler.most:
            self._cut()
        elif faults.refuse_token:
            faults.seen.append("refuse_token")
            ended = {"errcode": "M_UNKNOWN_TOKEN", "error": "Access token has expired", "soft_logout": meddler.soft}
            self._say(401, ended)
        elif meddler.take("too_many"):
            self._say(429, {"errcode": "M_LIMIT_EXCEEDED", "error": "Too Many Requests", "retry_after_ms": 1000})
        elif meddler.take("server_error"):
            self._say(500, {"errcode": "M_UNKNOWN", "error": "Internal server error"})
        elif sends and meddler.take("sends_cut_before"):
            self._cut()
        else:
            status, headers, answer = self._forward(body)
            if sends and meddler.take("sends_lost_after"):
                self._cut()
                return
            if faults.duplicate_events and "/sync?" in self.path and status == 200:
                answer = json.dumps(_doubled(json.loads(answer))).encode()
                faults.seen.append("duplicate_events")
            self._pass_on(status, headers, answer)

    def _forward(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.meddler.target, timeout=120)
        try:
            kept = {k: v for k, v in self.headers.items() if k.lower() not in ("host", "connection", "accept-encoding")}
            connection.request(self.command, self.path, body or None, kept)
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            connection.close()

    def _pass_on(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name in ("Content-Type", "Location", "Retry-After", "Content-Disposition"):
            if name in headers:
                self.send_header(name, headers[name])
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _say(self, status: int, body: dict[str, Any]) -> None:
        self._pass_on(status, {"Content-Type": "application/json"}, json.dumps(body).encode())

    def _cut(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_OPTIONS = _any

    def log_message(self, format: str, *args: object) -> None:
        """Silent."""


def _doubled(answer: dict[str, Any]) -> dict[str, Any]:
    """Every event of every timeline twice in a row."""
    for rooms in answer.get("rooms", {}).values():
        for room in rooms.values():
            if "timeline" in room:
                room["timeline"]["events"] = [event for event in room["timeline"]["events"] for _ in range(2)]
    return answer
