"""Is this mail here already? By Message-ID and content, never by UID, date or flag.

- The same bytes: the same mail, in whichever folder.
- The same Message-ID, the same fields and the same body under another way's trace headers: one mail that came twice.
- Our own mail, written here: known in the Sent folder by its Message-ID, or by our own header where the server has
  given it another Message-ID; elsewhere (we were in copy) only when its text is the same, for ids can be forged.
- Anything else with the Message-ID of another mail is a message of its own, and says so.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from omnitui.core.prepared import everybody
from omnitui.core.threading import Links, message_id
from omnitui.store import identities
from omnitui.store.folders import Folder
from omnitui.store.rows import FetchedMail, NewMessage

_TWICE = "came twice, by different ways"
_FIELDS = "m.id, m.mid, m.digest, m.omni_id, m.from_address, m.people, m.subject, m.sent_at, m.at, m.size"
_WANTED = f"SELECT {_FIELDS} FROM json_each(?) AS wanted CROSS JOIN message m ON m.account_id = ?"
_BY_MID = f"{_WANTED} AND m.mid = wanted.value"
_BY_OMNI_ID = f"{_WANTED} AND m.omni_id = wanted.value AND m.omni_id <> ''"


class Twin(NamedTuple):
    """The message that a mail already is."""

    id: int
    reason: str
    new: NewMessage | None
    """Where it came in the same batch and is not yet written."""


class Known:
    """What is here of the Message-IDs of a batch."""

    def __init__(
        self, connection: sqlite3.Connection, folder: Folder, mails: Sequence[tuple[FetchedMail, Links]]
    ) -> None:
        self._connection = connection
        self._sent = folder.role == "sent"
        self._stored: dict[str, list[sqlite3.Row]] = {}
        self._omni: dict[str, sqlite3.Row] = {}
        self._new: dict[str, list[NewMessage]] = {}
        for row in _rows(connection, _BY_MID, folder.account_id, {names.mid for _, names in mails}):
            self._stored.setdefault(row["mid"], []).append(row)
        if self._sent:
            own = {mail.parsed.omni_id for mail, _ in mails} - {""}
            self._omni = {row["omni_id"]: row for row in _rows(connection, _BY_OMNI_ID, folder.account_id, own)}

    def add(self, new: NewMessage) -> None:
        """Know a mail of this batch too."""
        self._new.setdefault(new.links.mid, []).append(new)

    def has_twins(self, mid: str) -> bool:
        """There are mails with this Message-ID."""
        return mid in self._stored or mid in self._new

    def same_mail(self, mail: FetchedMail, names: Links) -> Twin | None:
        """The message that this mail already is, or None."""
        for new in self._new.get(names.mid, ()):
            if new.mail.digest == mail.digest:
                return Twin(new.id, "", new)
            if _same_fields(mail, new) and _same_body(mail.packed, new.mail.packed):
                return Twin(new.id, _TWICE, new)
        for row in self._stored.get(names.mid, ()):
            reason = self._why_same(mail, row)
            if reason is not None:
                return Twin(row["id"], reason, None)
        own = self._omni.get(mail.parsed.omni_id) if mail.parsed.omni_id else None
        return Twin(own["id"], f"our copy; the server calls it {names.mid}", None) if own else None

    def _why_same(self, mail: FetchedMail, row: sqlite3.Row) -> str | None:
        if row["digest"] == mail.digest:
            return ""
        if row["omni_id"] and self._sent:
            return "our copy"
        if not _same_row(mail, row):
            return None
        original = self._connection.execute("SELECT data, complete FROM original WHERE message_id = ?", (row["id"],))
        kept = original.fetchone()
        if kept is not None and kept["complete"] and mail.complete:
            return _TWICE if _same_body(mail.packed, kept["data"]) else self._same_text(mail, row)
        if row["at"] == mail.at and row["size"] == mail.raw_size:
            return "known by Message-ID, date and size"
        return self._same_text(mail, row)

    def _same_text(self, mail: FetchedMail, row: sqlite3.Row) -> str | None:
        """Our own mail as it came back to us: other encoding, same words."""
        if not row["omni_id"]:
            return None
        text = self._connection.execute("SELECT text FROM body WHERE message_id = ?", (row["id"],)).fetchone()
        return "our mail in copy" if text and text[0].split() == mail.parsed.text.split() else None


def note_copy(connection: sqlite3.Connection, twin: Twin, mail: FetchedMail) -> set[int]:
    """A copy of a known mail has been found: what any copy says of flags holds, and a second Message-ID leads here too.

    Gives the conversations that changed.
    """
    seen, flagged, answered = (flag in mail.flags for flag in ("\\Seen", "\\Flagged", "\\Answered"))
    if twin.new is not None:
        twin.new.seen |= seen
        twin.new.flagged |= flagged
        twin.new.answered |= answered
        return set()
    changed = connection.execute(
        "UPDATE message SET seen = seen | ?, flagged = flagged | ?, answered = answered | ?,"
        " digest = CASE digest WHEN '' THEN ? ELSE digest END"
        " WHERE id = ? AND (seen < ? OR flagged < ? OR answered < ? OR digest = '') RETURNING conversation_id",
        (seen, flagged, answered, mail.digest, twin.id, seen, flagged, answered),
    ).fetchone()
    connection.execute(
        "INSERT OR IGNORE INTO original SELECT ?, ?, ? WHERE EXISTS (SELECT 1 FROM message WHERE id = ?)",
        (twin.id, mail.packed, mail.complete, twin.id),
    )
    mid = message_id(mail.parsed.message_id)
    if mid:
        connection.execute(
            "INSERT OR IGNORE INTO reference SELECT account_id, ?, conversation_id FROM message WHERE id = ?",
            (mid, twin.id),
        )
    return {changed[0]} if changed else set()


def _rows(connection: sqlite3.Connection, sql: str, account_id: int, values: Iterable[str]) -> list[sqlite3.Row]:
    return connection.execute(sql, (json.dumps(sorted(values)), account_id)).fetchall()


def _same_row(mail: FetchedMail, row: sqlite3.Row) -> bool:
    parsed = mail.parsed
    sender = parsed.sender.email if parsed.sender else ""
    if identities.key(sender) != identities.key(row["from_address"]) or parsed.subject != row["subject"]:
        return False
    return bool(row["omni_id"]) or (parsed.sent_at == row["sent_at"] and everybody(parsed) == row["people"])


def _same_fields(mail: FetchedMail, new: NewMessage) -> bool:
    one, other = mail.parsed, new.mail.parsed
    return (one.sender, one.subject, one.sent_at, one.to, one.cc) == (
        other.sender, other.subject, other.sent_at, other.to, other.cc
    )  # fmt: skip


def _same_body(one: bytes, other: bytes) -> bool:
    return _after_header(zlib.decompress(one)) == _after_header(zlib.decompress(other))


def _after_header(raw: bytes) -> bytes:
    unix = raw.replace(b"\r\n", b"\n")
    return unix.partition(b"\n\n")[2].rstrip()
