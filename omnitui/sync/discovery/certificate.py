"""The fingerprint of a server's certificate, to be shown and, when a person knows it, to be trusted."""

from __future__ import annotations

import hashlib
import socket
import ssl

from omnitui.config.schema import ServerSettings
from omnitui.core.errors import Offline, ProtocolError
from omnitui.sync.discovery.aside import aside

SECONDS = 10.0
_LONGEST = 64 * 1024
_IMAP = ((b"", b"* OK"), (b"a STARTTLS\r\n", b"a OK"))
_SMTP = ((b"", b"220 "), (b"EHLO omnitui\r\n", b"250 "), (b"STARTTLS\r\n", b"220 "))
"""What to say, and how the line begins that answers it."""


async def fingerprint(server: ServerSettings, use: str) -> str:
    """SHA-256 in hex, in lower case. Raises Offline or ProtocolError."""
    return await aside(lambda: _fingerprint(server, use), SECONDS * 2)


def _fingerprint(server: ServerSettings, use: str) -> str:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        with socket.create_connection((server.host, server.port), SECONDS) as line:
            if server.security == "starttls":
                for said, wanted in _IMAP if use == "imap" else _SMTP:
                    _say(line, said, wanted)
            with context.wrap_socket(line, server_hostname=server.host) as tls:
                return hashlib.sha256(tls.getpeercert(binary_form=True) or b"").hexdigest()
    except OSError as error:
        raise Offline(f"the certificate of {server.host} cannot be had: {error.strerror or error}") from error


def _say(line: socket.socket, said: bytes, wanted: bytes) -> None:
    line.sendall(said)
    answer = b""
    while len(answer) < _LONGEST:
        # A byte at a time: what comes behind the last line belongs to TLS.
        byte = line.recv(1)
        if not byte:
            break
        answer += byte
        if byte == b"\n":
            last = answer.rstrip(b"\r\n").rpartition(b"\n")[2]
            if last.startswith(wanted):
                return
            if not (last.startswith(b"* ") or last[3:4] == b"-"):
                break
    raise ProtocolError("the server did not begin TLS when asked")
