"""A message of ours, frozen at the moment the agent pressed send: what it will say, to whom, under which name.

The same content always composes to the same bytes, so that a retry is the same mail and not a second one.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from omnitui.core.mail import Address
from omnitui.core.times import Instant


@dataclass(frozen=True, slots=True)
class OutgoingFile:
    """A file that goes along, kept by its hash. Type `message/rfc822` is a whole mail, forwarded as it came."""

    name: str
    type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One mail to be sent. `mid`, `in_reply_to` and `references` are without angle brackets."""

    id: str
    """The outbox item: goes out as `X-Omni-Id`, and seeds the boundary."""
    mid: str
    date: Instant
    sender: Address
    to: tuple[Address, ...]
    cc: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()
    reply_to: tuple[Address, ...] = ()
    subject: str = ""
    body: str = ""
    signature: str = ""
    quote: str = ""
    """What stands below the answer: attribution and quoted lines, or a forwarded mail's text."""
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    files: tuple[OutgoingFile, ...] = ()
    auto: str = ""
    """`Auto-Submitted` (RFC 3834 5) when no human wrote it: auto-replied or auto-generated."""

    @property
    def recipients(self) -> tuple[str, ...]:
        """The envelope: every address once, in the order of the headers."""
        return tuple(dict.fromkeys(person.email for person in (*self.to, *self.cc, *self.bcc)))

    @property
    def text(self) -> str:
        """The whole text: the answer, the signature under its mark, the quote."""
        parts = [self.body.rstrip()]
        if self.signature.strip():
            parts.append(f"-- \n{self.signature.strip()}")
        if self.quote.strip():
            parts.append(self.quote.rstrip())
        return "\n\n".join(part for part in parts if part) + "\n"


def to_json(mail: Outgoing) -> str:
    """The frozen content as the outbox keeps it."""
    return json.dumps(
        {
            "id": mail.id,
            "mid": mail.mid,
            "date": mail.date,
            "from": _pair(mail.sender),
            **{key: [_pair(person) for person in getattr(mail, key)] for key in ("to", "cc", "bcc", "reply_to")},
            "subject": mail.subject,
            "body": mail.body,
            "signature": mail.signature,
            "quote": mail.quote,
            "in_reply_to": list(mail.in_reply_to),
            "references": list(mail.references),
            "files": [[f.name, f.type, f.size, f.sha256] for f in mail.files],
            "auto": mail.auto,
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


def from_json(data: str) -> Outgoing:
    """The inverse of `to_json`."""
    return from_payload(json.loads(data))


def from_payload(row: dict[str, Any]) -> Outgoing:
    """The content from an outbox item's payload."""
    return Outgoing(
        id=row["id"],
        mid=row["mid"],
        date=Instant(row["date"]),
        sender=Address(*row["from"]),
        to=_people(row["to"]),
        cc=_people(row["cc"]),
        bcc=_people(row["bcc"]),
        reply_to=_people(row["reply_to"]),
        subject=row["subject"],
        body=row["body"],
        signature=row["signature"],
        quote=row["quote"],
        in_reply_to=tuple(row["in_reply_to"]),
        references=tuple(row["references"]),
        files=tuple(OutgoingFile(*fields) for fields in row["files"]),
        auto=row["auto"],
    )


def _pair(person: Address) -> list[str]:
    return [person.name, person.email]


def _people(rows: Sequence[Sequence[str]]) -> tuple[Address, ...]:
    return tuple(Address(name, email) for name, email in rows)
