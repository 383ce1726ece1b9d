"""A mail with everything made of it that needs no cache, and the way of that through a pipe between our processes.

The way is marshal's (lists, strings, numbers and bytes alone), which is several times as fast as JSON. It is no format
for strangers: both ends are this program, started by itself. Careful parses, which read what looks hostile, come back
as JSON (`wire.py`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import astuple, replace
from typing import Any, NamedTuple

from omnitui.core.mail import Address, Attachment, Bounce, Invitation, MailKind, ParsedMail
from omnitui.core.packing import pack
from omnitui.core.prepared import Prepared, prepared
from omnitui.core.threading import Join, Links
from omnitui.sync.mail.parse import FAULTS, parse_mail


class Made(NamedTuple):
    """What a parser hands to the writer."""

    digest: str
    """SHA-256 of the original in hex."""
    packed: bytes
    parsed: ParsedMail
    prepared: Prepared | None
    """None where making it failed: the store tries again, and sets the mail aside if it fails too."""


def make(raw: bytes, parse: Callable[[bytes], ParsedMail] = parse_mail) -> Made:
    """Everything about one mail. Never raises, as `parse_mail`."""
    found = made(raw, parse(raw))
    return found if found.prepared is None else found._replace(parsed=bare(found.parsed))


def bare(mail: ParsedMail) -> ParsedMail:
    """The mail without what only `prepared` needs, which is most of its memory."""
    return replace(mail, html="", blocks=(), reply_text="")


def made(raw: bytes, parsed: ParsedMail) -> Made:
    """The same of a mail that has been parsed. HTML and blocks, which only `prepared` needs, do not go any further."""
    digest = hashlib.sha256(raw).hexdigest()
    try:
        columns = prepared(parsed, digest)
    except FAULTS:
        return Made(digest, pack(raw), parsed, None)
    return Made(digest, pack(raw), parsed, columns)


def to_plain(found: Made) -> tuple[Any, ...]:
    """As plain values. A text that the index takes as it is goes once."""
    columns = found.prepared
    if columns is not None:
        links, searched = columns.links, columns.searched
        named = (links.mid, links.named, links.root, links.reason.value, links.detail, links.base, links.subject)
        body = None if searched[2] == found.parsed.text else searched[2]
        columns = (named, columns.people, (searched[0], searched[1], body, searched[3]), *columns[3:])  # type: ignore[assignment]
    return (found.digest, found.packed, _mail_to_plain(found.parsed), columns)


def from_plain(row: tuple[Any, ...]) -> Made:
    """The inverse of `to_plain`."""
    digest, packed, mail, columns = row
    parsed = _mail_from_plain(mail)
    if columns is None:
        return Made(digest, packed, parsed, None)
    (mid, named, root, reason, detail, base, subject), people, (one, two, body, four), *rest = columns
    links = Links(mid, named, root, Join(reason), detail, base, subject)
    searched = (one, two, parsed.text if body is None else body, four)
    return Made(digest, packed, parsed, Prepared(links, people, searched, *rest))


def _mail_to_plain(mail: ParsedMail) -> tuple[Any, ...]:
    people = [[(one.name, one.email) for one in some] for some in (mail.reply_to, mail.to, mail.cc, mail.bcc)]
    return (
        (mail.message_id, mail.in_reply_to, mail.references, mail.subject),
        (mail.sender.name, mail.sender.email) if mail.sender else None,
        people,
        (mail.date, mail.sent_at, mail.text),
        [
            (one.name, one.type, one.size, one.sha256, one.part, one.inline, one.content_id, one.named)
            for one in mail.attachments
        ],
        mail.kind.value,
        mail.list_id,
        astuple(mail.bounce) if mail.bounce else None,
        astuple(mail.invitation) if mail.invitation else None,
        (mail.omni_id, mail.notices, mail.text_from_html, mail.from_plain, mail.error),
    )


def _mail_from_plain(row: tuple[Any, ...]) -> ParsedMail:
    head, sender, people, said, attachments, kind, list_id, bounce, invitation, rest = row
    message_id, in_reply_to, references, subject = head
    reply_to, to, cc, bcc = (tuple([Address(name, email) for name, email in some]) for some in people)
    date, sent_at, text = said
    omni_id, notices, text_from_html, from_plain, error = rest
    return ParsedMail(
        message_id, in_reply_to, references, subject, Address(*sender) if sender else None, reply_to, to, cc, bcc,
        date, sent_at, text, "", "", (), tuple([Attachment(*one) for one in attachments]), MailKind(kind), list_id,
        Bounce(*bounce) if bounce else None, Invitation(*invitation) if invitation else None, omni_id, notices,
        text_from_html, from_plain, error,
    )  # fmt: skip
