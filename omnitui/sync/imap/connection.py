"""The IMAP commands that omnitui uses, on one logged-in connection that belongs to one thread."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from imapclient.imap_utf7 import encode as utf7

from omnitui.core.errors import ProtocolError
from omnitui.sync.imap import responses, uids
from omnitui.sync.imap.channel import Channel, CommandRefused, Literal, LoginEnded
from omnitui.sync.imap.login import TIMEOUT, Login, check_argument, imap_errors
from omnitui.sync.imap.responses import Fetched, Parts, Selected, Status

__all__ = ["CommandRefused", "Connection", "Literal", "LoginEnded", "mailbox", "quoted"]


class Connection(Channel):
    """Log in with `Connection(login)`."""

    def __init__(self, login: Login, timeout: float = TIMEOUT) -> None:
        super().__init__(login, timeout)
        self.folder = ""
        """The selected folder; empty when none is."""
        self.writable = False

    def folders(self) -> list[tuple[tuple[str, ...], str]]:
        """Every folder as (attributes, name). Raises ProtocolError for a list that cannot be read."""
        self.allow()
        with imap_errors(self.host):
            listed = self.client.list_folders()
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


def mailbox(name: str) -> bytes:
    """A folder's name as an argument (modified UTF-7, quoted)."""
    check_argument(name)
    return quoted(utf7(name).decode("ascii"))


def quoted(text: str) -> bytes:
    """An ASCII string as an argument."""
    check_argument(text)
    return b'"' + text.encode("ascii").replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'
