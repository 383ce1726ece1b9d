"""The bytes of one IMAP connection: a socket with its own buffer, and limits a hostile server runs into."""

from __future__ import annotations

import contextlib
import hashlib
import select
import socket
import ssl
import time

from omnitui.core.errors import Offline, ProtocolError

LONGEST_LINE = 4 * 1024 * 1024
"""A line without its literals: a UID SEARCH of a million mails is some 8 MB without ESEARCH, so it comes in slices."""
CHUNK = 256 * 1024


class Transport:
    """Reads lines and literals, writes bytes. Not for two threads at once, except `abort`.

    `allow` sets how much the server may say until the next call: whatever goes beyond raises ProtocolError, so that no
    answer grows memory or time without end.
    """

    def __init__(self, host: str, port: int, timeout: float) -> None:
        self.host = host
        self.timeout = timeout
        try:
            self.sock: socket.socket = socket.create_connection((host, port), timeout)
        except OSError as error:
            raise Offline(f"{host} cannot be reached: {error.strerror or error}") from error
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = bytearray()
        self._at = 0
        self.encrypted = False
        self.allow()

    def allow(self, total: int = 16 * 1024 * 1024, literal: int = 1024 * 1024, seconds: float = 120.0) -> None:
        """The next answer may have `total` bytes, literals of at most `literal`, and take `seconds`."""
        self._left = total
        self.largest_literal = literal
        self._until = time.monotonic() + seconds

    def encrypt(self, context: ssl.SSLContext, pinned_sha256: str = "") -> None:
        """Go on under TLS. What the server sent before is thrown away: it came from whoever stood in between."""
        self._buffer.clear()
        self._at = 0
        try:
            self.sock = context.wrap_socket(self.sock, server_hostname=self.host)
        except ssl.SSLCertVerificationError as error:
            raise Offline(f"the certificate of {self.host} cannot be trusted: {error.verify_message}") from error
        except OSError as error:
            raise Offline(f"{self.host} does not speak TLS here: {error.strerror or error}") from error
        if pinned_sha256:
            self._check_pin(pinned_sha256)
        self.encrypted = True

    def _check_pin(self, wanted: str) -> None:
        assert isinstance(self.sock, ssl.SSLSocket)  # noqa: S101 - encrypt() has just made it one
        found = hashlib.sha256(self.sock.getpeercert(binary_form=True) or b"").hexdigest()
        if found != wanted.replace(":", "").lower():
            self.abort()
            raise Offline(f"the certificate of {self.host} is not the one in the config (it has {found})")

    def send(self, data: bytes) -> None:
        """Write everything, or raise Offline."""
        try:
            self.sock.sendall(data)
        except OSError as error:
            raise Offline(f"the connection to {self.host} broke: {error.strerror or error}") from error

    def readline(self) -> bytes:
        """One line with its end. Raises Offline at the end of the stream, ProtocolError beyond a limit."""
        start = self._at
        while True:
            end = self._buffer.find(b"\n", start)
            if end >= 0:
                line = bytes(memoryview(self._buffer)[self._at : end + 1])
                self._took(end + 1)
                return line
            if len(self._buffer) - self._at > LONGEST_LINE:
                raise ProtocolError(f"{self.host} sent a line without an end")
            start = len(self._buffer) - self._compact()
            self._fill()

    def read(self, size: int) -> bytes:
        """A literal of exactly `size` bytes; memory grows with what arrives, not with what is announced."""
        if size < 0 or size > self.largest_literal:
            raise ProtocolError(f"{self.host} announced {size:,} bytes where {self.largest_literal:,} are the most")
        have = len(self._buffer) - self._at
        if have < size:
            self._compact()
        while have < size:
            have += self._fill(size - have)
        data = bytes(memoryview(self._buffer)[self._at : self._at + size])
        self._took(self._at + size)
        return data

    def readable(self, seconds: float, *others: int) -> bool:
        """Whether there is something to read within `seconds`; a file number in `others` ends the wait too."""
        if self._at < len(self._buffer) or (isinstance(self.sock, ssl.SSLSocket) and self.sock.pending()):
            return True
        try:
            wanted: list[socket.socket | int] = [self.sock, *others]
            ready = select.select(wanted, [], [], max(0.0, seconds))[0]
        except (OSError, ValueError) as error:
            raise Offline(f"the connection to {self.host} was closed") from error
        return self.sock in ready

    def abort(self) -> None:
        """Close at once; may be called from any thread, and wakes the one that reads."""
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)
        with contextlib.suppress(OSError):
            self.sock.close()

    def _took(self, upto: int) -> None:
        self._at = upto
        if self._at == len(self._buffer):
            self._buffer.clear()
            self._at = 0

    def _compact(self) -> int:
        """Drop what was read; gives how far everything moved down."""
        gone, self._at = self._at, 0
        del self._buffer[:gone]
        return gone

    def _fill(self, want: int = 1) -> int:
        if self._left <= 0 or time.monotonic() > self._until:
            raise ProtocolError(f"{self.host} talks without end")
        try:
            data = self.sock.recv(max(CHUNK, min(want, 4 * CHUNK)))
        except TimeoutError as error:
            raise Offline(f"{self.host} did not answer within {self.timeout:.0f} seconds") from error
        except OSError as error:
            raise Offline(f"the connection to {self.host} broke: {error.strerror or error}") from error
        if not data:
            raise Offline(f"{self.host} closed the connection")
        self._left -= len(data)
        self._buffer += data
        return len(data)
