"""The change feed: which conversations changed, for every screen. The table is the truth; sockets only wake."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from omnitui.store.select import Select

NOT_A_CONVERSATION = 0
"""In the feed: accounts, folders or the outbox changed."""
KEPT = 20_000
"""Changes kept; a screen that was away for longer reads everything anew."""


def note(connection: sqlite3.Connection, conversation_ids: Iterable[int]) -> None:
    """Tell that these changed (`NOT_A_CONVERSATION` for the rest), in the caller's transaction."""
    connection.executemany("INSERT INTO change(conversation_id) VALUES (?)", ((i,) for i in conversation_ids))


def trim(connection: sqlite3.Connection) -> None:
    """Drop the oldest changes beyond `KEPT`."""
    connection.execute("DELETE FROM change WHERE seq <= (SELECT max(seq) FROM change) - ?", (KEPT,))


def latest() -> Select[int]:
    """The newest sequence number (0 when nothing ever changed)."""
    return Select("SELECT coalesce(max(seq), 0) FROM change", (), lambda row: int(row[0]))


def version() -> Select[int]:
    """Another number than before on the same connection when others have committed since (SQLite's data_version)."""
    return Select("PRAGMA data_version", (), lambda row: int(row[0]))


def since(seq: int) -> Select[tuple[int, int]]:
    """`(seq, conversation id)` of what changed after `seq`, oldest first, each conversation once."""
    return Select(
        "SELECT max(seq), conversation_id FROM change WHERE seq > ? GROUP BY conversation_id ORDER BY 1",
        (seq,),
        lambda row: (int(row[0]), int(row[1])),
    )


def reaches_back_to(seq: int) -> Select[bool]:
    """Whether the feed still holds everything after `seq`; where not, read anew what is shown."""
    return Select("SELECT coalesce(min(seq), 1) <= ? + 1 FROM change", (seq,), lambda row: bool(row[0]))
