"""Work on the cache that can wait until nothing else is to be done, in steps short enough to stop between them."""

from __future__ import annotations

import sqlite3

from omnitui.store import contacts, feed, fulltext
from omnitui.store.connection import joined

PAGES = 100
"""Of the full-text index, merged in one step: some tens of milliseconds."""
PEOPLE = 2_000
"""Whose words are made in one step: as long."""


def step(connection: sqlite3.Connection) -> bool:
    """Merge a part of the full-text index and make the words of people, which makes search faster; True while there
    is more to do.

    The first sync leaves the merging to idle moments (see the migration), so that storing stays even.
    """
    with joined(connection):
        merging = fulltext.merge(connection, PAGES)
        return contacts.make_sought(connection, PEOPLE) or merging


def finish(connection: sqlite3.Connection) -> None:
    """After the last step: forget old changes, and bring what is in the log of writes into the file."""
    with joined(connection):
        feed.trim(connection)
    connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
