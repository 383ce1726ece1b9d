"""Storing a page of a chat's older messages, with where to go on, in one transaction.

What comes that way is of the past: it is read already, nobody waits because of it, and no list is ordered anew.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from omnitui.core.channel_events import Event, MessageEvent
from omnitui.core.times import Instant
from omnitui.store.chat.arriving import store_events
from omnitui.store.chat.scene import ChatAccount
from omnitui.store.connection import joined
from omnitui.store.refresh import refresh


@dataclass(frozen=True, slots=True)
class Page:
    """What the other side gave: `more` is older still, to be asked for before `following` (empty: the oldest one)."""

    events: Sequence[Event]
    following: str = ""
    more: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """What a page has brought."""

    new: int
    ended: bool


def arrived(
    connection: sqlite3.Connection, account: ChatAccount, remote: str, before: str, page: Page, now: Instant
) -> Progress:
    """A page is here: stored as history, with where to go on; what belongs to other chats is left out.

    Nobody waits longer for it: were the time before us counted, the list would be another for having been read.
    """
    mine = [event for event in page.events if getattr(event, "conversation", remote) == remote]
    with joined(connection):
        had = _wait(connection, account.id, remote)
        found = store_events(connection, account, mine, now, history=True)
        has = _wait(connection, account.id, remote)
        if had is not None and has is not None and had["waiting_since"] != has["waiting_since"]:
            connection.execute("UPDATE conversation SET wait_from = ? WHERE id = ?", (had["first_at"] - 1, had["id"]))
            refresh(connection, [had["id"]])
        following = page.following or _oldest(page.events)
        stuck = following in ("", before) or not (found.new_ids or _further(connection, account.id, page, before))
        ended = stuck or not page.more
        connection.execute(
            "INSERT INTO older(account_id, remote, before, ended, at) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE"
            " SET before = ?3, ended = ?4, refusal = '', at = ?5",
            (account.id, remote, following or before, ended, now),
        )
        return Progress(len(found.new_ids), ended)


def _wait(connection: sqlite3.Connection, account_id: int, remote: str) -> sqlite3.Row | None:
    row: sqlite3.Row | None = connection.execute(
        "SELECT c.id, c.waiting_since, min(m.at) AS first_at FROM remote_conversation r"
        " JOIN conversation o ON o.id = r.conversation_id JOIN conversation c ON c.id = coalesce(o.merged_into, o.id)"
        " JOIN message m ON m.conversation_id = c.id WHERE r.account_id = ? AND r.remote = ? GROUP BY c.id",
        (account_id, remote),
    ).fetchone()
    return row


def _further(connection: sqlite3.Connection, account_id: int, page: Page, before: str) -> bool:
    """Whether a page goes back at all: a channel that tells whole seconds may give one second for ever."""
    row = connection.execute(
        "SELECT at FROM message WHERE account_id = ? AND remote_id = ? AND remote_id <> ''", (account_id, before)
    ).fetchone()
    times = [event.at for event in page.events if isinstance(event, MessageEvent)]
    return row is None or not times or min(times) < row[0]


def _oldest(events: Sequence[Event]) -> str:
    said = [event for event in events if isinstance(event, MessageEvent)]
    return min(said, key=lambda event: event.at).remote_id if said else ""
