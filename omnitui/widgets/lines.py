"""A line of a hand-painted widget: stretches of text, each with the name of its role; roles become styles in TCSS."""

from __future__ import annotations

from collections.abc import Callable

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from omnitui.core.text.find import Sought
from omnitui.widgets.cells import cut

Piece = tuple[str, str]
Line = tuple[Piece, ...]
Styles = Callable[[str], Style]
"""From a role to its style; the empty role is the widget's own."""


def width_of(line: Line) -> int:
    """Cells a line takes."""
    return sum(cell_len(text) for text, _ in line)


def sides(left: Line, right: Line, width: int) -> Line:
    """`left` at the left, cut where it must be, and `right` at the right edge."""
    room = width - width_of(right)
    fitted = clip(left, max(room - 1, 0) if right else room)
    gap = room - width_of(fitted)
    return (*fitted, (" " * max(gap, 0), ""), *right)


def clip(line: Line, width: int) -> Line:
    """`line` in at most `width` cells, with … where it was cut."""
    pieces: list[Piece] = []
    for text, role in line:
        size = cell_len(text)
        if size > width:
            pieces.append((cut(text, width), role))
            break
        pieces.append((text, role))
        width -= size
    return tuple(pieces)


def with_found(line: Line, sought: Sought) -> Line:
    """`line` with the role `found` on every place where sought words stand."""
    spans = sought.spans("".join(text for text, _ in line))
    if not spans:
        return line
    pieces: list[Piece] = []
    at = 0
    for text, role in line:
        end, begin = at + len(text), at
        for start, stop in spans:
            first, last = max(start, begin), min(stop, end)
            if first < last:
                pieces.append((text[begin - at : first - at], role))
                pieces.append((text[first - at : last - at], f"{role} found".strip()))
                begin = last
        pieces.append((text[begin - at :], role))
        at = end
    return tuple(piece for piece in pieces if piece[0])


def paint(line: Line, width: int, styles: Styles, over: Style | None = None) -> Strip:
    """`line` as a strip of exactly `width` cells; `over` is laid on every style (the cursor's background)."""
    pieces: list[list[str]] = []
    used = 0
    for text, role in line:
        size = cell_len(text)
        if used + size > width:
            text = cut(text, width - used)
            size = cell_len(text)
        if text:
            _join(pieces, text, role)
        used += size
        if used >= width:
            break
    if used < width:
        _join(pieces, " " * (width - used), "")
    return Strip([Segment(text, _laid(role, styles(role), over)) for text, role in pieces], width)


def _join(pieces: list[list[str]], text: str, role: str) -> None:
    """Blanks take the look of what they follow, and a beginning in blanks that of what comes: each change of style
    costs some 35 bytes on the way to the terminal."""
    if pieces and (pieces[-1][1] == role or (text.isspace() and _BLANKS_AS_SUCH.isdisjoint(pieces[-1][1].split()))):
        pieces[-1][0] += text
    elif pieces and pieces[-1][0].isspace() and _BLANKS_AS_SUCH.isdisjoint(role.split()):
        pieces[-1] = [pieces[-1][0] + text, role]
    else:
        pieces.append([text, role])


_BLANKS_AS_SUCH = frozenset({"link", "found", "cursor"})
"""Roles that show on blanks too."""


def _laid(role: str, style: Style, over: Style | None) -> Style:
    """What was found is marked on the cursor's row too."""
    return style if over is None or role.endswith("found") else style + over
