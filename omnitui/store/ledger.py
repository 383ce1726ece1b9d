"""The ledger: one row for every UID of every folder, so that it can be shown that nothing was lost."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from omnitui.core.times import Instant
from omnitui.store import feed, locations
from omnitui.store.folders import Folder, by_id


class Outcome(StrEnum):
    """What became of a UID."""

    STORED = "stored"
    DUPLICATE = "duplicate"
    """The mail is here already, from another place."""
    QUARANTINED = "quarantined"
    """It could not be parsed; kept with its original and the reason."""


class Entry(NamedTuple):
    """The row of one UID."""

    uid: int
    outcome: Outcome
    message_id: int
    reason: str
    flags: Collection[str]


@dataclass(frozen=True, slots=True)
class Differences:
    """Ledger against server, for one folder."""

    missing: tuple[int, ...]
    """The server has them, the ledger has no row: not fetched."""
    vanished: tuple[int, ...]
    """The ledger says that the server has them, and it has not."""


def flags_text(flags: Iterable[str]) -> str:
    """Flags as the ledger keeps them: sorted, parted by spaces; \\Recent says nothing and is left out."""
    return " ".join(sorted({flag for flag in flags if flag.lower() != "\\recent"}))


def known_uids(connection: sqlite3.Connection, folder: Folder) -> set[int]:
    """Every UID of the folder's UIDVALIDITY that the server had at the last look."""
    rows = connection.execute(
        "SELECT uid FROM ledger WHERE folder_id = ? AND uidvalidity = ? AND gone_at IS NULL",
        (folder.id, folder.uidvalidity),
    )
    return {row[0] for row in rows}


def unknown_uids(
    connection: sqlite3.Connection, folder: Folder, found: Iterable[tuple[int, Collection[str]]]
) -> set[int]:
    """Those of the UIDs without a row. A row that was gone is there again: the server has just shown it."""
    flags = dict(found)
    rows = connection.execute(
        "SELECT l.uid, l.gone_at FROM json_each(?) AS wanted CROSS JOIN ledger l"
        " ON l.folder_id = ? AND l.uidvalidity = ? AND l.uid = wanted.value",
        (json.dumps(sorted(flags)), folder.id, folder.uidvalidity),
    ).fetchall()
    back = [row[0] for row in rows if row[1] is not None]
    connection.executemany(
        "UPDATE ledger SET gone_at = NULL, flags = ? WHERE folder_id = ? AND uidvalidity = ? AND uid = ?",
        [(flags_text(flags[uid]), folder.id, folder.uidvalidity, uid) for uid in back],
    )
    _count(connection, folder, len(back))
    return flags.keys() - {row[0] for row in rows}


def write_entries(connection: sqlite3.Connection, folder: Folder, entries: Sequence[Entry]) -> None:
    """Write the rows of UIDs that have none."""
    connection.executemany(
        "INSERT INTO ledger(folder_id, uidvalidity, uid, outcome, message_id, reason, flags)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (folder.id, folder.uidvalidity, e.uid, e.outcome.value, e.message_id, e.reason, flags_text(e.flags))
            for e in sorted(entries)
        ],
    )
    _count(connection, folder, len(entries))


def note_filed(connection: sqlite3.Connection, folder: Folder, uid: int, message_id: int) -> None:
    """Note where our own copy of a mail of ours went (APPENDUID, RFC 4315), so that it is not fetched."""
    row = (folder.id, folder.uidvalidity, uid)
    if (
        connection.execute("SELECT 1 FROM ledger WHERE folder_id = ? AND uidvalidity = ? AND uid = ?", row).fetchone()
        is None
    ):
        write_entries(connection, folder, [Entry(uid, Outcome.STORED, message_id, "filed by us", ["\\Seen"])])


def mark_gone(connection: sqlite3.Connection, folder: Folder, uids: Iterable[int], now: Instant) -> set[int]:
    """Note that the server has these no more (expunged or moved). The messages stay; nothing is ever lost by it.

    Gives the conversations that changed because of it (see `locations`).
    """
    rows = connection.execute(
        "SELECT l.uid, l.message_id FROM json_each(?) AS wanted CROSS JOIN ledger l ON l.folder_id = ?"
        " AND l.uidvalidity = ? AND l.uid = wanted.value WHERE l.gone_at IS NULL",
        (json.dumps(sorted(set(uids))), folder.id, folder.uidvalidity),
    ).fetchall()
    connection.executemany(
        "UPDATE ledger SET gone_at = ? WHERE folder_id = ? AND uidvalidity = ? AND uid = ?",
        [(now, folder.id, folder.uidvalidity, row[0]) for row in rows],
    )
    _count(connection, folder, -len(rows))
    return locations.moved(connection, [row[1] for row in rows if row[1] is not None], now)


def differences(connection: sqlite3.Connection, folder: Folder, server_uids: Iterable[int]) -> Differences:
    """What of the server's UIDs has no row, and which rows it has no mail for; for `doctor`."""
    server, known = set(server_uids), known_uids(connection, folder)
    rows = connection.execute(
        "SELECT uid FROM ledger WHERE folder_id = ? AND uidvalidity = ?", (folder.id, folder.uidvalidity)
    )
    ever = {row[0] for row in rows}
    return Differences(tuple(sorted(server - ever)), tuple(sorted(known - server)))


def new_validity(connection: sqlite3.Connection, folder: Folder, uidvalidity: int, now: Instant) -> Folder:
    """The server has numbered the folder anew (RFC 9051 2.3.1.1): its rows are gone, and it is read from the start.

    Messages, notes, tags and log do not hang on UIDs. Each mail is known again by Message-ID and content.
    """
    if uidvalidity != folder.uidvalidity:
        connection.execute(
            "UPDATE ledger SET gone_at = ? WHERE folder_id = ? AND uidvalidity <> ? AND gone_at IS NULL",
            (now, folder.id, uidvalidity),
        )
        connection.execute(
            "UPDATE folder SET uidvalidity = ?, uid_next = 1, uid_floor = 1, modseq = 0, known = (SELECT count(*)"
            " FROM ledger WHERE folder_id = ?2 AND uidvalidity = ?1 AND gone_at IS NULL) WHERE id = ?2",
            (uidvalidity, folder.id),
        )
        feed.note(connection, [feed.NOT_A_CONVERSATION])
    return by_id(connection, folder.id)


def _count(connection: sqlite3.Connection, folder: Folder, more: int) -> None:
    if more:
        connection.execute("UPDATE folder SET known = known + ? WHERE id = ?", (more, folder.id))
        feed.note(connection, [feed.NOT_A_CONVERSATION])
