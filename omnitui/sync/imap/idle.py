"""Listening for new mail on a connection of its own (IDLE, RFC 2177): a wake-up, never a source of truth.

IDLE dies silently on many servers and routers, so it is taken up anew every few minutes, any doubt ends the connection,
and the account polls behind it. Dovecot holds every announcement back for half a second; a server that is near (on this
machine or in this house) is therefore asked outright while there is work going on, which costs nobody anything.
"""

from __future__ import annotations

import os
import random
import re
import threading
import time
from collections.abc import Callable

from omnitui.core.errors import LoginRefused, OmnituiError, ProtocolError, SecretError
from omnitui.sync.backoff import Backoff
from omnitui.sync.imap.connection import Connection
from omnitui.sync.imap.login import Login

ANEW = (300.0, 540.0)
"""Seconds after which IDLE is taken up anew, drawn between these; servers may hang up after 29 minutes."""
NEAR = 0.005
"""Seconds of a round trip up to which a server counts as near."""
ASK_EVERY = 0.2
"""Seconds between two questions to a near server."""
BUSY = 600.0
"""Seconds after the last mail or the last touch of an agent in which a near server is asked."""
_NEWS = re.compile(rb"\* (?:\d+ (?:EXISTS|EXPUNGE|FETCH)|VANISHED)\b", re.IGNORECASE)
_HANG_ON = re.compile(rb"\* (?:OK|\d+ RECENT\b)", re.IGNORECASE)


class Listener:
    """A thread that calls `wake` when a folder may have changed; `start` and `stop`."""

    def __init__(self, login: Callable[[], Login], folder: str, wake: Callable[[], None]) -> None:
        self._login = login
        self._folder = folder
        self._wake = wake
        self._connection: Connection | None = None
        self._stopping = threading.Event()
        self._signal_out, self._signal_in = os.pipe()
        self._thread = threading.Thread(target=self._run, name="idle", daemon=True)
        self._busy_until = time.monotonic() + BUSY

    def busy(self) -> None:
        """Somebody works here: be quick for a while. From any thread."""
        self._busy_until = time.monotonic() + BUSY

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread, whatever it waits for."""
        self._stopping.set()
        os.write(self._signal_in, b"x")
        if (connection := self._connection) is not None and self._thread.is_alive():
            self._thread.join(0.5)
            connection.abort()
        self._thread.join(5)
        os.close(self._signal_in)
        os.close(self._signal_out)

    def _run(self) -> None:
        backoff = Backoff()
        while not self._stopping.is_set():
            started = time.monotonic()
            try:
                self._listen()
            except (LoginRefused, SecretError):
                # The account's own connection may be as dead and not know it: it is the one that tells the user.
                self._wake()
            except OmnituiError:
                pass
            if time.monotonic() - started > 60:
                backoff.reset()
            self._stopping.wait(backoff.next())

    def _listen(self) -> None:
        self._connection = connection = Connection(self._login())
        try:
            connection.select(self._folder, examine=True)
            # Whatever came while nobody listened is found by this one look.
            self._wake()
            near = min(_round_trip(connection) for _ in range(3)) < NEAR
            while not self._stopping.is_set():
                if near and time.monotonic() < self._busy_until:
                    self._ask(connection)
                else:
                    self._idle(connection)
            connection.close()
        finally:
            self._connection = None
            connection.abort()

    def _ask(self, connection: Connection) -> None:
        """What has come up on a near server."""
        if self._stopping.wait(ASK_EVERY):
            return
        if any(_NEWS.match(parts[0]) for parts in connection.noop()):
            self.busy()
            self._wake()

    def _idle(self, connection: Connection) -> None:
        """One IDLE from its start to its end; raises on anything that is not as it should be."""
        tag = connection.send(verb=b"IDLE")
        until = time.monotonic() + random.uniform(*ANEW)  # noqa: S311 - spreads load, guards nothing
        accepted = False
        while not self._stopping.is_set() and time.monotonic() < until:
            if not connection.readable(until - time.monotonic(), self._signal_out):
                break
            line = connection.listen()[0]
            if line.startswith(b"+"):
                accepted = True
            elif _NEWS.match(line):
                self.busy()
                self._wake()
            elif not _HANG_ON.match(line):
                raise ProtocolError("the server ended IDLE by itself")
        if not accepted:
            raise ProtocolError("the server does not accept IDLE")
        connection.write(b"DONE\r\n")
        for parts in connection.answers(tag):
            if _NEWS.match(parts[0]):
                self._wake()


def _round_trip(connection: Connection) -> float:
    started = time.monotonic()
    connection.noop()
    return time.monotonic() - started
