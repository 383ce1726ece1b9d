"""An IMAP server that says what a test tells it to: for servers that break the rules."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path

CAPABILITY = b"* CAPABILITY IMAP4rev1 AUTH=PLAIN ESEARCH CONDSTORE ENABLE\r\n"
Script = Callable[["Client"], None]


class Client:
    """One connection as the script sees it."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.seen: list[bytes] = []
        self._file = sock.makefile("rb")

    def say(self, *lines: bytes) -> None:
        """Send lines; their ends are put on."""
        self.sock.sendall(b"".join(line + b"\r\n" for line in lines))

    def hear(self) -> tuple[bytes, bytes]:
        """The next command as (tag, rest). Raises ConnectionError at the end."""
        line = self._file.readline()
        if not line:
            raise ConnectionError
        self.seen.append(line)
        tag, _, rest = line.strip().partition(b" ")
        return tag, rest

    def start_tls(self, certificate: Path, key: Path) -> None:
        """Go on under TLS."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self.sock = context.wrap_socket(self.sock, server_side=True)
        self._file = self.sock.makefile("rb")

    def greet_and_log_in(self, ended: bytes = b"") -> None:
        """As a good server would; a login with the token `ended` is refused, as one that is good no more."""
        self.say(b"* OK ready")
        while True:
            tag, rest = self.hear()
            word = rest.split()[0].upper()
            if word == b"CAPABILITY":
                self.say(CAPABILITY[:-2], tag + b" OK done")
            elif word == b"AUTHENTICATE":
                self.say(b"+ ")
                given, _ = self.hear()
                if ended and ended in b64decode(given):
                    self.say(tag + b" NO [EXPIRED] that token has ended")
                    continue
                self.say(tag + b" OK " + b"[CAPABILITY " + CAPABILITY[13:-2] + b"] in")
                return
            else:
                self.say(tag + b" BAD what")

    def answer(self, answers: dict[bytes, list[bytes]]) -> None:
        """From here on, answer each command by its first words; others get OK. A last line of NO refuses it."""
        while True:
            tag, rest = self.hear()
            end = b"OK done"
            for start, lines in answers.items():
                if rest.upper().startswith(start):
                    refused = lines[-1:] if lines and lines[-1].startswith(b"NO ") else []
                    self.say(*lines[: len(lines) - len(refused)])
                    end = refused[0] if refused else end
                    break
            self.say(tag + b" " + end)


class Scripted:
    """Runs the script for every connection, each in a thread; a context that gives itself."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self.clients: list[Client] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Scripted:
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for client in self.clients:
            with contextlib.suppress(OSError):
                client.sock.shutdown(socket.SHUT_RDWR)
        for thread in [self._accepting, *self._threads]:
            thread.join(5)
        for client in self.clients:
            client.sock.close()
            client._file.close()

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            client = Client(sock)
            self.clients.append(client)
            thread = threading.Thread(target=self._run, args=(client,), daemon=True)
            thread.start()
            self._threads.append(thread)

    def _run(self, client: Client) -> None:
        with contextlib.suppress(OSError, ConnectionError, ValueError, IndexError):
            self._script(client)

    def heard(self) -> bytes:
        """Everything all clients said."""
        return b"".join(line for client in self.clients for line in client.seen)
