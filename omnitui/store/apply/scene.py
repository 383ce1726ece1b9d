"""What applying an operation works with, and what it gives back."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from omnitui.core.errors import NotFound
from omnitui.core.operations import Operation
from omnitui.core.times import Instant
from omnitui.store.message_ids import MessageIds


@dataclass(slots=True)
class Scene:
    """One step while it is applied. `touched` gathers the conversations to refresh at its end."""

    connection: sqlite3.Connection
    actor: str
    step_id: int
    now: Instant
    touched: set[int] = field(default_factory=set)

    def conversation(self, key: str, *, follow: bool = True) -> sqlite3.Row:
        """The row of a conversation; with `follow` the one that it was merged into. Raises NotFound."""
        row: sqlite3.Row | None = self.connection.execute("SELECT * FROM conversation WHERE key = ?", (key,)).fetchone()
        while follow and row is not None and row["merged_into"] is not None:
            row = self.connection.execute("SELECT * FROM conversation WHERE id = ?", (row["merged_into"],)).fetchone()
        if row is None:
            raise NotFound(f"There is no conversation “{key}”")
        self.touched.add(row["id"])
        return row

    def message(self, mid: str) -> sqlite3.Row:
        """The row of a message of ours or a note. Raises NotFound."""
        row: sqlite3.Row | None = self.connection.execute(
            "SELECT m.* FROM account a CROSS JOIN message m ON m.account_id = a.id AND m.mid = ?", (mid,)
        ).fetchone()
        if row is None:
            raise NotFound("This message is gone")
        self.touched.add(row["conversation_id"])
        return row

    def identity(self, key: str) -> sqlite3.Row:
        """The row of an identity, by `channel:address`. Raises NotFound."""
        channel, _, address = key.partition(":")
        # As somebody typed it, and in older operations, it may stand there in small letters.
        row: sqlite3.Row | None = (
            self.connection.execute(
                "SELECT * FROM identity WHERE channel = ? AND address = ?", (channel, address)
            ).fetchone()
            or self.connection.execute(
                "SELECT * FROM identity WHERE channel = ? AND lower(address) = lower(?) ORDER BY id", (channel, address)
            ).fetchone()
        )
        if row is None:
            raise NotFound(f"Nobody with the address {address} is known")
        return row

    def message_id(self, at: int) -> int:
        """A free id for a message of this time."""
        return MessageIds(self.connection).take(at)


@dataclass(frozen=True, slots=True)
class Change:
    """What applying an operation did: what it found there before, and the operation that takes it back."""

    conversation_id: int | None
    replaces: Mapping[str, Any]
    inverse: Operation


Apply = Callable[[Scene, Operation], Change | None]
"""Applies one operation; None when there was nothing to change. Raises Refused when it makes no sense now."""
