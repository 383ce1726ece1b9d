"""Making one conversation of two, when a mail shows that they were one: nothing that was done to either is lost."""

from __future__ import annotations

import sqlite3

from omnitui.core.models import State
from omnitui.core.times import Instant
from omnitui.store.events import record_event

_LIVELIEST = (State.OPEN, State.PENDING, State.SNOOZED, State.CLOSED, State.SPAM)
_MOVED = ("message", "reference", "draft", "outbox")


def may_unite(connection: sqlite3.Connection, conversation_ids: list[int]) -> bool:
    """Not where a human has split: what was taken apart stays apart."""
    return not any(
        connection.execute(
            "SELECT 1 FROM message WHERE conversation_id = ? AND join_reason = 'split' LIMIT 1", (conversation,)
        ).fetchone()
        for conversation in conversation_ids
    )


def survivor(connection: sqlite3.Connection, conversation_ids: list[int]) -> int:
    """Which of them stays: one that somebody has worked on, else the one that was here first."""
    worked_on = [
        conversation
        for conversation in conversation_ids
        if connection.execute(
            "SELECT 1 FROM operation WHERE conversation_id = ? AND source <> 'sync' LIMIT 1", (conversation,)
        ).fetchone()
    ]
    return min(worked_on or conversation_ids)


def unite(connection: sqlite3.Connection, into: int, gone: int, because: str, now: Instant) -> None:
    """Move everything of `gone` to `into`, and leave a tombstone that leads there. `because` names the mail.

    Messages, notes, drafts, outbox and people move; tags are joined; the livelier state, the higher priority and any
    star win; an assignee is kept; the log is read through the tombstone. The caller refreshes `into`, and tells the
    feed of `gone`.
    """
    for table in _MOVED:
        connection.execute(f"UPDATE {table} SET conversation_id = ? WHERE conversation_id = ?", (into, gone))
    for table, column in (("conversation_identity", "identity_id"), ("conversation_tag", "tag")):
        connection.execute(
            f"INSERT OR IGNORE INTO {table} SELECT ?, {column} FROM {table} WHERE conversation_id = ?",
            (into, gone),
        )
        connection.execute(f"DELETE FROM {table} WHERE conversation_id = ?", (gone,))
    kept, lost = (
        connection.execute("SELECT * FROM conversation WHERE id = ?", (conversation,)).fetchone()
        for conversation in (into, gone)
    )
    alive = min(kept, lost, key=lambda row: _LIVELIEST.index(row["state"]))
    connection.execute(
        "UPDATE conversation SET state = ?, snoozed_until = ?, assignee = ?, priority = ?, starred = ?, wait_from = ?,"
        " tags = coalesce((SELECT ' ' || group_concat(tag, ' ') || ' ' FROM"
        "  (SELECT tag FROM conversation_tag WHERE conversation_id = conversation.id ORDER BY tag)), '') WHERE id = ?",
        (
            alive["state"],
            alive["snoozed_until"],
            kept["assignee"] or lost["assignee"],
            max(kept["priority"], lost["priority"], key=lambda p: (p != 0, p)),
            kept["starred"] | lost["starred"],
            max(kept["wait_from"], lost["wait_from"]),
            into,
        ),
    )
    connection.execute("UPDATE conversation SET merged_into = ? WHERE id = ? OR merged_into = ?", (into, gone, gone))
    record_event(connection, into, "united", {"with": lost["key"], "mid": because}, now)
