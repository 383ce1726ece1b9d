"""Storing fetched mail: every UID given gets its row in the ledger, every mail is kept, nothing is stored twice.

One batch is one transaction of the caller. Giving the same batch again changes nothing. The work is done in a few
statements for the whole batch: look up, decide in memory (oldest first), write.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from omnitui.core.classes import message_class
from omnitui.core.errors import CacheError
from omnitui.core.models import ConversationId, MessageId
from omnitui.core.prepared import Prepared, prepared
from omnitui.core.threading import message_id
from omnitui.core.times import Instant
from omnitui.store import delivery, folders, fulltext, identities, locations, reopening, rows, sending
from omnitui.store.arrivals import Known, note_copy
from omnitui.store.folders import Cursor, Folder
from omnitui.store.ledger import Entry, Outcome, unknown_uids, write_entries
from omnitui.store.message_ids import MessageIds
from omnitui.store.refresh import refresh
from omnitui.store.rows import FetchedMail, NewMessage
from omnitui.store.threads import Account, Newcomer, Threads
from omnitui.store.unstorable import FAULTS, in_its_place

__all__ = ["FAULTS", "FetchedMail", "Stored", "store_batch"]


@dataclass(frozen=True, slots=True)
class Stored:
    """What a batch has brought."""

    new_ids: tuple[MessageId, ...]
    """Messages that were not here before."""
    conversations: tuple[ConversationId, ...]
    """Conversations that changed in any way."""


def store_batch(
    connection: sqlite3.Connection,
    folder: Folder,
    mails: Sequence[FetchedMail],
    now: Instant,
    *,
    cursor: Cursor | None = None,
    whole: bool = False,
) -> Stored:
    """Store mails of one folder in the caller's transaction, and move the folder's cursor to `cursor` where given.

    Raises CacheError when the folder has another UIDVALIDITY by now (the caller looks again and starts anew).

    A mail that cannot be stored is replaced by a row that says so. With `whole` it raises (one of `FAULTS`) instead:
    the caller rolls back and stores the batch again without. That is the quick way, since beside a savepoint SQLite
    copies every page before each statement that changes it.
    """
    folder = _checked(connection, folder)
    if cursor is not None:
        folders.set_cursor(connection, folder, cursor)
    fresh = unknown_uids(connection, folder, [(mail.uid, mail.flags) for mail in mails])
    mails = sorted((mail for mail in mails if mail.uid in fresh), key=lambda mail: (mail.at, mail.uid))
    return _Batch(connection, folder, now).store(_made(mails)) if whole else _store(connection, folder, mails, now)


def _made(mails: Sequence[FetchedMail]) -> list[tuple[FetchedMail, Prepared]]:
    return [(mail, mail.prepared or prepared(mail.parsed, mail.digest)) for mail in mails]


def _store(connection: sqlite3.Connection, folder: Folder, mails: Sequence[FetchedMail], now: Instant) -> Stored:
    """Store mails whose UIDs are unknown, oldest first. One that cannot be stored is found by halving and replaced."""
    if not mails:
        return Stored((), ())
    connection.execute("SAVEPOINT batch")
    try:
        stored = _Batch(connection, folder, now).store(_made(mails))
    except FAULTS as fault:
        connection.execute("ROLLBACK TO batch")
        connection.execute("RELEASE batch")
        if len(mails) == 1:
            replaced = in_its_place(mails[0], fault, now)
            if mails[0].quarantine == replaced.quarantine:
                raise
            return _store(connection, folder, [replaced], now)
        middle = len(mails) // 2
        older, newer = (_store(connection, folder, half, now) for half in (mails[:middle], mails[middle:]))
        return Stored(older.new_ids + newer.new_ids, tuple({*older.conversations, *newer.conversations}))
    connection.execute("RELEASE batch")
    return stored


def _checked(connection: sqlite3.Connection, folder: Folder) -> Folder:
    today = folders.by_id(connection, folder.id)
    if today.uidvalidity != folder.uidvalidity:
        raise CacheError(f"{folder.name} was numbered anew on the server; it is being read again")
    return today


def _named(mails: list[tuple[FetchedMail, Prepared]]) -> tuple[set[str], set[str]]:
    """Every Message-ID and every key of ours that these mails carry or speak of."""
    mids = {mid for _, made in mails for mid in (made.links.mid, *made.links.named)}
    mids |= {message_id(mail.parsed.bounce.original_message_id) for mail, _ in mails if mail.parsed.bounce}
    return mids, {mail.parsed.omni_id for mail, _ in mails} - {""}


class _Batch:
    """One batch of one folder, from mails to rows."""

    def __init__(self, connection: sqlite3.Connection, folder: Folder, now: Instant) -> None:
        self._connection = connection
        self._folder = folder
        self._now = now
        row = connection.execute("SELECT id, name, channel FROM account WHERE id = ?", (folder.account_id,)).fetchone()
        self._account = Account(*row)
        self._ours = identities.ours(connection, self._account.channel)
        self._threads = Threads(connection, self._account, self._ours, now)
        self._ids = MessageIds(connection)
        self._new: list[NewMessage] = []
        self._entries: list[Entry] = []

    def store(self, mails: list[tuple[FetchedMail, Prepared]]) -> Stored:
        """Sort out, place, write, and bring everything derived up to date."""
        touched = self._sort_out(mails)
        where = self._threads.now
        rows.write(self._connection, self._new, where, self._now)
        rows.write_people(self._connection, self._new, where, self._account.channel)
        self._threads.write()
        fulltext.add_folded(self._connection, [(new.id, *new.made.searched) for new in self._new])
        write_entries(self._connection, self._folder, self._entries)
        touched |= {new.conversation_id for new in self._new}
        reopening.reopen(self._connection, self._folder, self._new, self._threads, self._now)
        touched |= delivery.apply_reports(self._connection, self._account.id, self._new, self._now)
        touched |= sending.prove(self._connection, self._account.id, *_named(mails), self._now)
        copies = [entry.message_id for entry in self._entries if entry.outcome is Outcome.DUPLICATE]
        touched |= locations.moved(self._connection, copies, self._now)
        touched = {where(conversation) for conversation in touched} | self._threads.gone
        refresh(self._connection, touched)
        return Stored(tuple(new.id for new in self._new), tuple(ConversationId(c) for c in sorted(touched)))

    def _sort_out(self, mails: list[tuple[FetchedMail, Prepared]]) -> set[int]:
        """Part what is new from what is here already; gives the conversations that copies changed."""
        known = Known(self._connection, self._folder, [(mail, made.links) for mail, made in mails])
        self._threads.look_up([(mail.parsed, made.links, mail.at) for mail, made in mails])
        touched: set[int] = set()
        for mail, made in mails:
            twin = known.same_mail(mail, made.links)
            if twin is not None:
                self._entries.append(Entry(mail.uid, Outcome.DUPLICATE, twin.id, twin.reason, mail.flags))
                touched |= note_copy(self._connection, twin, mail)
                continue
            new = self._place(mail, made, twins=known.has_twins(made.links.mid))
            known.add(new)
            outcome = Outcome.QUARANTINED if mail.quarantine else Outcome.STORED
            self._entries.append(Entry(mail.uid, outcome, new.id, mail.quarantine, mail.flags))
        return touched

    def _place(self, mail: FetchedMail, made: Prepared, *, twins: bool) -> NewMessage:
        in_sent = self._folder.role == "sent"
        class_ = message_class(mail.parsed, ours=self._ours, in_sent=in_sent, begins=not made.links.named)
        state = locations.first_state(self._folder.role)
        newcomer = Newcomer(self._ids.take(mail.at), mail.parsed, made.links, mail.at, mail.digest, state)
        place = self._threads.place(newcomer, twins=twins)
        new = NewMessage(newcomer.id, mail, made, place.conversation_id, class_, place.reason, place.detail)
        if twins:
            new.detail = f"{new.detail} (another mail has the same Message-ID)".strip()
        self._new.append(new)
        return new
