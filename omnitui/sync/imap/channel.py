"""Commands and answers of one logged-in IMAP connection; belongs to one thread.

Everything after the login is our own small reader: it is twenty times as fast as IMAPClient's for whole mails, gives
VANISHED and unsolicited FETCH answers, and has limits on what a server may say. Arguments never hold CR, LF or NUL.
"""

from __future__ import annotations

import contextlib
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass

from omnitui.core.errors import Offline, OmnituiError, ProtocolError, Refused
from omnitui.core.text.clean import safe_text
from omnitui.sync.imap import responses
from omnitui.sync.imap.login import TIMEOUT, Login, log_in
from omnitui.sync.imap.responses import Parts

_LITERAL = re.compile(rb"\{(\d{1,12})\+?\}\r\n\Z")
ENDED = {"EXPIRED", "AUTHORIZATIONFAILED"}
"""Codes by which any command tells that the login is good no more (RFC 5530)."""
MOST_PASSING = 10_000
MOST_LINES = 3_000_000
"""Untagged responses to one command; a folder of a million mails stays below."""


class CommandRefused(ProtocolError):
    """The server answered NO to one command; the connection is still good. `code` as in RFC 5530."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


class LoginEnded(Offline):
    """The server has ended our login while we were at work: only a new one helps, which may renew its token."""


@dataclass(frozen=True)
class Literal:
    """Bytes sent by their length, whatever is in them."""

    data: bytes


class Channel:
    """Logs in; close with `close` (or `abort` from another thread)."""

    def __init__(self, login: Login, timeout: float = TIMEOUT) -> None:
        self.host = login.host
        self._transport, self.client, self.capabilities = log_in(login, timeout)
        self._prefix = b"o%s" % secrets.token_hex(2).encode()
        self._count = 0
        self._open: set[bytes] = set()
        self._ended: dict[bytes, bytes] = {}
        self.completion = b""
        self.passing: list[Parts] = []
        """Untagged responses that no command asked for; whoever syncs the folder takes them."""

    def can(self, *names: str) -> bool:
        """Whether the server offers every one of these."""
        return all(name in self.capabilities for name in names)

    def send(self, *parts: bytes | Literal, verb: bytes) -> bytes:
        """Send a command and give its tag, without waiting for the answer (except for a literal's go-ahead)."""
        self._count += 1
        tag = self._prefix + b"%d" % self._count
        line = tag + b" " + verb
        for part in parts:
            if isinstance(part, Literal):
                self._transport.send(line + b" {%d}\r\n" % len(part.data))
                self._await_go_ahead(tag)
                self._transport.send(part.data)
                line = b""
            else:
                if any(c in part for c in (b"\r", b"\n", b"\0")):
                    raise Refused("a line break or NUL cannot be sent to a mail server here")
                line += b" " + part
        self._transport.send(line + b"\r\n")
        self._open.add(tag)
        return tag

    def _await_go_ahead(self, tag: bytes) -> None:
        while True:
            line = self._transport.readline()
            if line.startswith(b"+"):
                return
            if line.startswith(tag + b" "):
                self._finish(line[len(tag) + 1 :])
                raise ProtocolError(f"{self.host} did not take the data")
            self.note(self._whole(line))

    def answers(self, tag: bytes) -> Iterator[Parts]:
        """The untagged responses of a command.

        Raises CommandRefused (NO), LoginEnded (NO or BYE that says so), ProtocolError (BAD), Offline (BYE).
        """
        readline, whole = self._transport.readline, self._whole
        for _ in range(MOST_LINES):
            if tag in self._ended:
                self.completion = self._finish(self._ended.pop(tag))
                return
            line = readline()
            if line.startswith(self._prefix):
                self._end(line)
                continue
            if line.startswith(b"* "):
                if line[2:6].upper() == b"BYE ":
                    self._leave_if_ended(line[6:])
                    raise Offline(f"{self.host} says goodbye: {_words(line[6:])}")
                yield whole(line) if line.endswith(b"}\r\n") else [line]
            elif not line.startswith(b"+"):
                raise ProtocolError(f"{self.host} answered something that cannot be read: {_words(line)}")
        raise ProtocolError(f"{self.host} talks without end")

    def _end(self, line: bytes) -> None:
        """A command's last line; with several commands in flight it need not be the oldest one's."""
        tag, _, rest = line.partition(b" ")
        if tag not in self._open:
            raise ProtocolError(f"{self.host} answers a command that was not given")
        self._open.discard(tag)
        self._ended[tag] = rest

    def _whole(self, line: bytes) -> Parts:
        """A response with its literals read."""
        parts = [line]
        while found := _LITERAL.search(parts[-1]):
            if len(parts) > 200:
                raise ProtocolError(f"{self.host} sent a response of too many pieces")
            parts += [self._transport.read(int(found[1])), self._transport.readline()]
        return parts

    def _finish(self, rest: bytes) -> bytes:
        word, _, text = rest.partition(b" ")
        if word.upper() == b"OK":
            return text.strip()
        self._leave_if_ended(text)
        if word.upper() == b"NO":
            raise CommandRefused(f"{self.host} refuses: {_words(text)}", responses.code_of(text)[0])
        raise ProtocolError(f"{self.host} does not understand us: {_words(text)}")

    def _leave_if_ended(self, text: bytes) -> None:
        """Nothing more is said on a connection whose login has ended: each command would be refused like this one."""
        if responses.code_of(text)[0] in ENDED:
            self.abort()
            raise LoginEnded(f"{self.host} has ended the login: {_words(text)}")

    def allow(self, total: int = 16 * 1024 * 1024, literal: int = 1024 * 1024, seconds: float = 120.0) -> None:
        """How much the next answer may hold; see Transport.allow."""
        self._transport.allow(total, literal, seconds)

    def run(self, verb: bytes, *parts: bytes | Literal) -> list[Parts]:
        """Send a command and collect its untagged responses (at most 64 MB); `completion` is the text after OK."""
        self.allow(total=64 * 1024 * 1024)
        return list(self.answers(self.send(*parts, verb=verb)))

    def note(self, parts: Parts) -> None:
        """Keep a response that no command asked for; when there are too many, the folder is to be looked at anew."""
        if len(self.passing) < MOST_PASSING:
            self.passing.append(parts)

    def readable(self, seconds: float, *others: int) -> bool:
        """Whether the server says something within `seconds`."""
        return self._transport.readable(seconds, *others)

    def listen(self) -> Parts:
        """One untagged response outside of any command, as in IDLE."""
        self.allow()
        return self._whole(self._transport.readline())

    def write(self, data: bytes) -> None:
        """A line that is no command (DONE)."""
        self._transport.send(data)

    def close(self) -> None:
        """Say goodbye and close; never raises for a connection that is gone."""
        with contextlib.suppress(OmnituiError, OSError):
            self._transport.sock.settimeout(2.0)
            self.run(b"LOGOUT")
        self.abort()

    def abort(self) -> None:
        """Close at once; from any thread."""
        self._transport.abort()


def _words(text: bytes) -> str:
    return safe_text(text.decode("utf-8", "replace"), lines=False).strip()[:300]
