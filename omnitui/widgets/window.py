"""The part of an ordered list that is in memory, and the cursor in it. Pure: pages come from outside.

Rows are known by their conversation's id and never by their place, so that what sync does cannot move the cursor.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field

from omnitui.core.dataclass import dataclass
from omnitui.core.models import ConversationId, ConversationRow

KEPT = 1024
"""Rows in memory at most, before those far from the cursor are let go."""
NEAR = 48
"""So many rows from an end, the next page is asked for."""


def place(row: ConversationRow) -> tuple[int, int]:
    """Where a row stands in its order."""
    return row.order_key, int(row.id)


@dataclass
class Window:
    """Rows in order, the index of the first on the screen, and the cursor (None while there is no row)."""

    rows: list[ConversationRow] = field(default_factory=list)
    at_start: bool = True
    at_end: bool = True
    cursor: ConversationId | None = None
    top: int = 0
    """Negative while lines above the first row are empty: rows above went away, and the cursor stayed on its line."""
    fits: int = 1
    """Rows that the screen shows at once."""
    loaded: bool = False
    touched: bool = False
    """The agent has moved the cursor."""
    still: bool = False
    """Rows keep their lines, even where that leaves some empty, until the agent moves the cursor or resizes."""
    _index: dict[ConversationId, int] = field(default_factory=dict)

    def index_of(self, id: ConversationId | None) -> int | None:
        """Where a conversation stands in the window."""
        return None if id is None else self._index.get(id)

    @property
    def at(self) -> int:
        """Index of the cursor; 0 when there is none."""
        return self.index_of(self.cursor) or 0

    @property
    def row(self) -> ConversationRow | None:
        """The row at the cursor."""
        index = self.index_of(self.cursor)
        return None if index is None else self.rows[index]

    def replace(self, rows: Sequence[ConversationRow], *, at_start: bool, at_end: bool, still: bool = False) -> None:
        """Other rows: the cursor stays on its conversation and its line of the screen; `still`: whatever it takes.

        When its conversation is gone, it goes to the next that was below and is still there, else to the one above.
        """
        old, old_at = self.rows, self.at
        line = 0 if self.cursor is None else self.at - self.top
        self.rows, self.at_start, self.at_end, self.loaded = list(rows), at_start, at_end, True
        self._number()
        if self.cursor is None:
            self.cursor = self.rows[0].id if self.rows else None
        elif self.index_of(self.cursor) is None:
            near = [*range(old_at + 1, len(old)), *range(old_at - 1, -1, -1)]
            found = next((index for index in near if old[index].id in self._index), None)
            if found is not None:
                self.cursor = old[found].id
                line -= max(old_at - found, 0)
            else:
                self.cursor = self.rows[min(old_at, len(self.rows) - 1)].id if self.rows else None
        self.top = self.at - line if self.rows else 0
        self.still = still
        self.settle()

    def append(self, rows: Sequence[ConversationRow], *, at_end: bool) -> None:
        """The page below."""
        self.rows.extend(row for row in rows if row.id not in self._index)
        self.at_end = at_end
        spare = len(self.rows) - KEPT
        if spare > 0 and self.top > spare:
            del self.rows[:spare]
            self.top -= spare
            self.at_start = False
        self._number()
        self.settle()

    def prepend(self, rows: Sequence[ConversationRow], *, at_start: bool) -> None:
        """The page above, in the list's order."""
        fresh = [row for row in rows if row.id not in self._index]
        self.rows[:0] = fresh
        self.top += len(fresh)
        self.at_start = at_start
        if len(self.rows) > KEPT and self.top + self.fits < KEPT:
            del self.rows[KEPT:]
            self.at_end = False
        self._number()
        self.settle()

    def update(self, rows: Mapping[ConversationId, ConversationRow]) -> list[int]:
        """New content in the old places; gives the indexes that changed."""
        changed = []
        for id, row in rows.items():
            index = self._index.get(id)
            if index is not None and self.rows[index] != row:
                self.rows[index] = row
                changed.append(index)
        return changed

    def move(self, to: int) -> None:
        """Put the cursor on a row by index, as near as there is one, and keep it in view.

        One step beyond the edge brings a third of a screen: rows stand still most of the time, and few bytes are sent.
        """
        if not self.rows:
            return
        self.touched = True
        self.still = False
        to = max(0, min(to, len(self.rows) - 1))
        step = to - self.at
        self.cursor = self.rows[to].id
        if step == 1 and to >= self.top + self.fits:
            self.top = to - self.fits + max(self.fits // 3, 1)
        elif step == -1 and to < self.top:
            self.top = to - max(self.fits // 3, 1) + 1
        self.settle()

    def go_to(self, id: ConversationId) -> bool:
        """Put the cursor on a conversation; False when it is not in the window."""
        index = self._index.get(id)
        if index is None:
            return False
        self.move(index)
        return True

    def settle(self) -> None:
        """Keep the cursor in view and, unless rows keep `still`, leave no line empty while there are rows for it."""
        at = self.at
        self.top = max(min(self.top, at), at - self.fits + 1)
        if not self.still:
            self.top = max(0, min(self.top, len(self.rows) - self.fits))

    @property
    def wants_below(self) -> bool:
        """The end is near and there is more."""
        return not self.at_end and self.top + self.fits + NEAR >= len(self.rows)

    @property
    def wants_above(self) -> bool:
        """The beginning is near and there is more."""
        return not self.at_start and self.top < NEAR

    def between(self, one: ConversationId, other: ConversationId) -> Iterable[ConversationId]:
        """The conversations from one to another, both with."""
        first, last = sorted((self._index.get(one, self.at), self._index.get(other, self.at)))
        return [row.id for row in self.rows[first : last + 1]]

    def _number(self) -> None:
        self._index = {row.id: index for index, row in enumerate(self.rows)}
