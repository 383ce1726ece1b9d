"""The list of conversations: a window over a query of any size, painted by hand.

`render_line` never waits for anything: what has not been read yet is a skeleton row, and `PageWanted` asks for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.segment import Segment
from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from omnitui.core.dataclass import dataclass
from omnitui.core.models import ConversationId, ConversationRow
from omnitui.core.text.find import Sought
from omnitui.core.times import Instant
from omnitui.widgets import conversation_row as rows
from omnitui.widgets.glyphs import UNICODE, ChannelMarks, Glyphs
from omnitui.widgets.lines import Line, paint, with_found
from omnitui.widgets.painted import Painted
from omnitui.widgets.window import Window

_MOST_STRIPS = 600


class ConversationList(Painted, can_focus=True, inherit_bindings=False):
    """Shows a `Window` and moves its cursor; posts what the user wants."""

    @dataclass
    class PageWanted(Message):
        """The next page below, or above."""

        above: bool

    @dataclass
    class CursorMoved(Message):
        """The cursor stands on another conversation."""

        id: ConversationId | None

    @dataclass
    class Opened(Message):
        """A conversation was clicked twice."""

        id: ConversationId

    def __init__(self, *, id: str | None = None, glyphs: Glyphs = UNICODE, marks: ChannelMarks | None = None) -> None:
        super().__init__(id=id, glyphs=glyphs)
        self.window = Window()
        self.now = Instant(0)
        self.compact = False
        self.marked: set[ConversationId] = set()
        self.empty: Sequence[str] = ("Reading...",)
        """What to say when there is no row."""
        self.news_above = 0
        self._sought: Sought | None = None
        self._strips: dict[tuple[ConversationId, int, int], tuple[ConversationRow, bool, Strip]] = {}
        self._asked: set[bool] = set()
        self._marks = marks or ChannelMarks()

    @property
    def row_height(self) -> int:
        """Lines of one row."""
        return 1 if self.compact else 2

    def forget(self) -> None:
        """Paint every row anew."""
        self._strips.clear()

    def show(self, rows: Sequence[ConversationRow], *, at_start: bool, at_end: bool, still: bool = False) -> None:
        """Other rows, under a cursor that stays on its conversation; `still`: and on its line, whatever it takes."""
        before = self.window.cursor
        self._asked.clear()
        self.window.replace(rows, at_start=at_start, at_end=at_end, still=still)
        self.refresh()
        self._tell(before)

    def settle(self) -> None:
        """The agent's own step has emptied lines: rows may move to fill them."""
        top, self.window.still = self.window.top, False
        self.window.settle()
        if self.window.top != top:
            self.refresh()

    def extend(self, rows: Sequence[ConversationRow], *, above: bool, done: bool) -> None:
        """The page that was wanted."""
        self._asked.discard(above)
        if above:
            self.window.prepend(rows, at_start=done)
        else:
            self.window.append(rows, at_end=done)
        self.refresh()
        self._ask()

    def ask_again(self, above: bool) -> None:
        """The page that was wanted does not fit any more: want the one that does, where it is still needed."""
        self._asked.discard(above)
        self._ask()

    def gave_up(self, above: bool) -> None:
        """The page that was wanted cannot be had: the next move wants it again."""
        self._asked.discard(above)

    def update_rows(self, changed: Mapping[ConversationId, ConversationRow]) -> None:
        """New content for rows that stay where they are."""
        for index in self.window.update(changed):
            self._refresh_row(index)

    def set_marked(self, marked: set[ConversationId]) -> None:
        """Show these as marked."""
        touched = marked ^ self.marked
        self.marked = set(marked)
        for id in touched:
            index = self.window.index_of(id)
            if index is not None:
                self._refresh_row(index)

    def set_sought(self, sought: Sought | None) -> None:
        """Mark these words in every row."""
        if sought != self._sought:
            self._sought = sought
            self.forget()
            self.refresh()

    def remark(self) -> None:
        """The letters of some channel are others."""
        self.forget()
        self.refresh()

    def set_compact(self, compact: bool) -> None:
        """One line a row, or two."""
        self.compact = compact
        self.forget()
        self._fit()
        self.refresh()

    def tick(self, now: Instant) -> None:
        """Time has passed: ages are painted anew when a minute is over."""
        if now // 60_000 != self.now // 60_000:
            self.forget()
            self.refresh()
        self.now = now

    def set_news(self, count: int) -> None:
        """How many conversations have come above what is shown."""
        if count != self.news_above:
            self.news_above = count
            self.refresh()

    def move_by(self, rows: int) -> None:
        """Move the cursor; repaints two rows, or all when it scrolls."""
        self.move_to(self.window.at + rows)

    def move_to(self, index: int) -> None:
        """Put the cursor on a row of the window."""
        window = self.window
        before, top, at = window.cursor, window.top, window.at
        window.move(index)
        if window.top != top:
            self.refresh()
        elif window.cursor != before:
            self._refresh_row(at)
            self._refresh_row(window.at)
        self._tell(before)
        self._ask()

    def line_at(self, y: int) -> Line | None:
        """Only for what is no row: the words of an empty list."""
        lines: list[Line] = [(), *(((" " + text, "muted"),) for text in self.empty)]
        return lines[y] if y < len(lines) else None

    def render_line(self, y: int) -> Strip:
        """A line of a row, of the words for an empty list, or of what is still to come."""
        width = self.size.width
        window = self.window
        if self.news_above and y == self.size.height - 1:
            text = f" {self.glyphs.queued} {self.news_above} new above"
            return paint(((text, "accent"),), width, self.role)
        if not window.rows:
            return super().render_line(y)
        index, second = window.top + y // self.row_height, y % self.row_height
        if 0 <= index < len(window.rows):
            return self._strip(window.rows[index], second, width)
        if window.at_end or index < 0:
            return paint((), width, self.role)
        return paint(rows.skeleton(width, self.glyphs, bool(second)), width, self.role)

    def _strip(self, row: ConversationRow, second: int, width: int) -> Strip:
        current = row.id == self.window.cursor
        marked = row.id in self.marked
        state = current + 2 * self.has_focus if current else 0
        kept = self._strips.get((row.id, second, state))
        if kept is not None and kept[0] is row and kept[1] is marked and kept[2].cell_length == width:
            return kept[2]
        if len(self._strips) > _MOST_STRIPS:
            self._strips.clear()
        strip = self._paint_row(row, second, width, marked, current)
        self._strips[row.id, second, state] = (row, marked, strip)
        return strip

    def _paint_row(self, row: ConversationRow, second: int, width: int, marked: bool, current: bool) -> Strip:
        letters = self._marks.of(row.channel)
        if self.compact:
            line = rows.only_line(row, width - 1, self.glyphs, self.now, marked, letters=letters)
        elif second:
            line = rows.second_line(row, width - 1, self.glyphs, self.now, marked)
        else:
            line = rows.first_line(row, width - 1, self.glyphs, self.now, letters)
        if self._sought is not None:
            line = with_found(line, self._sought)
        if not current:
            return paint(((" ", ""), *line), width, self.role)
        over = self.role("cursor" if self.has_focus else "cursor-away").background_style
        bar = Segment(self.glyphs.bar, self.role("accent") + over)
        return Strip([bar, *paint(line, width - 1, self.role, over)], width)

    def _refresh_row(self, index: int) -> None:
        top = (index - self.window.top) * self.row_height
        if 0 <= top < self.size.height:
            self.refresh(Region(0, top, self.size.width, self.row_height))

    def _tell(self, before: ConversationId | None) -> None:
        if self.window.cursor != before:
            self.post_message(self.CursorMoved(self.window.cursor))

    def _ask(self) -> None:
        for above, wanted in ((False, self.window.wants_below), (True, self.window.wants_above)):
            if wanted and above not in self._asked:
                self._asked.add(above)
                self.post_message(self.PageWanted(above))

    def _fit(self) -> None:
        self.window.fits = max(self.size.height // self.row_height, 1)
        self.window.still = False
        self.window.settle()
        self._ask()

    def on_resize(self, event: events.Resize) -> None:
        """Another size: other rows are in view."""
        self.forget()
        self._fit()

    def on_focus(self) -> None:
        """The cursor is bright while it has the focus."""
        self._refresh_row(self.window.at)

    def on_blur(self) -> None:
        """The cursor fades."""
        self._refresh_row(self.window.at)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel moves the cursor."""
        self.move_by(2)
        event.stop()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel moves the cursor."""
        self.move_by(-2)
        event.stop()

    def on_click(self, event: events.Click) -> None:
        """A click puts the cursor; a second one opens."""
        index = self.window.top + event.y // self.row_height
        if 0 <= index < len(self.window.rows):
            self.move_to(index)
            if event.chain == 2:
                self.post_message(self.Opened(self.window.rows[index].id))
