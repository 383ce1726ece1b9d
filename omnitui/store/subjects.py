"""Joining by subject: which earlier mail a reply may belong to, and which earlier-seen replies a late mail takes in.

Nearest in time wins. Both directions ask the same, so mails may come oldest first or newest first.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from omnitui.core.threading import SUBJECT_WINDOW, Join
from omnitui.store import identities

_MATES = """
SELECT s.message_id, m.conversation_id, m.mid, s.at, m.from_address, m.people, m.class
FROM subject s JOIN message m ON m.id = s.message_id
WHERE s.account_id = ? AND s.hash = ? AND s.at BETWEEN ? AND ? {orphans} ORDER BY s.at {direction} LIMIT 50
"""


class Mate(NamedTuple):
    """A mail with the same base subject."""

    message_id: int
    conversation_id: int
    mid: str
    at: int
    party: frozenset[str]
    """Who, outside our own addresses, wrote it, or is written to where it is ours."""
    people: frozenset[str]
    """Everybody in it but ourselves."""


def outside(sender: str, recipients: Iterable[str], ours: frozenset[str]) -> tuple[frozenset[str], frozenset[str]]:
    """Party and people of a mail (see `Mate`) from its sender and all its recipients."""
    writer = identities.key(sender)
    others = frozenset(filter(None, map(identities.key, recipients))) - ours
    if writer in ours:
        return others, others
    return frozenset({writer}) if writer else frozenset(), (others | {writer}) - {""}


class Subjects:
    """The subjects of one batch of one account."""

    def __init__(self, connection: sqlite3.Connection, account_id: int, ours: frozenset[str]) -> None:
        self._connection = connection
        self._account_id = account_id
        self._ours = ours
        self._here: dict[int, list[Mate]] = {}
        self._rows: list[tuple[int, int, int, int, int]] = []
        self._repeated: set[int] = set()
        self._lonely: set[int] = set()

    def look_up(self, hashes: Sequence[int], earliest: int, latest: int) -> None:
        """Note which of these subjects come twice, and which have replies that name no mail: only they matter."""
        self._repeated = {hash_ for hash_, times in Counter(hashes).items() if times > 1}
        self._lonely = {
            row[0]
            for row in self._connection.execute(
                "SELECT DISTINCT s.hash FROM json_each(?) AS wanted CROSS JOIN subject s INDEXED BY subject_orphan"
                " ON s.account_id = ? AND s.hash = wanted.value AND s.at BETWEEN ? AND ? AND s.orphan = 1",
                (json.dumps(sorted(set(hashes))), self._account_id, earliest, latest + SUBJECT_WINDOW),
            )
        }

    def parent(self, hash_: int, at: int, party: frozenset[str]) -> Mate | None:
        """The nearest earlier mail of this subject in which one of `party` takes part."""
        mates = [*self._here.get(hash_, ()), *self._mates(hash_, at - SUBJECT_WINDOW, at, orphans=False)]
        near = [mate for mate in mates if at - SUBJECT_WINDOW <= mate.at <= at and mate.people & party]
        return max(near, key=lambda mate: (mate.at, mate.message_id), default=None)

    def orphans(self, hash_: int, at: int, people: frozenset[str]) -> list[Mate]:
        """Replies of this subject that came before this mail did and name none, from people who are in it."""
        if hash_ not in self._lonely:
            return []
        mates = self._mates(hash_, at, at + SUBJECT_WINDOW, orphans=True)
        return [mate for mate in mates if mate.party & people]

    def adopted(self, child: Mate, mid: str) -> None:
        """Note on a reply that its subject has joined it to the mail `mid`."""
        self._connection.execute(
            "UPDATE message SET join_reason = ?, join_detail = ? WHERE id = ?",
            (Join.SUBJECT.value, mid, child.message_id),
        )

    def matter(self, hash_: int) -> bool:
        """Another mail, of this batch or before, may be joined to one with this subject."""
        return hash_ in self._repeated or hash_ in self._lonely

    def note(self, hash_: int, at: int, message_id: int, *, orphan: bool) -> None:
        """Note a new mail's subject; `orphan`: it is a reply, but joined to no mail so far."""
        self._rows.append((self._account_id, hash_, at, message_id, int(orphan)))

    def keep(self, hash_: int, mate: Mate) -> None:
        """Remember a new mail for those of the same batch."""
        self._here.setdefault(hash_, []).append(mate)

    def write(self) -> None:
        """Put the new subjects into the table; after the messages have been written."""
        self._connection.executemany("INSERT OR IGNORE INTO subject VALUES (?, ?, ?, ?, ?)", self._rows)

    def _mates(self, hash_: int, earliest: int, latest: int, *, orphans: bool) -> list[Mate]:
        sql = _MATES.format(
            orphans="AND s.orphan = 1 AND m.join_reason = 'root'" if orphans else "",
            direction="ASC" if orphans else "DESC",
        )
        found = []
        for row in self._connection.execute(sql, (self._account_id, hash_, earliest, latest)):
            people = json.loads(row["people"])
            recipients = [address[1] for name in ("to", "cc", "reply_to") for address in people.get(name, ())]
            party, everybody = outside(row["from_address"], recipients, self._ours)
            found.append(Mate(row["message_id"], row["conversation_id"], row["mid"], row["at"], party, everybody))
        return found
