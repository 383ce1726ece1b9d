"""What may stand at the cursor of the search line, listed below it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from omnitui.widgets.cells import cut, fill
from omnitui.widgets.lines import Line, width_of
from omnitui.widgets.painted import Painted

MOST = 8
"""Rows at once."""


class Offers(Painted, inherit_bindings=False):
    """Words with what they mean; hidden while there are none."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.shown: Sequence[tuple[str, str]] = ()
        self._at = 0

    def show(self, words: Sequence[tuple[str, str]], at: int = -1) -> None:
        """List these, the one at `at` chosen; none hides it."""
        if not words and not self.shown:
            return
        self.shown, self._at = words, at
        self.styles.height = min(len(words), MOST)
        self.set_class(bool(words), "-shown")
        self.refresh()

    def line_at(self, y: int) -> Line | None:
        """The rows around the chosen one."""
        first = max(0, min(self._at - MOST + 1, len(self.shown) - MOST))
        index = first + y
        if index >= len(self.shown):
            return None
        word, help_ = self.shown[index]
        wide = min(max(width_of(((text, ""),)) for text, _ in self.shown), 16)
        chosen = index == self._at
        left = self.glyphs.bar if chosen else " "
        return (
            (left, "accent"),
            (fill(word, wide), "strong accent" if chosen else ""),
            (f"  {cut(help_, max(self.size.width - wide - 4, 0))}", "muted"),
        )
