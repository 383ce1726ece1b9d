"""Work on the cache that can wait until nothing else is to be done, in steps short enough to stop between them."""

from __future__ import annotations

import sqlite3

from omnitui.store import feed, fulltext
from omnitui.store.connection import joined

PAGES = 100
"""Of the full-text index, merged in one step: some tens of milliseconds."""


def step(connection: sqlite3.Connection) -> bool:
    """Merge a part of the full-text index, which makes search faster; True while there is more to merge.

    The first sync leaves the merging to idle moments (see the migration), so that storing stays even.
    """
    with joined(connection):
        return fulltext.merge(connection, PAGES)


def finish(connection: sqlite3.Connection) -> None:
    """After the last step: forget old changes, and bring what is in the log of writes into the file."""
    with joined(connection):
        feed.trim(connection)
    connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
