"""Running the relay under uvicorn, the optional dependency `omnitui[relay]`."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from omnitui.core.errors import Refused
from omnitui.core.times import Instant
from omnitui.relay.app import Relay
from omnitui.relay.intake import Intake
from omnitui.relay.keys import sources
from omnitui.relay.settings import RelaySettings
from omnitui.relay.store import RelayStore, Room

BACKLOG = 1024
SAID_AGAIN = 60.0
"""Seconds in which uvicorn's log says one thing once: strangers must not be able to fill it."""


def serve(
    settings: RelaySettings,
    database: Path,
    environ: Mapping[str, str],
    clock: Callable[[], Instant],
    ready: Callable[[str], None],
) -> None:
    """Serve until SIGTERM or SIGINT. `ready` is told the address once connections are taken.

    Raises Refused when uvicorn is not installed or the port is taken, SecretError, CacheError.
    """
    try:
        import uvicorn
    except ImportError:
        raise Refused("the relay needs uvicorn: install omnitui[relay]") from None
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    keys = sources(settings, environ)
    store = RelayStore(database, Room(settings.most_waiting, settings.most_megabytes * 1024 * 1024))
    intake = Intake(store, clock)
    app = Relay(settings, keys, intake, clock)
    protocol, server = _made_for_strangers(intake, settings.slow_seconds)
    config = uvicorn.Config(
        app,
        lifespan="on",
        log_config=None,
        # A line for each request would tell the log who writes to us, and fill it.
        access_log=False,
        server_header=False,
        limit_concurrency=settings.most_connections,
        timeout_graceful_shutdown=10,
        ws="none",
        http=protocol,
        loop="asyncio",
        ssl_certfile=settings.certificate or None,
        ssl_keyfile=settings.certificate_key or None,
    )
    listening = _listen(settings.host, settings.port)
    scheme = "https" if settings.certificate else "http"
    host, port = listening.getsockname()[:2]
    ready(f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}")
    # uvicorn's own words about connections are no news for this log.
    own = logging.getLogger("uvicorn.error")
    own.setLevel(logging.WARNING)
    own.addFilter(_once_a_minute(time.monotonic))
    server(config).run(sockets=[listening])


def _made_for_strangers(intake: Intake, seconds: float) -> tuple[Any, Any]:
    """uvicorn's protocol and server, with what a public port needs besides: nobody holds a connection for longer than
    `seconds` without asking for something, and a stop does not wait for those who only wait."""
    import uvicorn
    from uvicorn.protocols.http.h11_impl import H11Protocol

    class Impatient(H11Protocol):
        _head: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self._look()

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            self._look()

        def connection_lost(self, exc: Exception | None) -> None:
            super().connection_lost(exc)
            if self._head is not None:
                self._head.cancel()

        def _look(self) -> None:
            """A head is on its way, or it has come."""
            busy = self.cycle is not None and not self.cycle.response_complete
            if busy and self._head is not None:
                self._head.cancel()
                self._head = None
            elif not busy and self._head is None and not self.transport.is_closing():
                self._head = self.loop.call_later(seconds, self.transport.close)

    class Leaving(uvicorn.Server):
        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            intake.let_go()
            await super().shutdown(sockets)

    return Impatient, Leaving


def _once_a_minute(clock: Callable[[], float]) -> Callable[[logging.LogRecord], bool]:
    """A filter for a log whose words are of a bounded number."""
    said: dict[str, float] = {}

    def new(record: logging.LogRecord) -> bool:
        words, now = str(record.msg), clock()
        if now - said.get(words, now - SAID_AGAIN) < SAID_AGAIN:
            return False
        said[words] = now
        return True

    return new


def _listen(host: str, port: int) -> socket.socket:
    """A socket that takes connections already, so that who was told the address reaches it. Raises Refused."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((host, port))
        made.listen(BACKLOG)
    except OSError as error:
        made.close()
        raise Refused(f"cannot listen on {host} port {port}: {error.strerror}") from None
    return made


def database_of(settings: RelaySettings, environ: Mapping[str, str], data: Callable[[], Path]) -> Path:
    """Where the file stands: as set, in the service's state folder (systemd's StateDirectory=), or in our data."""
    if settings.database:
        return Path(settings.database).expanduser()
    folder = environ.get("STATE_DIRECTORY", "").split(os.pathsep)[0]
    return (Path(folder) if folder else data()) / "relay.db"
