"""One logged-in IMAP connection and the commands that omnitui uses; belongs to one thread.

Everything after the login is our own small reader: it is twenty times as fast as IMAPClient's for whole mails, gives
VANISHED and unsolicited FETCH answers, and has limits on what a server may say. Arguments never hold CR, LF or NUL.
"""

from __future__ import annotations

import contextlib
import re
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from imapclient.imap_utf7 import encode as utf7

from omnitui.core.errors import Offline, OmnituiError, ProtocolError, Refused
from omnitui.core.text.clean import safe_text
from omnitui.sync.imap import responses, uids
from omnitui.sync.imap.login import TIMEOUT, Login, check_argument, imap_errors, log_in
from omnitui.sync.imap.responses import Fetched, Parts, Selected, Status

_LITERAL = re.compile(rb"\{(\d{1,12})\+?\}\r\n\Z")
MOST_PASSING = 10_000
MOST_LINES = 3_000_000
"""Untagged responses to one command; a folder of a million mails stays below."""


class CommandRefused(ProtocolError):
    """The server answered NO to one command; the connection is still good. `code` as in RFC 5530."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Literal:
    """Bytes sent by their length, whatever is in them."""

    data: bytes


class Connection:
    """Log in with `Connection(login)`; close with `close` (or `abort` from another thread)."""

    def __init__(self, login: Login, timeout: float = TIMEOUT) -> None:
        self.host = login.host
        self._transport, self._client, self.capabilities = log_in(login, timeout)
        self._prefix = b"o%s" % secrets.token_hex(2).encode()
        self._count = 0
        self._open: set[bytes] = set()
        self._ended: dict[bytes, bytes] = {}
        self.completion = b""
        self.folder = ""
        """The selected folder; empty when none is."""
        self.writable = False
        self.passing: list[Parts] = []
        """Untagged responses that no command asked for; whoever syncs the folder takes them."""

    def can(self, *names: str) -> bool:
        """Whether the server offers every one of these."""
        return all(name in self.capabilities for name in names)

    # -- commands below IMAPClient

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
        """The untagged responses of a command. Raises CommandRefused (NO), ProtocolError (BAD), Offline (BYE)."""
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
        code, _argument = responses.code_of(text)
        if word.upper() == b"NO":
            raise CommandRefused(f"{self.host} refuses: {_words(text)}", code)
        raise ProtocolError(f"{self.host} does not understand us: {_words(text)}")

    def allow(self, total: int = 16 * 1024 * 1024, literal: int = 1024 * 1024, seconds: float = 120.0) -> None:
        """How much the next answer may hold; see Transport.allow."""
        self._transport.allow(total, literal, seconds)

    def run(self, verb: bytes, *parts: bytes | Literal) -> list[Parts]:
        """Send a command and collect its untagged responses (at most 64 MB); `completion` is the text after OK."""
        self.allow(total=64 * 1024 * 1024)
        return list(self.answers(self.send(*parts, verb=verb)))

    # -- verbs

    def folders(self) -> list[tuple[tuple[str, ...], str]]:
        """Every folder as (attributes, name). Raises ProtocolError for a list that cannot be read."""
        self.allow()
        with imap_errors(self.host):
            listed = self._client.list_folders()
            return [(tuple(f.decode("ascii", "replace") for f in flags), str(name)) for flags, _, name in listed]

    def enable(self) -> None:
        """Turn QRESYNC or CONDSTORE on, where offered; before any SELECT (RFC 7162)."""
        if self.can("ENABLE", "QRESYNC"):
            self.run(b"ENABLE", b"QRESYNC")
        elif self.can("ENABLE", "CONDSTORE"):
            self.run(b"ENABLE", b"CONDSTORE")

    def select(self, name: str, since: tuple[int, int] | None = None, *, examine: bool = False) -> Selected:
        """Open a folder; `since` = (UIDVALIDITY, MODSEQ) asks for what changed and vanished since then (QRESYNC)."""
        self.folder = ""
        self.passing.clear()
        parts = [mailbox(name)]
        if since and self.can("QRESYNC"):
            parts.append(b"(QRESYNC (%d %d))" % since)
        elif self.can("CONDSTORE"):
            parts.append(b"(CONDSTORE)")
        found = responses.selected(self.run(b"EXAMINE" if examine else b"SELECT", *parts))
        self.folder, self.writable = name, not examine
        return found

    def modified(self) -> uids.Ranges:
        """The UIDs that the last STORE with UNCHANGEDSINCE left alone (RFC 7162)."""
        code, argument = responses.code_of(self.completion)
        return uids.parse(argument) if code == "MODIFIED" and argument else []

    def leave(self) -> None:
        """Close the folder without expunging anything, so that STATUS tells its numbers as they are now."""
        if self.folder and self.can("UNSELECT"):
            self.run(b"UNSELECT")
        elif self.folder:
            # CLOSE expunges nothing in a folder opened by EXAMINE (RFC 9051 6.4.1).
            self.select(self.folder, examine=True)
            self.run(b"CLOSE")
        self.folder = ""

    def status(self, names: Sequence[str]) -> list[Status | None]:
        """The numbers of several folders in one round trip; None for a folder that is not there."""
        items = b"(MESSAGES UIDNEXT UIDVALIDITY%s)" % (b" HIGHESTMODSEQ" if self.can("CONDSTORE") else b"")
        self.allow()
        tags = [self.send(mailbox(name), items, verb=b"STATUS") for name in names]
        found: list[Status | None] = []
        for tag in tags:
            try:
                found.append(responses.status(list(self.answers(tag))))
            except CommandRefused:
                found.append(None)
        return found

    def noop(self) -> list[Parts]:
        """What the server has to tell of the selected folder."""
        return self.run(b"NOOP")

    def search(self, *criteria: bytes | Literal, most: int = 20_000_000) -> uids.Ranges:
        """UIDs of the selected folder. Raises ProtocolError when they are more than `most`."""
        head = [b"RETURN (ALL)"] if self.can("ESEARCH") else []
        found = responses.search_result(self.run(b"UID SEARCH", *head, *criteria))
        if uids.count(found) > most:
            raise ProtocolError(f"{self.host} names more mails than the folder holds")
        return found

    def search_header(self, field: str, value: str) -> list[int]:
        """UIDs of mails whose header `field` holds `value`, by any characters but line breaks."""
        check_argument(field, value)
        head = [] if value.isascii() else [b"CHARSET UTF-8"]
        needle: bytes | Literal = quoted(value) if value.isascii() else Literal(value.encode())
        return uids.expand(self.search(*head, b"HEADER", quoted(field), needle), 100_000)

    def fetch(
        self, wanted: str, items: str, *, literal: int = 1024 * 1024, total: int = 64 * 1024 * 1024
    ) -> Iterator[Fetched]:
        """UID FETCH of a small thing; for whole mails see `fetch.py`."""
        self.allow(total=total, literal=literal)
        for parts in self.answers(self.send(wanted.encode(), items.encode(), verb=b"UID FETCH")):
            if (one := responses.fetched(parts)) is not None and one.uid:
                yield one
            else:
                self.note(parts)

    def note(self, parts: Parts) -> None:
        """Keep a response that no command asked for; when there are too many, the folder is to be looked at anew."""
        if len(self.passing) < MOST_PASSING:
            self.passing.append(parts)

    def append(self, name: str, raw: bytes, flags: str, when: str) -> tuple[int, int] | None:
        """File a mail; `when` is an INTERNALDATE or empty. Gives (UIDVALIDITY, UID) where the server has UIDPLUS."""
        check_argument(flags, when)
        options = [b"(%s)" % flags.encode()] + ([quoted(when)] if when else [])
        self.allow()
        for parts in self.answers(self.send(mailbox(name), *options, Literal(raw), verb=b"APPEND")):
            self.note(parts)
        code, argument = responses.code_of(self.completion)
        numbers = argument.split()
        if code == "APPENDUID" and len(numbers) == 2 and all(n.isdigit() for n in numbers):
            return int(numbers[0]), int(numbers[1])
        return None

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
        with contextlib.suppress(OmnituiError):
            self._transport.sock.settimeout(2.0)
            self.run(b"LOGOUT")
        self.abort()

    def abort(self) -> None:
        """Close at once; from any thread."""
        self._transport.abort()


def mailbox(name: str) -> bytes:
    """A folder's name as an argument (modified UTF-7, quoted)."""
    check_argument(name)
    return quoted(utf7(name).decode("ascii"))


def quoted(text: str) -> bytes:
    """An ASCII string as an argument."""
    check_argument(text)
    return b'"' + text.encode("ascii").replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


def _words(text: bytes) -> str:
    return safe_text(text.decode("utf-8", "replace"), lines=False).strip()[:300]
