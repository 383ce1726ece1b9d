"""The small list of what may follow a prefix such as `g`, over the bottom line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from omnitui.widgets.cells import fill
from omnitui.widgets.lines import Line
from omnitui.widgets.painted import Painted

COLUMN = 24
"""Cells of one entry."""


class KeyPopup(Painted, inherit_bindings=False):
    """Keys in columns; hidden while there are none."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._keys: Sequence[tuple[str, str]] = ()
        self._columns = 1

    def show(self, keys: Sequence[tuple[str, str]], width: int) -> None:
        """List these; none hides it."""
        if not keys and not self._keys:
            return
        self._keys = keys
        self._columns = max((width - 2) // COLUMN, 1)
        self.styles.height = -(-len(keys) // self._columns)
        self.set_class(bool(keys), "-shown")
        self.refresh()

    def line_at(self, y: int) -> Line | None:
        """Entries run down the columns."""
        rows = -(-len(self._keys) // self._columns)
        line: list[tuple[str, str]] = [(" ", "")]
        for key, title in self._keys[y::rows] if rows else ():
            line += [(fill(key, 3), "key"), (fill(title, COLUMN - 4) + " ", "")]
        return tuple(line)
