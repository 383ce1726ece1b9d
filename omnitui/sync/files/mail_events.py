"""Mails from files as events: for a channel that replays them, where no mailbox is kept."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator

from omnitui.core.channel_events import Direction, MessageEvent, Person, RemoteFile
from omnitui.core.mail import Address, ParsedMail
from omnitui.sync.files.chats.opening import BESIDE
from omnitui.sync.files.sources import FoundMail
from omnitui.sync.mail.parse import parse_mail


def mail_events(found: Iterable[FoundMail], us: Collection[str]) -> Iterator[MessageEvent]:
    """Every mail, in its order; `us`: addresses or names of ours. A mail that answers a known one goes to its
    conversation, whatever its subject says."""
    ours = frozenset(name.lower() for name in us)
    threads: dict[str, str] = {}
    for one in found:
        mail, digest = parse_mail(one.raw), hashlib.sha256(one.raw).hexdigest()[:32]
        before = [*reversed(mail.references), *mail.in_reply_to]
        known = [threads[id] for id in before if id in threads]
        thread = known[0] if known else (mail.references or mail.in_reply_to or (mail.message_id or digest,))[0]
        for id in (*before, mail.message_id):
            if id:
                threads.setdefault(id, thread)
        yield _event(one, mail, thread, digest, ours)


def _event(found: FoundMail, mail: ParsedMail, thread: str, digest: str, ours: frozenset[str]) -> MessageEvent:
    writer = _person(mail.sender) if mail.sender else Person("unknown")
    people = [_person(one) for one in (*mail.to, *mail.cc) if not _is_ours(one, ours)]
    return MessageEvent(
        conversation=thread,
        remote_id=digest,
        at=mail.sent_at if mail.sent_at is not None and mail.sent_at > 0 else found.written_at,
        direction=Direction.OUT if mail.sender and _is_ours(mail.sender, ours) else Direction.IN,
        author=writer,
        text=mail.text,
        files=tuple(RemoteFile(file.part, file.name, file.type, file.size, lost=BESIDE) for file in mail.attachments),
        title=mail.subject,
        people=tuple(people[:30]),
        notices=(*mail.notices, *((mail.error,) if mail.error else ())),
    )


def _person(address: Address) -> Person:
    return Person(address.email.lower(), address.name, email=address.email)


def _is_ours(address: Address, ours: frozenset[str]) -> bool:
    return address.email.lower() in ours or address.name.lower() in ours
