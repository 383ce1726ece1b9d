"""The worker's socket: screens connect to hear that something changed, and to ask for a look or a stop.

A Unix socket for the user alone (0600), JSON lines. Worker to client: {"changed": [conversation ids], "seq": n}, at
most ten a second, and answers. Client to worker: {"do": "wake" | "sync" | "retry" | "status" | "unlock" | "stop"},
and the orders of `sync/orders.py`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from omnitui.core.errors import Offline, ProtocolError

LONGEST = 64 * 1024
"""Bytes of one request."""
MOST_WAITING = 1 << 20
"""Bytes that may wait for a client that does not read; then it is let go."""
MOST_IDS = 1000
"""Ids in one message; a client that hears `more` reads the change table."""

Answer = dict[str, Any]
Request = Callable[[dict[str, Any]], Awaitable[Answer | None]]


class WireServer:
    """Listens on `path`; `request` is awaited for each thing a client asks, and may give an answer for it."""

    def __init__(self, path: Path, request: Request) -> None:
        self._path = path
        self._request = request
        self._clients: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self.left = asyncio.Event()
        """Set when the last client has gone."""

    @property
    def clients(self) -> int:
        """How many are connected."""
        return len(self._clients)

    async def start(self) -> None:
        """Begin to listen. The worker's lock is held, so a socket that is there belongs to nobody."""
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._path.unlink(missing_ok=True)
        before = os.umask(0o177)
        try:
            self._server = await asyncio.start_unix_server(self._serve, self._path, limit=LONGEST)
        finally:
            os.umask(before)

    async def stop(self) -> None:
        """Close everything, and take the socket away."""
        if self._server is not None:
            self._server.close()
        for client in list(self._clients):
            client.close()
        self._path.unlink(missing_ok=True)
        await asyncio.sleep(0)

    def tell(self, message: Answer) -> None:
        """Send to every client; one that does not read is let go."""
        line = json.dumps(message, separators=(",", ":")).encode() + b"\n"
        for client in list(self._clients):
            if client.transport.get_write_buffer_size() > MOST_WAITING:
                client.transport.abort()
            elif not client.is_closing():
                client.write(line)

    def changed(self, ids: list[int], seq: int) -> None:
        """Tell which conversations changed."""
        more = {"more": True} if len(ids) > MOST_IDS else {}
        self.tell({"changed": ids[:MOST_IDS], "seq": seq, **more})

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._clients.add(writer)
        try:
            while line := await reader.readline():
                asked = json.loads(line)
                right = isinstance(asked, dict) and isinstance(asked.get("do"), str)
                answer = await self._request(asked) if right else None
                if answer is not None and not writer.is_closing():
                    writer.write(json.dumps(answer).encode() + b"\n")
        except (OSError, ValueError):
            # A client that breaks off or does not speak our language is let go.
            pass
        finally:
            self._clients.discard(writer)
            writer.close()
            if not self._clients:
                self.left.set()


def ask_worker(path: Path, what: str, answer: str, seconds: float, more: Mapping[str, str] | None = None) -> Any:
    """Ask the running worker and wait for the answer of that name; for the command line. `more` goes with the question.

    Raises Offline when no worker listens or it does not answer in time.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client, contextlib.ExitStack() as stack:
        client.settimeout(seconds)
        try:
            client.connect(os.fspath(path))
            client.sendall(json.dumps({**(more or {}), "do": what}).encode() + b"\n")
            for line in stack.enter_context(client.makefile("rb")):
                found = json.loads(line)
                if answer in found:
                    return found[answer]
        except TimeoutError as error:
            raise Offline(f"the worker has not answered within {seconds:.0f} seconds") from error
        except OSError as error:
            raise Offline(f"no worker listens: {error.strerror}") from error
        except ValueError as error:
            raise ProtocolError("the worker answered something that cannot be read") from error
    raise Offline("the worker ended before it answered")
