"""The box under the thread in which one writes: to whom and how, the text, and what to know before sending."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any

from rich.style import Style
from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.geometry import Size
from textual.message import Message
from textual.timer import Timer
from textual.widgets import TextArea
from textual.widgets.text_area import Selection

from omnitui.core.saved_replies import spans
from omnitui.widgets.cells import wrap
from omnitui.widgets.glyphs import UNICODE, Glyphs
from omnitui.widgets.in_order import InOrder
from omnitui.widgets.lines import Line
from omnitui.widgets.painted import Painted

AUTOSAVE_AFTER = 0.4
"""Seconds without a key after which the draft is saved."""
AUTOSAVE_WITHIN = 5.0
"""Seconds after which it is saved all the same, while somebody types on and on."""
LONGEST_PASTE = 256_000
"""Characters; more belongs into a file."""


_BLANK = Style(bold=True, reverse=True)
"""What is not filled in: seen without colours too."""


class ComposerText(InOrder, TextArea):
    """The text; a paste that is too long is refused in words, and a blank of a saved reply stands out."""

    @dataclass
    class PasteRefused(Message):
        """Somebody pasted a book."""

        length: int

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.takes: Callable[[events.Key], bool] = lambda event: False
        """Is asked first for each key: true where a question is about to open that the key is meant for."""
        self.runs: Callable[[events.Key], bool] = lambda event: False
        """Is asked for each key that is no letter: true where it was a command and was run. At once, so that no letter
        that came right behind it is written here: it would be sent with the text."""
        self.on_enter: Callable[[], None] | None = None
        """Called for Enter where that sends; else it begins a new line."""
        self.on_slash: Callable[[], None] | None = None
        """Called for a `/` at the start of an empty line."""

    def on_key(self, event: events.Key) -> None:
        """Keys that are not for the text."""
        if self.takes(event) or (not event.is_printable and event.key != "enter" and self.runs(event)):
            event.stop()
            event.prevent_default()
        elif event.key == "enter" and self.on_enter is not None:
            event.stop()
            event.prevent_default()
            self.on_enter()
        elif event.character == "/" and self.on_slash is not None and self._at_empty_line():
            event.stop()
            event.prevent_default()
            self.on_slash()

    def _at_empty_line(self) -> bool:
        row, column = self.cursor_location
        return column == 0 and self.selection.is_empty and not self.document.get_line(row)

    def get_line(self, line_index: int) -> Text:
        """A line with its blanks marked."""
        line = super().get_line(line_index)
        for start, end in spans(line.plain):
            line.stylize(_BLANK, start, end)
        return line

    def go_to_blank(self) -> bool:
        """Select the first blank, so that the next letter takes its place; False when there is none."""
        for row, line in enumerate(self.text.split("\n")):
            for start, end in spans(line):
                self.selection = Selection((row, start), (row, end))
                return True
        return False

    def on_paste(self, event: events.Paste) -> None:
        """Keep the text one that can be typed in."""
        if len(event.text) > LONGEST_PASTE:
            event.prevent_default()
            event.stop()
            self.post_message(self.PasteRefused(len(event.text)))


class Facts(Painted, inherit_bindings=False):
    """Lines between the border and the text: recipients, subject, files, warnings."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.lines: Sequence[Line] = ()
        self._whole: Sequence[Line] = ()

    def set(self, lines: Sequence[Line]) -> None:
        """Other lines; a sentence goes on in the next where it is too long, the rest is cut."""
        self._whole = lines
        self._fit(self.size.width)

    def _fit(self, width: int) -> None:
        # Before it was ever shown it has no width; then nothing is wrapped, until it has.
        self.lines = [part for line in self._whole for part in _sentences(line, width - 2)] if width else self._whole
        self.styles.height = len(self.lines)
        self.refresh()

    def on_resize(self, event: events.Resize) -> None:
        """Another width."""
        self._fit(event.size.width)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many as there are."""
        return len(self.lines)

    def line_at(self, y: int) -> Line | None:
        """A line."""
        return ((" ", ""), *self.lines[y]) if y < len(self.lines) else None


def _sentences(line: Line, width: int) -> list[Line]:
    if len(line) != 1:
        return [line]
    ((text, role),) = line
    return [((part, role),) for _, part in wrap(text, width)]


class Composer(Vertical):
    """Holds the text while it is written; posts when it rests, for the draft to be saved."""

    @dataclass
    class Rested(Message):
        """The text has not changed for a moment (or the box lost the focus): save it."""

        text: str

    def __init__(self, *, id: str | None = None, glyphs: Glyphs = UNICODE) -> None:
        super().__init__(id=id)
        self._glyphs = glyphs
        self._timer: Timer | None = None
        self._saved = ""
        self._typing_since: float | None = None
        self.on_text: Callable[[], None] | None = None
        """Called for every change of the text, such as to count it."""

    def compose(self) -> ComposeResult:
        """Facts and text."""
        yield Facts(id="composer-facts", glyphs=self._glyphs)
        yield ComposerText(id="composer-text", show_line_numbers=False, soft_wrap=True, tab_behavior="focus")

    @property
    def area(self) -> ComposerText:
        """The text field."""
        return self.query_one("#composer-text", ComposerText)

    @property
    def text(self) -> str:
        """What is written."""
        return self.area.text

    @property
    def writing(self) -> bool:
        """The box is open."""
        return self.has_class("-writing")

    def open(self, title: str, subtitle: str, text: str, *, note: bool) -> None:
        """Rise with a text to write on."""
        self.set_class(note, "-note")
        self.add_class("-writing")
        self.set_title(title, subtitle)
        self._saved = text
        with self.area.prevent(TextArea.Changed):
            self.area.load_text(text)
        self.area.move_cursor(self.area.document.end)
        self.focus_text()

    def set_title(self, title: str, subtitle: str) -> None:
        """To whom and what will happen."""
        self.border_title = title.replace("[", "\\[")
        self.border_subtitle = subtitle.replace("[", "\\[")

    def set_facts(self, lines: Sequence[Line]) -> None:
        """Recipients, files, warnings."""
        self.query_one("#composer-facts", Facts).set(lines)

    def put_text(self, text: str) -> None:
        """Another text (from an editor)."""
        self.area.load_text(text)
        self.area.move_cursor(self.area.document.end)

    def focus_text(self) -> None:
        """Write on, once the box is there."""
        self.call_after_refresh(self._focus_text)

    def _focus_text(self) -> None:
        if self.writing:
            self.screen.set_focus(self.area, scroll_visible=False)

    def close(self) -> str:
        """Go down; gives the text."""
        self._stop()
        self.remove_class("-writing")
        text = self.text
        with self.area.prevent(TextArea.Changed):
            self.area.load_text("")
        return text

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """Typing goes on."""
        event.stop()
        self._stop()
        if not self.writing:
            return
        if self.on_text is not None:
            self.on_text()
        now = monotonic()
        self._typing_since = self._typing_since or now
        left = self._typing_since + AUTOSAVE_WITHIN - now
        self._timer = self.set_timer(max(min(AUTOSAVE_AFTER, left), 0.01), self._rest)

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        """Somebody looks elsewhere."""
        self._rest()

    def insert(self, text: str) -> None:
        """Put a text in at the cursor (ctrl+z takes it out again), and go to what is to be filled in."""
        self.area.insert(text)
        self.area.go_to_blank()

    def _rest(self) -> None:
        self._stop()
        self._typing_since = None
        if self.writing and self.text != self._saved:
            self._saved = self.text
            self.post_message(self.Rested(self.text))

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
