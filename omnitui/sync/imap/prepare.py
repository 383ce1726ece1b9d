"""From a mail as it came to all that the store needs of it: parsed, hashed, packed. No cache, no network."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace

from omnitui.core.mail import ParsedMail
from omnitui.core.packing import pack
from omnitui.core.text.fold import index_text
from omnitui.core.times import Instant
from omnitui.store.folders import Folder
from omnitui.store.ingest import FetchedMail
from omnitui.store.rows import pack_blocks
from omnitui.sync.imap.fetch import RawMail
from omnitui.sync.mail.parse import parse_mail


def prepare(
    mail: RawMail,
    raw: bytes,
    now: Instant,
    *,
    complete: bool = True,
    parse: Callable[[bytes], ParsedMail] = parse_mail,
) -> FetchedMail:
    """Everything about one mail that can be made without the cache."""
    parsed = parse(raw)
    return FetchedMail(
        uid=mail.uid,
        flags=frozenset(mail.flags.split()),
        at=now if mail.at is None else mail.at,
        raw_size=mail.size,
        digest=hashlib.sha256(raw).hexdigest(),
        packed=pack(raw),
        complete=complete,
        parsed=parsed,
        quarantine=parsed.error or "",
        packed_blocks=pack_blocks(parsed),
        indexed=index_text(parsed.text),
    )


def unfetchable(uid: int, folder: Folder, reason: str, now: Instant) -> FetchedMail:
    """The row of a mail that the server lists and does not hand out, so that it is not asked for for ever."""
    name = f"{folder.account_id} {folder.name} {folder.uidvalidity} {uid}"
    words = f"The server does not hand out this mail: {reason or 'no reason given'}"
    empty = prepare(RawMail(uid, "", now, 0, b""), b"", now)
    return replace(
        empty,
        digest=hashlib.sha256(name.encode()).hexdigest(),
        quarantine=words,
        parsed=replace(empty.parsed, error=words, subject="(mail that could not be fetched)"),
    )
