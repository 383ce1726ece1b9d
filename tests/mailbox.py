"""One account in a cache, and giving it mail as the pipeline does."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from typing import Any

from omnitui.core.mail import ParsedMail
from omnitui.core.times import Instant
from omnitui.store import accounts, folders, ledger
from omnitui.store.connection import transaction
from omnitui.store.folders import Cursor, Folder
from omnitui.store.ingest import FetchedMail, Stored, store_batch
from tests.mails import START, US, fetched

NOW = Instant(START + 10_000_000)
ROLES = {"INBOX": "inbox", "Sent": "sent", "Junk": "junk", "Trash": "trash", "Archive": "archive"}


@dataclass
class Mailbox:
    """The account and its usual folders, by role."""

    connection: sqlite3.Connection
    name: str = "shop"
    address: str = US
    account_id: int = 0
    folders: dict[str, Folder] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.account_id = accounts.upsert(self.connection, self.name, "email", self.address)
        for name, role in ROLES.items():
            folder = folders.upsert(self.connection, self.account_id, name, role)
            self.folders[role] = ledger.new_validity(self.connection, folder, 7, NOW)

    def give(self, role: str, *mails: FetchedMail, cursor: Cursor | None = None) -> Stored:
        """Store in one transaction."""
        with transaction(self.connection):
            return store_batch(self.connection, self.folders[role], mails, NOW, cursor=cursor)

    def receive(self, uid: int, mail: ParsedMail, role: str = "inbox", **more: Any) -> Stored:
        """Store one mail."""
        return self.give(role, fetched(uid, mail, **more))

    def rows(self, sql: str, *params: Any) -> list[tuple[Any, ...]]:
        """Rows as tuples."""
        return [tuple(row) for row in self.connection.execute(sql, params)]

    def one(self, sql: str, *params: Any) -> Any:
        """The only value."""
        ((value,),) = self.rows(sql, *params)
        return value

    def conversation(self, mid: str) -> sqlite3.Row:
        """The conversation of the one message with this id."""
        (row,) = self.connection.execute(
            "SELECT c.* FROM message m JOIN conversation c ON c.id = m.conversation_id WHERE m.mid = ?", (mid,)
        ).fetchall()
        return row

    def partition(self) -> set[frozenset[str]]:
        """Which messages are together, by Message-ID."""
        together: dict[int, set[str]] = {}
        for mid, conversation in self.rows("SELECT mid, conversation_id FROM message"):
            together.setdefault(conversation, set()).add(mid)
        return {frozenset(mids) for mids in together.values()}
