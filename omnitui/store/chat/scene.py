"""One batch of a channel's account while it is stored."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field

from omnitui.core.times import Instant
from omnitui.store.message_ids import MessageIds


@dataclass(frozen=True, slots=True)
class ChatAccount:
    """The account whose events they are."""

    id: int
    name: str
    channel: str
    links_expire: bool = False
    """Files are ordered as soon as they are heard of."""


@dataclass(slots=True)
class ChatScene:
    """What storing a batch works with, and what it gathers: `touched` conversations are refreshed at its end."""

    connection: sqlite3.Connection
    account: ChatAccount
    now: Instant
    history: bool
    """It is of the time before we came: nothing in it is new, nothing opens again."""
    ids: MessageIds
    touched: set[int] = field(default_factory=set)
    created: set[int] = field(default_factory=set)
    new: list[int] = field(default_factory=list)

    def mid(self, remote_id: str) -> str:
        """The stable key of a message: no other account has it."""
        return f"{remote_id} {self.account.name}"

    def message(self, remote_id: str) -> sqlite3.Row | None:
        """The row of a message by the channel's id."""
        row: sqlite3.Row | None = self.connection.execute(
            "SELECT * FROM message WHERE account_id = ? AND remote_id = ? AND remote_id <> ''",
            (self.account.id, remote_id),
        ).fetchone()
        return row

    def conversation(self, remote: str) -> sqlite3.Row | None:
        """The row of a conversation by the channel's id, as it is after merging."""
        row: sqlite3.Row | None = self.connection.execute(
            "SELECT c.* FROM remote_conversation r JOIN conversation o ON o.id = r.conversation_id"
            " JOIN conversation c ON c.id = coalesce(o.merged_into, o.id) WHERE r.account_id = ? AND r.remote = ?",
            (self.account.id, remote),
        ).fetchone()
        return row

    def begin(self, remote: str, at: Instant, title: str = "") -> sqlite3.Row:
        """The row of a conversation, made where it is new."""
        known = self.conversation(remote)
        if known is not None:
            return known
        row: sqlite3.Row = self.connection.execute(
            "INSERT INTO conversation(key, account_id, channel, first_at, last_at, hidden, room)"
            " VALUES (?, ?, ?, ?, ?, 1, ?) ON CONFLICT(key) DO UPDATE SET key = excluded.key RETURNING *",
            (f"{self.account.name} {remote}", self.account.id, self.account.channel, at, at, title),
        ).fetchone()
        self.connection.execute(
            "INSERT OR IGNORE INTO remote_conversation VALUES (?, ?, ?)", (self.account.id, remote, row["id"])
        )
        self.created.add(row["id"])
        self.touched.add(row["id"])
        return row


def remote_of(connection: sqlite3.Connection, conversation_id: int) -> str:
    """The channel's id of a conversation, the first it was known by; empty where the channel does not know it."""
    row = connection.execute(
        "SELECT r.remote FROM conversation c JOIN remote_conversation r ON r.conversation_id = c.id"
        " WHERE c.id = ?1 OR c.merged_into = ?1 ORDER BY c.id <> ?1, r.remote LIMIT 1",
        (conversation_id,),
    ).fetchone()
    return "" if row is None else str(row[0])
