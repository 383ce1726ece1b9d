"""Running the relay under uvicorn, the optional dependency `omnitui[relay]`."""

from __future__ import annotations

import logging
import os
import socket
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from omnitui.core.errors import Refused
from omnitui.core.times import Instant
from omnitui.relay.app import Relay
from omnitui.relay.intake import Intake
from omnitui.relay.keys import sources
from omnitui.relay.settings import RelaySettings
from omnitui.relay.store import RelayStore, Room

BACKLOG = 1024


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
    app = Relay(settings, keys, Intake(store, clock), clock)
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
        http="h11",
        loop="asyncio",
        ssl_certfile=settings.certificate or None,
        ssl_keyfile=settings.certificate_key or None,
    )
    listening = _listen(settings.host, settings.port)
    scheme = "https" if settings.certificate else "http"
    host, port = listening.getsockname()[:2]
    ready(f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}")
    # uvicorn's own words about connections are no news for this log.
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    uvicorn.Server(config).run(sockets=[listening])


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
