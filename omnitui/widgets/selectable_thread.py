"""The thread with text that can be selected, by mouse or by keys that move a caret."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.message import Message
from textual.strip import Strip

from omnitui.core.models import ConversationId
from omnitui.core.times import Instant
from omnitui.widgets.selection import (
    Selection,
    Spot,
    cells_selected,
    line_at,
    moved,
    selected_text,
    text_of,
    word_at,
    word_from,
)
from omnitui.widgets.thread_view import HEAD, ThreadView


class SelectableThread(ThreadView, inherit_bindings=False):
    """A `ThreadView` of which a part may be selected; what is selected stays so while mail comes in."""

    ALLOW_SELECT = False
    """Textual's own selection knows neither our lines nor the thread above and below the view."""

    class TextSelected(Message):
        """Text was selected with the mouse."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.selection: Selection | None = None
        self.choosing = False
        """Keys move the caret of the selection."""
        self._dragged = False

    def open(self, conversation: ConversationId | None, now: Instant) -> None:
        """Another conversation: nothing of it is selected."""
        self.selection, self.choosing = None, False
        super().open(conversation, now)

    def render_line(self, y: int) -> Strip:
        """A line with what is selected of it, and the caret, set apart."""
        strip = super().render_line(y)
        selection = self.selection
        place = self.layout_.place_in_view(y - HEAD) if selection is not None and y >= HEAD else None
        if selection is None or place is None:
            return strip
        index, line = place
        span = selection.span(self.layout_)
        cells = cells_selected(span, index, line, self.size.width - 1) if span else None
        if cells is not None:
            strip = _restyled(strip, cells[0] + 1, cells[1] + 1, self.role("selected"))
        caret = selection.caret
        if self.choosing and (self.layout_.messages[index].id, line) == (caret.message, caret.line):
            strip = _restyled(strip, caret.cell + 1, caret.cell + 2, self.role("caret"))
        return strip

    def choose_text(self) -> None:
        """Let keys move a caret, from the first line of the message at hand that is in view."""
        message = self.layout_.current
        index = self.layout_.index_of(message.id) if message is not None else None
        if message is None or index is None:
            return
        top, line = self.layout_.top
        self.selection = Selection(Spot(message.id, line if index == top else 0, 0))
        self.choosing = True
        self.move_caret()

    def move_caret(self, lines: int = 0, cells: int = 0, *, word: int = 0) -> None:
        """Move the caret, and show where it is."""
        selection = self.selection
        if selection is None:
            return
        if word:
            selection.caret = word_from(self.layout_, selection.caret, word > 0)
        selection.caret = moved(self.layout_, selection.caret, lines, cells)
        index = self.layout_.index_of(selection.caret.message)
        if index is not None:
            self.layout_.bring_into_view(index, selection.caret.line)
        self.changed()

    def set_anchor(self) -> None:
        """What follows is selected, from the caret on; once more: nothing is."""
        if self.selection is not None:
            self.selection.anchor = None if self.selection.anchor else self.selection.caret
            self.changed()

    def selected(self) -> str:
        """The text selected; with only a caret its line."""
        selection = self.selection
        if selection is None:
            return ""
        if selection.anchor is None:
            return text_of(line_at(self.layout_, selection.caret)).strip()
        return selected_text(self.layout_, selection)

    def deselect(self) -> None:
        """Nothing is selected any more."""
        self.selection, self.choosing = None, False
        self.changed()

    def _spot(self, event: events.MouseEvent) -> Spot | None:
        y = max(0, min(event.y - HEAD, self.layout_.height - 1))
        place = self.layout_.place_in_view(y)
        return Spot(self.layout_.messages[place[0]].id, place[1], max(event.x - 1, 0)) if place else None

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """A press begins a selection, which becomes one when the mouse moves."""
        spot = self._spot(event) if event.button == 1 and event.y >= HEAD else None
        if spot is None:
            return
        if self.selection is not None:
            self.deselect()
        self.capture_mouse()
        self._dragged = False
        self.selection = Selection(spot)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """With the button down the selection follows; at an edge the thread scrolls."""
        spot = self._spot(event) if self.selection is not None and self.app.mouse_captured is self else None
        if spot is None or self.selection is None or (not self._dragged and spot == self.selection.caret):
            return
        if not self._dragged:
            self._dragged, self.selection.anchor = True, self.selection.caret
        self.selection.caret = spot
        if event.y >= self.size.height - 1 or event.y < HEAD:
            self.layout_.scroll(1 if event.y > HEAD else -1)
        self.changed()

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """The selection stays until something else is done."""
        if self.app.mouse_captured is not self:
            return
        self.release_mouse()
        if self.selection is not None and self.selection.anchor is None:
            self.selection = None
        if self.selection is not None:
            self.post_message(self.TextSelected())

    def on_click(self, event: events.Click) -> None:
        """Two quick clicks select a word, three the line."""
        spot = self._spot(event) if event.chain > 1 and event.y >= HEAD else None
        if spot is None:
            return
        word = word_at(self.layout_, spot)
        if event.chain > 2:
            self.selection = Selection(replace(spot, cell=10**6), replace(spot, cell=0))
        elif word is not None:
            self.selection = Selection(word[1], word[0])
        if self.selection is not None:
            self.post_message(self.TextSelected())
            self.changed()


def _restyled(strip: Strip, start: int, end: int, style: Style) -> Strip:
    """The strip with `style` laid over the cells from `start` up to `end`."""
    width = strip.cell_length
    if start >= width:
        return strip
    before, within, *after = strip.divide([start, min(end, width), width])
    painted = [Segment(text, (old or Style()) + style, control) for text, old, control in within]
    return Strip.join([before, Strip(painted, within.cell_length), *after])
