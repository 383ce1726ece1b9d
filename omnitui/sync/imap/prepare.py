"""From a mail as it came to all that the store needs of it: parsed, hashed, packed. No cache, no network."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from omnitui.core.times import Instant
from omnitui.store.folders import Folder
from omnitui.store.ingest import FetchedMail
from omnitui.sync.imap.fetch import RawMail
from omnitui.sync.mail.made import Made, make


def fetched_mail(mail: RawMail, made: Made, now: Instant, *, complete: bool = True) -> FetchedMail:
    """A mail as the store takes it, from what the server said of it and what the parser made of it."""
    return FetchedMail(
        uid=mail.uid,
        flags=frozenset(mail.flags.split()),
        at=now if mail.at is None else mail.at,
        raw_size=mail.size,
        digest=made.digest,
        packed=made.packed,
        complete=complete,
        parsed=made.parsed,
        quarantine=made.parsed.error or "",
        prepared=made.prepared,
    )


def unfetchable(uid: int, folder: Folder, reason: str, now: Instant) -> FetchedMail:
    """The row of a mail that the server lists and does not hand out, so that it is not asked for for ever."""
    name = f"{folder.account_id} {folder.name} {folder.uidvalidity} {uid}"
    words = f"The server does not hand out this mail: {reason or 'no reason given'}"
    empty = fetched_mail(RawMail(uid, "", now, 0, b""), make(b""), now)
    return replace(
        empty,
        digest=hashlib.sha256(name.encode()).hexdigest(),
        quarantine=words,
        prepared=None,
        parsed=replace(empty.parsed, error=words, subject="(mail that could not be fetched)"),
    )
