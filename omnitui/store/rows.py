"""Writing new messages: the rows of one mail in every table that holds a part of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from omnitui.core.mail import Address, Attachment, Bounce, MailKind, ParsedMail
from omnitui.core.models import Delivery, MessageClass, MessageId
from omnitui.core.prepared import Prepared
from omnitui.core.threading import Links, message_id
from omnitui.core.times import Instant
from omnitui.store import identities

MOST_PEOPLE = 30
"""Recipients of a mail that become contacts; the rest is still shown and searched."""


@dataclass(frozen=True, slots=True)
class FetchedMail:
    """One mail as the pipeline hands it over."""

    uid: int
    flags: frozenset[str]
    at: Instant
    """INTERNALDATE"""
    raw_size: int
    digest: str
    """SHA-256 of the original in hex."""
    packed: bytes
    """The original, packed with zlib."""
    complete: bool
    """False: big parts were left on the server."""
    parsed: ParsedMail
    quarantine: str = ""
    """Why it could not be parsed; empty for ordinary mail."""
    prepared: Prepared | None = None
    """`prepared(parsed, digest)` where it was made beforehand; then `parsed` need hold neither HTML nor blocks."""


@dataclass(slots=True)
class NewMessage:
    """A mail with everything decided that its rows need."""

    id: MessageId
    mail: FetchedMail
    made: Prepared
    conversation_id: int
    class_: MessageClass
    reason: str
    detail: str
    seen: bool = False
    flagged: bool = False
    answered: bool = False

    def __post_init__(self) -> None:
        ours = self.class_ in (MessageClass.HUMAN, MessageClass.MACHINE)
        self.seen = ours or "\\Seen" in self.mail.flags
        self.flagged = "\\Flagged" in self.mail.flags
        self.answered = "\\Answered" in self.mail.flags

    @property
    def links(self) -> Links:
        """Its Message-ID and those it names."""
        return self.made.links


def report_kind(bounce: Bounce | None, kind: MailKind) -> str:
    """The kind of a message row; a report is a `bounce`, a `receipt` or `progress` (RFC 3464 2.3.3)."""
    if bounce is None or kind is not MailKind.BOUNCE:
        return kind.value
    action = bounce.action or {"2": "delivered", "4": "delayed"}.get(bounce.status[:1], "failed")
    return {"delivered": "receipt", "failed": "bounce"}.get(action, "progress")


def write(
    connection: sqlite3.Connection, new: Sequence[NewMessage], now_in: Callable[[int], int], now: Instant
) -> None:
    """Write all rows of new messages but full text and ledger. `now_in`: what a conversation has become."""
    connection.executemany(_INSERT, [_message(message, now_in(message.conversation_id), now) for message in new])
    connection.executemany("INSERT INTO body VALUES (?, ?, ?, ?)", map(_body, new))
    connection.executemany(
        "INSERT INTO original VALUES (?, ?, ?)", [(m.id, m.mail.packed, int(m.mail.complete)) for m in new]
    )
    connection.executemany(
        "INSERT INTO attachment(message_id, part, name, type, size, sha256, inline, here, width, height)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [row for message in new for row in _attachments(message)],
    )


def write_people(
    connection: sqlite3.Connection, new: Iterable[NewMessage], now_in: Callable[[int], int], channel: str
) -> None:
    """Note who takes part where, and when each was heard of; whoever is new becomes a contact."""
    present = [(message, _takes_part(message)) for message in new]
    known = identities.ensure(connection, channel, (person for _, people in present for person in people))
    pairs, times = set(), dict[int, tuple[int, int]]()
    for message, people in present:
        for person in people:
            identity = known.get(identities.key(person.email))
            if identity is None:
                continue
            pairs.add((now_in(message.conversation_id), identity.id))
            first, last = times.get(identity.contact_id, (message.mail.at, message.mail.at))
            times[identity.contact_id] = (min(first, message.mail.at), max(last, message.mail.at))
    identities.took_part(connection, sorted(pairs))
    identities.heard_from(connection, ((contact, *span) for contact, span in times.items()))


_COLUMNS = (
    "id, account_id, conversation_id, mid, digest, class, kind, from_name, from_address, people, subject, preview, at,"
    " sent_at, fetched_at, seen, flagged, answered, size, attachment_count, in_reply_to, refs, join_reason,"
    " join_detail, about_mid, delivery, delivery_detail, omni_id, notices, error"
)
_GIVEN = ", ".join(f"?{n}" for n in range(2, 30))
_ACCOUNT = "(SELECT account_id FROM conversation WHERE id = ?2)"
_INSERT = f"INSERT INTO message({_COLUMNS}) VALUES (?1, {_ACCOUNT}, {_GIVEN})"


def _message(new: NewMessage, conversation_id: int, now: Instant) -> tuple[Any, ...]:
    mail, made = new.mail.parsed, new.made
    sender = mail.sender or Address("", "")
    ours = new.class_ in (MessageClass.HUMAN, MessageClass.MACHINE)
    about = message_id(mail.bounce.original_message_id) if mail.bounce else ""
    return (
        new.id, conversation_id, made.links.mid, new.mail.digest, new.class_.value, report_kind(mail.bounce, mail.kind),
        sender.name, sender.email, made.people, mail.subject, made.preview, new.mail.at, mail.sent_at, now, new.seen,
        new.flagged, new.answered, new.mail.raw_size, sum(not a.inline for a in mail.attachments),
        made.answered, made.references, new.reason, new.detail, about,
        Delivery.SENT.value if ours else "", _report(mail.bounce), mail.omni_id if ours else "",
        made.notices, new.mail.quarantine or mail.error,
    )  # fmt: skip


def _body(new: NewMessage) -> tuple[int, str, bytes, str]:
    return (new.id, new.mail.parsed.text, new.made.blocks, new.made.invitation)


def _attachments(new: NewMessage) -> list[tuple[Any, ...]]:
    return [(new.id, *_file(a, bool(new.mail.complete or a.sha256))) for a in new.mail.parsed.attachments]


def _file(a: Attachment, here: bool) -> tuple[Any, ...]:
    return (a.part, a.name, a.type, a.size, a.sha256, a.inline, here, a.width, a.height)


def _takes_part(new: NewMessage) -> list[Address]:
    """Writer, whom to answer, recipients; of a list or a report only the writer."""
    mail = new.mail.parsed
    people = [mail.sender] if mail.sender else []
    if new.class_ is not MessageClass.AUTO:
        people += [*mail.reply_to, *mail.to, *mail.cc][:MOST_PEOPLE]
    return people


def _report(bounce: Bounce | None) -> str:
    if bounce is None:
        return ""
    return " ".join(filter(None, (", ".join(bounce.recipients[:3]), bounce.status, bounce.reason)))
