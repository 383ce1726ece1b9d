"""Folders of an account, and how far each has been read."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import NamedTuple

from omnitui.core.errors import NotFound
from omnitui.core.models import AccountId
from omnitui.store import feed
from omnitui.store.select import Select


@dataclass(frozen=True, slots=True)
class Folder:
    """One folder of an account, as last noted here."""

    id: int
    account_id: AccountId
    name: str
    role: str
    """inbox, sent, archive, junk, drafts, trash, or empty"""
    uidvalidity: int
    uid_next: int
    """Every UID from `uid_floor` up to below this has a ledger row, or never existed."""
    uid_floor: int
    """The back-fill, newest first, has come down to here; 1 is complete."""
    modseq: int
    known: int
    """UIDs in the ledger that the server still has."""
    total: int


class Cursor(NamedTuple):
    """What of a folder has been read: UIDs from `uid_floor` up to below `uid_next`."""

    uid_next: int
    uid_floor: int


def upsert(connection: sqlite3.Connection, account_id: int, name: str, role: str = "") -> Folder:
    """The folder of this name, made where it is new; its role as the server tells it now."""
    row = connection.execute(
        "INSERT INTO folder(account_id, name, role) VALUES (?, ?, ?)"
        " ON CONFLICT(account_id, name) DO UPDATE SET role = excluded.role RETURNING *",
        (account_id, name, role),
    ).fetchone()
    return _folder(row)


def by_account(account_id: int) -> Select[Folder]:
    """The folders of an account, by name."""
    return Select("SELECT * FROM folder WHERE account_id = ? ORDER BY name", (account_id,), _folder)


def by_name(account_id: int, name: str) -> Select[Folder]:
    """The folder of this name, if the account has it."""
    return Select("SELECT * FROM folder WHERE account_id = ? AND name = ?", (account_id, name), _folder)


def by_id(connection: sqlite3.Connection, folder_id: int) -> Folder:
    """A folder as it stands now. Raises NotFound."""
    row = connection.execute("SELECT * FROM folder WHERE id = ?", (folder_id,)).fetchone()
    if row is None:
        raise NotFound(f"no folder {folder_id}")
    return _folder(row)


def set_cursor(connection: sqlite3.Connection, folder: Folder, cursor: Cursor) -> None:
    """Note what has been read; in the transaction that wrote the ledger rows of all of it."""
    connection.execute(
        "UPDATE folder SET uid_next = ?, uid_floor = ? WHERE id = ?", (cursor.uid_next, cursor.uid_floor, folder.id)
    )


def set_modseq(connection: sqlite3.Connection, folder: Folder, modseq: int) -> None:
    """Note the CONDSTORE cursor (RFC 7162), once every change up to it has been written."""
    connection.execute("UPDATE folder SET modseq = ? WHERE id = ?", (modseq, folder.id))


def set_total(connection: sqlite3.Connection, folder: Folder, total: int) -> None:
    """Note how many mails the server has there, for progress."""
    if connection.execute(
        "UPDATE folder SET total = ? WHERE id = ? AND total <> ?", (total, folder.id, total)
    ).rowcount:
        feed.note(connection, [feed.NOT_A_CONVERSATION])


def _folder(row: sqlite3.Row) -> Folder:
    return Folder(**{name: row[name] for name in Folder.__slots__})
