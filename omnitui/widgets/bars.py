"""The top line (where am I) and the bottom line (what did I just do, what may I press)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from textual import events
from textual.message import Message

from omnitui.core.dataclass import dataclass
from omnitui.widgets.glyphs import Glyphs
from omnitui.widgets.lines import Line, Piece, clip, sides, width_of
from omnitui.widgets.painted import Painted


@dataclass(frozen=True, slots=True)
class Top:
    """What the top line says."""

    views: tuple[tuple[str, str], ...] = ()
    """Name and count (in words, empty while not known) of each view, in the order of the digit keys."""
    left_out: frozenset[int] = frozenset()
    """Views that are not named while they are not shown: nothing is in them."""
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
    way_back: str = ""
    """The key that takes back what was done, which is never cut."""
    pending: str = ""
    progress: str = ""
    work: tuple[str, int, int] | None = None
    """What is being done to many conversations: its name, how many are done, of how many."""
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
        self._first = 0

    def set(self, **fields: Any) -> None:
        """Say something else."""
        shown = replace(self.shown, **fields)
        if shown != self.shown:
            self.shown = shown
            self.refresh()

    def line_at(self, y: int) -> Line | None:
        """The one line; on narrow terminals the views around the present one, and fewer words for the order."""
        top, width = self.shown, self.size.width
        dot = self.glyphs.online if top.sync_role != "danger" else self.glyphs.offline
        right: list[Piece] = []
        if top.stuck:
            right.append((f"  {self.glyphs.failed}{top.stuck} g o", "danger"))
        if top.queued:
            right.append((f"  {self.glyphs.queued}{top.queued} queued", "accent"))
        right.append((f"  {dot} {top.sync} ", top.sync_role))
        rest = width - width_of(tuple(right))
        wanted = width_of(self._from(0)) + 1
        words = next((w for w in (top.order, _shorter(top.order)) if wanted + len(w) + 3 <= rest), _shorter(top.order))
        if width_of(tuple(right)) + len(words) + 3 < width // 2:
            right.insert(0, (f"{self.glyphs.upright} {words}", "muted"))
        return sides(self._views(width - width_of(tuple(right)) - 1), tuple(right), width)

    def _views(self, room: int) -> Line:
        """The views that fit, the present one among them; a mark where there are more."""
        here, first = self.shown.here or 0, 0
        while True:
            line = self._from(first)
            shown = self._edges[min(here - first, len(self._edges) - 1)] if self._edges else 0
            if shown <= room or first >= here:
                break
            first += 1
        fitting = [n for n, edge in enumerate(self._edges, 1) if edge <= room]
        if len(fitting) < len(self._edges) and fitting:
            del self._edges[fitting[-1] :]
            line = (*line[: 1 + 3 * fitting[-1]], (self.glyphs.more, "muted"))
        return clip(line, room + 1)

    def _from(self, first: int) -> Line:
        """All views from one on; `_edges` are the columns where each ends."""
        line: list[Piece] = [(f"{self.glyphs.less} " if first else " ", "muted")]
        used = width_of(tuple(line))
        self._edges = []
        for index, (name, count) in enumerate(self.shown.views[first:], first):
            current = index == self.shown.here
            if index in self.shown.left_out and not current:
                self._edges.append(used)
                line += [("", "")] * 3
                continue
            line += [
                (name, "strong accent" if current else "muted"),
                (f" {count}" if count else "", "" if current else "muted"),
            ]
            line.append(("  ", ""))
            used += width_of(tuple(line[-3:]))
            self._edges.append(used)
        self._first = first
        return tuple(line)

    def on_click(self, event: events.Click) -> None:
        """A click on a view goes there."""
        index = next((n for n, edge in enumerate(self._edges, self._first) if event.x < edge), None)
        if index is not None:
            self.post_message(self.ViewClicked(index))


def _shorter(order: str) -> str:
    """The order in fewer cells: "longest first", "newest"."""
    return "longest first" if order.startswith("waiting") else order.removesuffix(" first")


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
        if bottom.said and bottom.way_back:
            way = ((f" {self.glyphs.dot} {bottom.way_back}", bottom.said_role),)
            left = (*clip(left, width - width_of(way) - 1), *way)
        if bottom.said and bottom.progress:
            left = (*left, (f"   {bottom.progress}", "muted"))
        if bottom.work is not None:
            left = ((" ", ""), *_bar(*bottom.work, self.glyphs))
        if bottom.pending:
            left = (*left, (f"   {bottom.pending}", "accent"))
        return sides(left, hints(bottom.hints, width - width_of(left) - 3), width)


BAR = 16
"""Cells of a progress bar."""


def _bar(title: str, done: int, total: int, glyphs: Glyphs) -> Line:
    """A bar with the figures beside it: it is read without colour too."""
    full = BAR * done // max(total, 1)
    return (
        (f"{title} ", ""),
        (glyphs.full * full, "accent"),
        (glyphs.hollow * (BAR - full), "muted"),
        (f" {done:,} of {total:,}", ""),
    )


def hints(keys: Sequence[tuple[str, str]], room: int) -> Line:
    """As many keys with their words as fit, the last (help) always first to stay."""
    line: Line = ()
    for key, word in reversed(keys):
        more: Line = ((key, "key"), (f" {word}  ", "muted"), *line)
        if width_of(more) > room:
            break
        line = more
    return line
