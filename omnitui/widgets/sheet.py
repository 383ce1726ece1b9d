"""A page of rows with a cursor, or of text: outbox, drafts, accounts, originals. Painted by hand, of any length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from textual import events
from textual.message import Message
from textual.strip import Strip

from omnitui.widgets.lines import Line, paint
from omnitui.widgets.painted import Painted


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of one or more lines; `value` is what it stands for."""

    lines: tuple[Line, ...]
    value: Any = None


class Sheet(Painted, can_focus=True, inherit_bindings=False):
    """Shows entries; the cursor goes from one with a value to the next, else the lines scroll."""

    class Clicked(Message):
        """The entry at the cursor was clicked twice."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.entries: Sequence[Entry] = ()
        self.empty: Sequence[str] = ()
        self.margin = 1
        """Cells at the left."""
        self.at = 0
        self.top = 0
        self._flat: list[tuple[Line, int]] = []
        self._starts: list[int] = []

    def show(self, entries: Sequence[Entry]) -> None:
        """Other entries; the cursor stays on the same value where it is still there."""
        before = self.chosen
        self.entries = entries
        self._flat = [(line, index) for index, entry in enumerate(entries) for line in entry.lines]
        self._starts, start = [], 0
        for entry in entries:
            self._starts.append(start)
            start += len(entry.lines)
        found = next((n for n, entry in enumerate(entries) if before is not None and entry.value == before), None)
        self.at = found if found is not None else max(min(self.at, len(entries) - 1), 0)
        self._settle()

    @property
    def chosen(self) -> Any:
        """What the entry at the cursor stands for."""
        return self.entries[self.at].value if self.at < len(self.entries) else None

    @property
    def has_cursor(self) -> bool:
        """There is something to choose."""
        return any(entry.value is not None for entry in self.entries)

    def move_by(self, steps: int) -> None:
        """The cursor, or the text."""
        if self.has_cursor:
            self.at = max(0, min(self.at + steps, len(self.entries) - 1))
        else:
            self.top += steps
        self._settle()

    def _settle(self) -> None:
        height = max(self.size.height, 1)
        if self.has_cursor and self._starts:
            start = self._starts[self.at]
            end = start + len(self.entries[self.at].lines)
            self.top = max(min(self.top, start), end - height)
        self.top = max(0, min(self.top, len(self._flat) - height))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """A line of an entry."""
        if not self.entries:
            text = self.empty[y - 1] if 0 < y <= len(self.empty) else ""
            return paint(((" " + text, "muted"),), self.size.width, self.role)
        if self.top + y >= len(self._flat):
            return paint((), self.size.width, self.role)
        line, index = self._flat[self.top + y]
        over = self.role("cursor").background_style if self.has_cursor and index == self.at else None
        return paint(((" " * self.margin, ""), *line), self.size.width, self.role, over)

    def on_resize(self, event: events.Resize) -> None:
        """Another height."""
        self._settle()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel."""
        self.move_by(1 if self.has_cursor else 3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel."""
        self.move_by(-1 if self.has_cursor else -3)

    def on_click(self, event: events.Click) -> None:
        """A click puts the cursor; a second one opens."""
        if self.top + event.y < len(self._flat):
            self.at = self._flat[self.top + event.y][1]
            self._settle()
            if event.chain == 2:
                self.post_message(self.Clicked())
