"""Finding the conversation of each new mail: the rules of `core/threading.py` against the tables.

`Threads` serves one batch of one account within one transaction. Mails must come to it oldest first. It learns every
Message-ID that a mail bears or names, known or not, so that mails may arrive in any order; a mail that names two
conversations makes them one (`store/unite.py`).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection
from typing import NamedTuple

from omnitui.core import own_ids
from omnitui.core.mail import MailKind, ParsedMail
from omnitui.core.models import MessageId
from omnitui.core.threading import Join, Links, base_subject, joins_by_subject
from omnitui.core.times import Instant
from omnitui.store import identities
from omnitui.store.secret_key import secret_key
from omnitui.store.subjects import Mate, Subjects, outside
from omnitui.store.unite import may_unite, survivor, unite


class Newcomer(NamedTuple):
    """A mail that is to be placed; `state` is that of a conversation that it begins."""

    id: MessageId
    mail: ParsedMail
    links: Links
    at: int
    digest: str
    state: str


class Place(NamedTuple):
    """Where a mail went and why. The conversation may since have been united with another: ask `Threads.now`."""

    conversation_id: int
    reason: str
    detail: str


class Account(NamedTuple):
    """The account whose mail it is."""

    id: int
    name: str
    channel: str


class Threads:
    """Places the mails of a batch. `ours` are our own addresses, as `identities.key` gives them."""

    def __init__(self, connection: sqlite3.Connection, account: Account, ours: frozenset[str], now: Instant) -> None:
        self._connection = connection
        self._account = account
        self._ours = ours
        self._now = now
        self._key = secret_key(connection)
        self._known: dict[str, int] = {}
        self._new: dict[str, int] = {}
        self._into: dict[int, int] = {}
        self._same_id: dict[str, list[tuple[str, str, int]]] = {}
        self._subjects = Subjects(connection, account.id, ours)
        self.created: set[int] = set()
        """Conversations begun in this batch."""
        self.gone: set[int] = set()
        """Conversations that have become part of another in this batch."""

    def look_up(self, mails: Collection[tuple[ParsedMail, Links, int]]) -> None:
        """Read what the tables know of all these mails (with their times), in one question each."""
        wanted = {mid for _, links, _ in mails for mid in (links.mid, *links.named)}
        rows = self._connection.execute(
            "SELECT r.mid, r.conversation_id FROM json_each(?) AS wanted"
            " CROSS JOIN reference r ON r.account_id = ? AND r.mid = wanted.value",
            (json.dumps(sorted(wanted)), self._account.id),
        )
        self._known.update((row[0], row[1]) for row in rows)
        if mails:
            hashes = [links.subject for _, links, _ in mails if links.subject]
            times = [at for _, _, at in mails]
            self._subjects.look_up(hashes, min(times), max(times))

    def now(self, conversation_id: int) -> int:
        """The conversation that this one has become."""
        while conversation_id in self._into:
            conversation_id = self._into[conversation_id]
        return conversation_id

    def place(self, newcomer: Newcomer, *, twins: bool) -> Place:
        """The conversation of this mail, made where it begins one.

        `twins`: other mails bear the same Message-ID with other content, so it is no proof of belonging together.
        """
        mail, links = newcomer.mail, newcomer.links
        forged = [mid for mid in links.named if own_ids.is_forged(self._key, mid)]
        named = [mid for mid in links.named if mid not in forged]
        reached = self._reached(named if twins else [*named, links.mid])
        why = (self._reason(links), links.detail)
        if not reached and twins:
            reached, why = self._like_twin(newcomer) or (reached, why)
        if not reached and joins_by_subject(mail, links):
            reached, why = self._by_subject(newcomer) or (reached, why)
        if forged:
            why = (why[0] if named else Join.ROOT, f"names a forged Message-ID of ours: {forged[0]}")
        conversation = self._one_of(reached, links.mid) if reached else self._begin(newcomer)
        for mid in (links.mid, *named):
            if mid not in self._known:
                self._known[mid] = self._new[mid] = conversation
        self._note(newcomer, conversation, orphan=not reached and joins_by_subject(mail, links))
        return Place(self.now(conversation), why[0].value, why[1])

    def write(self) -> None:
        """Put what was learnt into the tables; after the messages have been written."""
        self._connection.executemany(
            "INSERT OR IGNORE INTO reference VALUES (?, ?, ?)",
            [(self._account.id, mid, self.now(conversation)) for mid, conversation in self._new.items()],
        )
        self._subjects.write()

    def _reason(self, links: Links) -> Join:
        answers_us = links.reason is Join.IN_REPLY_TO and own_ids.is_own(self._key, links.detail)
        return Join.OWN_ID if answers_us else links.reason

    def _reached(self, mids: list[str]) -> list[int]:
        """The conversations that these ids lead to, the likeliest first."""
        found = [self.now(self._known[mid]) for mid in mids if mid in self._known]
        return list(dict.fromkeys(found))

    def _by_subject(self, newcomer: Newcomer) -> tuple[list[int], tuple[Join, str]] | None:
        party, _ = self._outside(newcomer.mail)
        found = self._subjects.parent(newcomer.links.subject, newcomer.at, party)
        return ([self.now(found.conversation_id)], (Join.SUBJECT, found.mid)) if found else None

    def _outside(self, mail: ParsedMail) -> tuple[frozenset[str], frozenset[str]]:
        recipients = [person.email for person in (*mail.to, *mail.cc, *mail.reply_to)]
        return outside(mail.sender.email if mail.sender else "", recipients, self._ours)

    def _one_of(self, reached: list[int], mid: str) -> int:
        if len(reached) == 1 or not may_unite(self._connection, reached):
            return reached[0]
        into = survivor(self._connection, reached)
        for gone in reached:
            if gone != into:
                self._unite(into, gone, mid)
        return into

    def _unite(self, into: int, gone: int, mid: str) -> None:
        self._into[gone] = into
        self.gone.add(gone)
        if gone in self.created:
            self.created.discard(gone)
            self._connection.execute("DELETE FROM conversation WHERE id = ?", (gone,))
        else:
            unite(self._connection, into, gone, mid, self._now)

    def _begin(self, newcomer: Newcomer) -> int:
        """A new conversation; its key is taken from the root Message-ID, told apart where that is used already.

        Hidden until it is refreshed, so that it goes into the indexes of the list once and not twice.
        """
        key = f"{self._account.name} {newcomer.links.root}"
        for end in ("", f" {newcomer.digest[:12]}", f" {newcomer.digest[:12]} {newcomer.at}"):
            row = self._connection.execute(
                "INSERT INTO conversation(key, account_id, channel, state, first_at, last_at, hidden)"
                " VALUES (?, ?, ?, ?, ?, ?, 1) ON CONFLICT(key) DO NOTHING RETURNING id",
                (key + end, self._account.id, self._account.channel, newcomer.state, newcomer.at, newcomer.at),
            ).fetchone()
            if row is not None:
                self.created.add(row[0])
                return int(row[0])
        raise sqlite3.IntegrityError(f"no free key for a conversation: {key}")

    def _like_twin(self, newcomer: Newcomer) -> tuple[list[int], tuple[Join, str]] | None:
        """Another mail with this Message-ID has the same subject and writer: a corrected copy, not a stuck counter."""
        rows = self._connection.execute(
            "SELECT subject, from_address, conversation_id FROM message WHERE account_id = ? AND mid = ? ORDER BY id",
            (self._account.id, newcomer.links.mid),
        )
        for subject, sender, conversation in (*rows, *self._same_id.get(newcomer.links.mid, ())):
            base = newcomer.links.base
            if base and base == base_subject(subject) and identities.key(sender) == _writer(newcomer.mail):
                return [self.now(conversation)], (Join.SAME_ID, newcomer.links.mid)
        return None

    def _note(self, newcomer: Newcomer, conversation: int, *, orphan: bool) -> None:
        """Keep what later mails may join by; take in replies that came earlier and belong here by their subject."""
        mail, mid = newcomer.mail, newcomer.links.mid
        self._same_id.setdefault(mid, []).append((mail.subject, _writer(mail), conversation))
        hash_ = newcomer.links.subject
        if mail.kind is not MailKind.MAIL or not hash_:
            return
        if not self._subjects.matter(hash_):
            self._subjects.note(hash_, newcomer.at, newcomer.id, orphan=orphan)
            return
        party, people = self._outside(mail)
        for child in self._subjects.orphans(hash_, newcomer.at, people):
            both = [self.now(conversation), self.now(child.conversation_id)]
            if both[0] != both[1] and may_unite(self._connection, both):
                self._one_of(both, mid)
                self._subjects.adopted(child, mid)
        self._subjects.note(hash_, newcomer.at, newcomer.id, orphan=orphan)
        self._subjects.keep(hash_, Mate(newcomer.id, conversation, mid, newcomer.at, party, people))


def _writer(mail: ParsedMail) -> str:
    return identities.key(mail.sender.email) if mail.sender else ""
