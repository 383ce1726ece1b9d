"""The Sent folder at the server: is this mail in it, and put it there. Blocking; each use logs in anew."""

from __future__ import annotations

import email.header
import email.utils
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Protocol

from omnitui.config.schema import AccountSettings
from omnitui.core.errors import Offline, Refused
from omnitui.core.outgoing import Outgoing
from omnitui.core.text.clean import safe_text
from omnitui.core.times import MINUTE, Instant, as_datetime, instant
from omnitui.sync.imap import uids
from omnitui.sync.imap.connection import CommandRefused, Connection, quoted
from omnitui.sync.imap.folders import sort_out
from omnitui.sync.imap.login import Login
from omnitui.sync.mail.parse import parse_mail
from omnitui.sync.outbox.headers import is_message_id

NEAR = 2 * MINUTE
"""How far apart the Date of our mail and that of the same mail as a server rewrote it may be."""
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_MOST_COMPARED = 50
_LONGEST_HEADER = 8192
_MOST_WORDS = 2000


class SentFolder(Protocol):
    """What the outbox asks of the Sent folder. Raises Offline, LoginRefused or ProtocolError."""

    name: str
    gmail: bool
    """The server is Gmail, under whatever name: it files what it sends."""

    def find(self, mail: Outgoing, size: int) -> bool:
        """Is the mail there: by Message-ID, by our own header, by date, recipient, subject, size and words."""

    def holds(self, mid: str) -> bool:
        """Is a mail with this Message-ID there?"""

    def append(self, raw: bytes, at: Instant) -> tuple[int, int] | None:
        """File a copy, seen; gives (UIDVALIDITY, UID) where the server tells."""


class ImapSentFolder:
    """A Sent folder over IMAP."""

    def __init__(self, connection: Connection, name: str) -> None:
        self._connection = connection
        self.name = name
        self.gmail = connection.can("X-GM-EXT-1")
        self._exists = connection.select(name, examine=True).exists

    def find(self, mail: Outgoing, size: int) -> bool:
        """See SentFolder."""
        return self.holds(mail.mid) or bool(self._header("X-Omni-Id", mail.id)) or self._alike(mail, size)

    def holds(self, mid: str) -> bool:
        """See SentFolder."""
        return is_message_id(mid) and bool(self._header("Message-ID", mid))

    def append(self, raw: bytes, at: Instant) -> tuple[int, int] | None:
        """See SentFolder."""
        when = as_datetime(at)
        date = f"{when.day:02d}-{_MONTHS[when.month - 1]}-{when.year} {when:%H:%M:%S} +0000"
        return self._connection.append(self.name, raw, "\\Seen", date)

    def _header(self, field: str, value: str) -> list[int]:
        return self._connection.search_header(field, value) if self._exists else []

    def _alike(self, mail: Outgoing, size: int) -> bool:
        """A server that gives mail a Message-ID of its own and drops our header: compare what is left.

        One that has kept our header is another mail of ours, which may be to the same people under the same subject in
        the same minute; and so may one without it, so that the words count, too.
        """
        if not self._exists or not mail.recipients or not mail.recipients[0].isascii():
            return False
        day = as_datetime(mail.date)
        found = self._connection.search(
            b"SENTSINCE", _day(day - timedelta(days=1)).encode(),
            b"SENTBEFORE", _day(day + timedelta(days=2)).encode(),
            b"TO", quoted(mail.recipients[0]),
        )  # fmt: skip
        newest = uids.expand(found, 1_000_000)[-_MOST_COMPARED:]
        if not newest:
            return False
        wanted = ",".join(map(str, newest))
        items = "(UID RFC822.SIZE BODY.PEEK[HEADER.FIELDS (SUBJECT DATE X-OMNI-ID)])"
        near = [
            one.uid
            for one in list(self._connection.fetch(wanted, items))
            if _same(mail, size, one.size or 0, b"".join(one.sections.values()))
        ]
        return any(self._says(uid, mail.body) for uid in near if uid is not None)

    def _says(self, uid: int, words: str) -> bool:
        """Whether these words stand in a mail, however a server has laid them out anew."""
        for one in list(self._connection.fetch(str(uid), "(UID BODY.PEEK[])")):
            text = parse_mail(b"".join(one.sections.values())).text
            if _bare(words)[:_MOST_WORDS] in _bare(text):
                return True
        return False


@contextmanager
def sent_folder(login: Login, account: AccountSettings) -> Iterator[ImapSentFolder]:
    """Log in and open the folder for the length of a block: the one that the config names, else the one found.

    Raises Refused when the server has none, Offline when it is not there now.
    """
    connection = Connection(login)
    try:
        name = account.sent_folder or _found(connection, account)
        try:
            yield ImapSentFolder(connection, name)
        except CommandRefused as error:
            raise Offline(f"the folder {name} cannot be used: {error}") from error
    finally:
        connection.close()


def _found(connection: Connection, account: AccountSettings) -> str:
    for folder in sort_out(connection.folders(), account):
        if folder.role == "sent":
            return folder.name
    raise Refused("the server has no folder for sent mail: name one in the config (sent_folder)")


def _day(at: datetime) -> str:
    return f"{at.day}-{_MONTHS[at.month - 1]}-{at.year}"


def _same(mail: Outgoing, size: int, found_size: int, header: bytes) -> bool:
    fields = dict(_fields(header[:_LONGEST_HEADER]))
    try:
        date = instant(email.utils.parsedate_to_datetime(fields.get("date", "")))
        subject = str(email.header.make_header(email.header.decode_header(fields.get("subject", ""))))
    except (ValueError, TypeError, LookupError, UnicodeError, OverflowError):
        return False
    if fields.get("x-omni-id"):
        return False
    near_in_size = abs(found_size - size) <= 4096 + size // 10
    same_subject = safe_text(subject, lines=False) == safe_text(mail.subject, lines=False)
    return near_in_size and same_subject and abs(date - mail.date) <= NEAR


def _bare(text: str) -> str:
    return "".join(text.split())


def _fields(header: bytes) -> Iterator[tuple[str, str]]:
    text = header.decode(errors="replace").replace("\r\n ", " ").replace("\r\n\t", " ")
    for line in text.split("\r\n"):
        name, _, value = line.partition(":")
        yield name.strip().lower(), value.strip()
