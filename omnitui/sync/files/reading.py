"""Reading mails from files into a folder of the store; done again, it adds only what is new."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from omnitui.core.times import DAY, Instant
from omnitui.store import accounts, folders
from omnitui.store.connection import Cache, transaction
from omnitui.store.folders import Cursor, Folder
from omnitui.store.imported import digests
from omnitui.store.ingest import FetchedMail, store_batch
from omnitui.sync.files.sources import FoundMail
from omnitui.sync.mail.parse import parse_mail

BATCH = 200
VALIDITY = 1
"""UIDVALIDITY of a folder read from files: we give the numbers, and never again from the start."""


@dataclass(frozen=True)
class Imported:
    """What an import has done: mails added, mails that were here, and those that could not be read."""

    added: int = 0
    here: int = 0
    unreadable: tuple[str, ...] = ()


def read_into(
    connection: Cache,
    account: str,
    folder: str,
    role: str,
    found: Iterable[FoundMail],
    now: Instant,
    *,
    progress: Callable[[Imported], None] = lambda imported: None,
) -> Imported:
    """Store the mails in a local folder, some hundred in one transaction; interrupted, what was stored stays."""
    with transaction(connection):
        account_id = accounts.upsert(connection, account, "email", "")
        accounts.set_state(connection, account_id, accounts.LOCAL, "", now)
        place = folders.upsert(connection, account_id, folder, role)
        if place.uidvalidity != VALIDITY:
            place = _numbered(connection, place, now)
    known = set(digests(place.id).all(connection))
    done = Imported()
    for batch in _batches(found):
        done = _store(connection, place.id, batch, known, done, now)
        progress(done)
    return done


def _numbered(connection: Cache, place: Folder, now: Instant) -> Folder:
    from omnitui.store.ledger import new_validity

    return new_validity(connection, place, VALIDITY, now)


def _store(
    connection: Cache,
    folder_id: int,
    batch: list[FoundMail],
    known: set[str],
    done: Imported,
    now: Instant,
) -> Imported:
    unreadable = list(done.unreadable)
    mails = []
    for mail in batch:
        digest = hashlib.sha256(mail.raw).hexdigest()
        if digest in known:
            done = replace(done, here=done.here + 1)
            continue
        known.add(digest)
        mails.append(_fetched(mail, digest, now))
        if mails[-1].quarantine:
            unreadable.append(f"{mail.name}: {mails[-1].quarantine}")
    with transaction(connection):
        folder = folders.by_id(connection, folder_id)
        numbered = [replace(mail, uid=folder.uid_next + index) for index, mail in enumerate(mails)]
        store_batch(connection, folder, numbered, now, cursor=Cursor(folder.uid_next + len(mails), 1))
        folders.set_total(connection, folder, folder.uid_next + len(mails) - 1)
    return replace(done, added=done.added + len(mails), unreadable=tuple(unreadable))


def _fetched(mail: FoundMail, digest: str, now: Instant) -> FetchedMail:
    parsed = parse_mail(mail.raw)
    # A file's date is that of its last copying; what the mail claims is the better guess, unless it lies ahead.
    claimed = parsed.sent_at
    at = claimed if claimed is not None and 0 < claimed < now + DAY else min(mail.written_at, now)
    return FetchedMail(
        uid=0,
        flags=mail.flags,
        at=at,
        raw_size=len(mail.raw),
        digest=digest,
        packed=zlib.compress(mail.raw, 6),
        complete=True,
        parsed=parsed,
        quarantine=parsed.error or "",
    )


def _batches(found: Iterable[FoundMail]) -> Iterator[list[FoundMail]]:
    mails = iter(found)
    while batch := list(islice(mails, BATCH)):
        yield batch
