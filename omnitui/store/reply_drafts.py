"""Saved replies that are being written: kept while one types, there again after a crash."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from omnitui.core.saved_replies import SavedReply
from omnitui.core.times import Instant
from omnitui.store.connection import joined
from omnitui.store.select import Select

_COLUMNS = "SELECT name, was, subject, body, author, updated_at FROM reply_draft WHERE author = ?"


@dataclass(frozen=True, slots=True)
class ReplyDraft:
    """A saved reply as it stands now, by its author; `was` is the name it is saved under, empty for a new one."""

    reply: SavedReply
    was: str = ""


def keep(connection: sqlite3.Connection, draft: ReplyDraft, now: Instant, *, instead_of: str = "") -> None:
    """Keep it as it is now; `instead_of` is the name under which its author kept it before."""
    reply = draft.reply
    with joined(connection):
        delete(connection, reply.author, instead_of)
        connection.execute(
            "INSERT OR REPLACE INTO reply_draft (author, name, was, subject, body, updated_at)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (reply.author, reply.name, draft.was, reply.subject, reply.body, now),
        )


def delete(connection: sqlite3.Connection, author: str, name: str) -> bool:
    """Forget one; False when there is none."""
    with joined(connection):
        done = connection.execute("DELETE FROM reply_draft WHERE author = ? AND name = ?", (author, name))
        return done.rowcount > 0


def every(author: str) -> Select[ReplyDraft]:
    """Those of an agent, by name."""
    return Select(f"{_COLUMNS} ORDER BY name", (author,), _draft)


def by_name(author: str, name: str) -> Select[ReplyDraft]:
    """The one of this name, in whatever case; no row when there is none."""
    return Select(f"{_COLUMNS} AND name = ?", (author, name), _draft)


def _draft(row: sqlite3.Row) -> ReplyDraft:
    reply = SavedReply(row["name"], row["body"], row["subject"], row["author"], Instant(row["updated_at"]))
    return ReplyDraft(reply, row["was"])
