"""Ids of messages rise with their time, so that newest first is by id, in the full-text index too."""

from __future__ import annotations

import sqlite3

from omnitui.core.models import MessageId
from omnitui.core.times import SECOND

COUNTER_BITS = 20
"""A second holds a million messages."""


class MessageIds:
    """Gives ids within one transaction: the second of the message, then a counter."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._last: dict[int, int] = {}

    def take(self, at: int) -> MessageId:
        """The next free id of this moment's second."""
        first = max(0, at // SECOND) << COUNTER_BITS
        last = self._last.get(first)
        if last is None:
            found = self._connection.execute(
                "SELECT max(id) FROM message WHERE id >= ? AND id < ?", (first, first + (1 << COUNTER_BITS))
            ).fetchone()[0]
            last = first - 1 if found is None else found
        self._last[first] = last + 1
        return MessageId(last + 1)
