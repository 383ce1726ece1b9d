"""Text selected in a thread: from a place to a place, each a message, a line of it and a cell. Pure.

The places are by message and not by line of the view, so what is selected stays selected while mail comes in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rich.cells import cell_len

from omnitui.core.models import MessageId
from omnitui.widgets.lines import Line
from omnitui.widgets.thread_layout import ThreadLayout

_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a thread: message, line of the message, cell of the line."""

    message: MessageId
    line: int
    cell: int


@dataclass
class Selection:
    """From `anchor` to `caret`, both included, in either order. Without an anchor only the caret moves."""

    caret: Spot
    anchor: Spot | None = None

    def span(self, layout: ThreadLayout) -> tuple[tuple[int, int, int], tuple[int, int, int]] | None:
        """First and last place as (index, line, cell); None when nothing is selected or it is not there any more."""
        if self.anchor is None:
            return None
        indexes = {message.id: index for index, message in enumerate(layout.messages)}
        ends = [indexes.get(spot.message) for spot in (self.anchor, self.caret)]
        if ends[0] is None or ends[1] is None:
            return None
        first = (ends[0], self.anchor.line, self.anchor.cell)
        last = (ends[1], self.caret.line, self.caret.cell)
        return (first, last) if first <= last else (last, first)


def text_of(line: Line) -> str:
    """What stands in a line."""
    return "".join(text for text, _ in line)


def between(line: Line, start: int, end: int) -> str:
    """The characters of a line from cell `start` up to and with cell `end`; a wide one counts where it begins."""
    found, at = [], 0
    for char in text_of(line):
        width = cell_len(char)
        if start <= at <= end or (not width and start < at <= end + 1):
            found.append(char)
        at += width
    return "".join(found)


def cells_selected(
    span: tuple[tuple[int, int, int], tuple[int, int, int]], index: int, number: int, width: int
) -> tuple[int, int] | None:
    """Which cells of a line (first, one past the last) are selected."""
    first, last = span
    place = (index, number)
    if not first[:2] <= place <= last[:2]:
        return None
    start = first[2] if place == first[:2] else 0
    end = last[2] + 1 if place == last[:2] else width
    return (start, max(min(end, width), start + 1))


def selected_text(layout: ThreadLayout, selection: Selection) -> str:
    """What is selected, as text: blanks at line ends gone, and rows of code that were wrapped whole again."""
    span = selection.span(layout)
    if span is None:
        return ""
    wrapped = layout.look.glyphs.wrapped + " "
    (start, line, cell), (end, last_line, last_cell) = span
    found: list[str] = []
    for index in range(start, end + 1):
        for number, row in enumerate(layout.lines(index)):
            if not (start, line) <= (index, number) <= (end, last_line):
                continue
            goes_on = len(row) > 1 and row[0] == (wrapped, "muted")
            left = cell if (index, number) == (start, line) else 2 if goes_on else 0
            right = last_cell if (index, number) == (end, last_line) else 10**9
            text = between(row, left, right).rstrip()
            if goes_on and found:
                found[-1] += text
            else:
                found.append(text)
    return "\n".join(found).strip("\n")


def word_at(layout: ThreadLayout, spot: Spot) -> tuple[Spot, Spot] | None:
    """The first and last place of the word there."""
    row = line_at(layout, spot)
    for found in _WORD.finditer(text_of(row)):
        start, end = cell_len(text_of(row)[: found.start()]), cell_len(text_of(row)[: found.end()])
        if start <= spot.cell < end:
            return Spot(spot.message, spot.line, start), Spot(spot.message, spot.line, end - 1)
    return None


def line_at(layout: ThreadLayout, spot: Spot) -> Line:
    """The line of a place; an empty one where it is not there any more."""
    index = layout.index_of(spot.message)
    lines = layout.lines(index) if index is not None else []
    return lines[spot.line] if spot.line < len(lines) else ()


def moved(layout: ThreadLayout, spot: Spot, lines: int = 0, cells: int = 0) -> Spot:
    """A place so many lines below (above when negative) or cells to the right, within what is here."""
    index = layout.index_of(spot.message)
    if index is None:
        return spot
    line, cell = spot.line + lines, spot.cell
    while line < 0 and index > 0:
        index -= 1
        line += len(layout.lines(index))
    while index < len(layout.messages) - 1 and line >= len(layout.lines(index)):
        line -= len(layout.lines(index))
        index += 1
    line = max(0, min(line, len(layout.lines(index)) - 1))
    if cells:
        end = max(cell_len(text_of(layout.lines(index)[line]).rstrip()) - 1, 0)
        cell = max(0, min(min(cell, end) + cells, end))
    return Spot(layout.messages[index].id, line, cell)


def word_from(layout: ThreadLayout, spot: Spot, forward: bool) -> Spot:
    """The beginning of the next word (or of the one before), on the lines around too."""
    for lines in range(0, 200 if forward else -200, 1 if forward else -1):
        place = moved(layout, spot, lines)
        text = text_of(line_at(layout, place))
        starts = [cell_len(text[: found.start()]) for found in _WORD.finditer(text)]
        if lines == 0:
            starts = [at for at in starts if (at > spot.cell if forward else at < spot.cell)]
        if starts:
            return Spot(place.message, place.line, starts[0] if forward else starts[-1])
    return spot
