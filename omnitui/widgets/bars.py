"""The top line (where am I) and the bottom line (what did I just do, what may I press)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from textual import events
from textual.message import Message

from omnitui.widgets.lines import Line, Piece, clip, sides, width_of
from omnitui.widgets.painted import Painted


@dataclass(frozen=True, slots=True)
class Top:
    """What the top line says."""

    views: tuple[tuple[str, int | None], ...] = ()
    """Name and count of each view, in the order of the digit keys."""
    here: int | None = None
    """Index of the view that is shown."""
    order: str = ""
    sync: str = ""
    sync_role: str = "muted"
    queued: int = 0
    stuck: int = 0


@dataclass(frozen=True, slots=True)
class Bottom:
    """What the bottom line says. `said_role` tells news from trouble."""

    said: str = ""
    said_role: str = ""
    pending: str = ""
    progress: str = ""
    hints: tuple[tuple[str, str], ...] = ()


class TopLine(Painted, inherit_bindings=False):
    """Views with their counts, the order, the connection and the outbox."""

    @dataclass
    class ViewClicked(Message):
        """A view was clicked."""

        index: int

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.shown = Top()
        self._edges: list[int] = []

    def set(self, **fields: Any) -> None:
        """Say something else."""
        shown = replace(self.shown, **fields)
        if shown != self.shown:
            self.shown = shown
            self.refresh()

    def line_at(self, y: int) -> Line | None:
        """The one line; on narrow terminals the views around the present one."""
        top = self.shown
        dot = self.glyphs.online if top.sync_role != "danger" else self.glyphs.offline
        right: list[Piece] = []
        if top.stuck:
            right.append((f"  {self.glyphs.failed}{top.stuck} g o", "danger"))
        if top.queued:
            right.append((f"  {self.glyphs.queued}{top.queued} queued", "accent"))
        right.append((f"  {dot} {top.sync} ", top.sync_role))
        order: Line = ((top.order, "muted"),)
        tail = (*order, *right) if width_of((*order, *right)) * 2 < self.size.width else tuple(right)
        return sides(self._views(self.size.width - width_of(tail)), tail, self.size.width)

    def _views(self, room: int) -> Line:
        here = self.shown.here or 0
        first = 0
        while True:
            line = self._from(first)
            shown = self._edges[min(here - first, len(self._edges) - 1)] if self._edges else 0
            if shown <= room or first >= here:
                return clip(line, room)
            first += 1

    def _from(self, first: int) -> Line:
        line: list[Piece] = [(" ", "")]
        used = 1
        self._edges = []
        for index, (name, count) in enumerate(self.shown.views[first:], first):
            current = index == self.shown.here
            number = "" if count is None else f" {count:,}"
            line += [(name, "strong accent" if current else "muted"), (number, "" if current else "muted"), ("  ", "")]
            used += len(name) + len(number) + 2
            self._edges.append(used)
        return tuple(line)

    def on_click(self, event: events.Click) -> None:
        """A click on a view goes there."""
        index = next((n for n, edge in enumerate(self._edges) if event.x < edge), None)
        if index is not None:
            self.post_message(self.ViewClicked(index))


class StatusLine(Painted, inherit_bindings=False):
    """The last action and its undo key, pending keys, progress, and the few keys that matter here."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.shown = Bottom()

    def set(self, **fields: Any) -> None:
        """Say something else."""
        shown = replace(self.shown, **fields)
        if shown != self.shown:
            self.shown = shown
            self.refresh()

    def line_at(self, y: int) -> Line | None:
        """Left what happened, right what may be pressed; what happened is never cut for the keys."""
        bottom, width = self.shown, self.size.width
        left: Line = ((" ", ""), (bottom.said or bottom.progress, bottom.said_role if bottom.said else "muted"))
        if bottom.said and bottom.progress:
            left = (*left, (f"   {bottom.progress}", "muted"))
        if bottom.pending:
            left = (*left, (f"   {bottom.pending}", "accent"))
        return sides(left, hints(bottom.hints, width - width_of(left) - 3), width)


def hints(keys: Sequence[tuple[str, str]], room: int) -> Line:
    """As many keys with their words as fit, the last (help) always first to stay."""
    line: Line = ()
    for key, word in reversed(keys):
        more: Line = ((key, "key"), (f" {word}  ", "muted"), *line)
        if width_of(more) > room:
            break
        line = more
    return line
