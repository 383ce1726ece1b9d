"""One box for every question: palette, menus, snooze choices, the `:` line. Mounted once, hidden when not asked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.geometry import Size
from textual.message import Message
from textual.reactive import Reactive
from textual.strip import Strip
from textual.widgets import Input

from omnitui.core.errors import OmnituiError
from omnitui.widgets.cells import fill
from omnitui.widgets.choices import Choice, Filter, Other
from omnitui.widgets.glyphs import UNICODE, Glyphs
from omnitui.widgets.in_order import InOrder
from omnitui.widgets.keys import key_name
from omnitui.widgets.lines import Line, Piece, paint, sides
from omnitui.widgets.painted import Painted


@dataclass(frozen=True)
class Question:
    """What to ask. `free`: what was typed is an answer too, when no row is chosen or `typed_first`."""

    title: str
    offers: Filter
    prompt: str = ""
    text: str = ""
    keeps: bool = False
    """What one types is added to `text`; else the first letter takes its place."""
    free: bool = False
    typed_first: bool = False
    tall: bool = False
    complete: bool = False
    """Tab puts the chosen row's title into the line instead of moving on."""
    preview: Callable[[Choice], Sequence[Line]] | None = None
    """What to show below the rows of the one at the cursor."""
    later: Callable[[str], Awaitable[Sequence[Choice]]] | None = None
    """What takes longer to find: it replaces `offers` when it comes and the text is still the same."""
    notes: tuple[str, ...] = field(default=())
    other: tuple[str, ...] = ()
    """Keys that answer with the row as `Other`; a letter only once a row was gone to, since it may begin a word."""
    key: bool = False
    """Any key but Esc is the answer itself, by its name."""
    nothing: str = "nothing fits"
    """What stands where there is nothing to choose."""


class PickerRows(Painted, inherit_bindings=False):
    """The rows of the picker, as many as fit."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.choices: Sequence[Choice] = ()
        self.at = 0
        self.top = 0
        self.keyed = True
        self.nothing = ""

    def offer(self, choices: Sequence[Choice], at: int, keyed: bool) -> None:
        """Other rows."""
        self.choices, self.keyed = choices, keyed
        self.move_to(at)

    def move_to(self, at: int) -> None:
        """Put the cursor on a row; -1 is none."""
        self.at = max(-1, min(at, len(self.choices) - 1))
        self.top = max(0, min(max(self.top, self.at - self.size.height + 1), self.at))
        self.refresh()

    def on_resize(self, event: events.Resize) -> None:
        """Another height: as many rows above the cursor as fit."""
        self.top = 0
        self.move_to(self.at)

    def render_line(self, y: int) -> Strip:
        """A row: key, title and detail, and the hint at the right."""
        index = self.top + y
        if index >= len(self.choices):
            words = f" {self.nothing}" if not y and not self.choices else ""
            return paint(((words, "muted"),), self.size.width, self.role)
        choice = self.choices[index]
        over = self.role("cursor").background_style if index == self.at else None
        left: list[Piece] = [(self.glyphs.bar if index == self.at else " ", "accent")]
        if any(c.key for c in self.choices):
            left.append((fill(choice.key if self.keyed else "", 3), "key"))
        left.append((choice.title, ""))
        if choice.detail:
            left.append((f"  {choice.detail}", "muted"))
        right: Line = ((f"{choice.hint} ", "key"),) if choice.hint else ()
        return paint(sides(tuple(left), right, self.size.width), self.size.width, self.role, over)


class PickerPreview(Painted, inherit_bindings=False):
    """What the row at the cursor stands for, as it would be."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.lines: Sequence[Line] = ()

    def set(self, lines: Sequence[Line]) -> None:
        """Other lines, a heading above them."""
        self.lines = lines
        self.styles.height = len(lines) + 1
        self.refresh()

    def line_at(self, y: int) -> Line | None:
        """A line under the heading."""
        if y == 0:
            return ((" will read", "muted"),)
        return ((" ", ""), *self.lines[y - 1]) if y <= len(self.lines) else None


class PickerLine(InOrder, Input):
    """The line one types in; a key that stands for a row goes to the picker while nothing is typed."""

    virtual_size = Reactive(Size(0, 0), layout=False)
    """As in the line of a search: a longer text moves nothing else on the screen."""

    def on_key(self, event: events.Key) -> None:
        """Ask the picker first."""
        picker = self.parent
        if isinstance(picker, Picker) and picker.takes(event):
            event.stop()
            event.prevent_default()


class Picker(Vertical):
    """Asks one `Question` at a time and posts the `Answered`."""

    @dataclass
    class Answered(Message):
        """The value of a choice, the text typed (a str) where that is allowed, or None when it was left."""

        question: Question
        value: Any
        typed: str

    def __init__(self, *, id: str | None = None, glyphs: Glyphs = UNICODE) -> None:
        super().__init__(id=id)
        self._glyphs = glyphs
        self.named: Callable[[str], str] = str
        """From a key to the one that the rows know it by (keyboards with other letters)."""
        self.question: Question | None = None
        self._offered = ""
        self._moved = False

    def compose(self) -> ComposeResult:
        """A line and rows."""
        yield PickerLine(id="picker-line")
        yield PickerRows(id="picker-rows", glyphs=self._glyphs)
        yield PickerPreview(id="picker-preview")

    @property
    def line(self) -> Input:
        """The line one types in."""
        return self.query_one("#picker-line", Input)

    @property
    def rows(self) -> PickerRows:
        """The rows."""
        return self.query_one("#picker-rows", PickerRows)

    def ask(self, question: Question) -> None:
        """Show the box."""
        self.question = question
        self.set_class(question.preview is not None, "-preview")
        self.border_title = question.title
        self.border_subtitle = "  ".join(question.notes) or None
        self.set_class(question.tall, "-tall")
        self.add_class("-asking")
        with self.line.prevent(Input.Changed):
            self.line.value = question.text
        self.line.placeholder = question.prompt
        self.line.select_on_focus = not question.keeps
        self.line.cursor_position = len(question.text)
        self._offer(question.text)
        self.line.focus()
        # A box that was just closed takes the focus away once it is hidden, so it is claimed again after that.
        self.call_after_refresh(self._focus_line)

    def _focus_line(self) -> None:
        if self.question is not None:
            self.line.focus()

    def _offer(self, text: str) -> None:
        self._offered, self._moved = text, False
        if self.question is not None:
            choices = self.question.offers(text)
            self.rows.nothing = self.question.nothing
            first = -1 if self.question.typed_first else 0
            self.rows.offer(choices, first, not text)
            if not self.question.tall:
                self.rows.styles.height = max(1, min(len(choices), 6 if self.question.preview else 12))
            self._show_preview()
            if self.question.later is not None:
                self.run_worker(partial(self._bring, self.question, text), group="later", exclusive=True)  # type: ignore[arg-type]

    async def _bring(self, question: Question, text: str) -> None:
        try:
            choices = await question.later(text) if question.later is not None else ()
        except OmnituiError:
            return  # what was offered at once stays
        if self.question is question and self._offered == text:
            self.rows.offer(choices, max(self.rows.at, -1 if question.typed_first else 0), not text)
            self.rows.styles.height = max(1, min(len(choices), 12))

    def _show_preview(self) -> None:
        question, rows = self.question, self.rows
        if question is not None and question.preview is not None:
            chosen = rows.choices[rows.at] if 0 <= rows.at < len(rows.choices) else None
            self.query_one(PickerPreview).set(question.preview(chosen) if chosen is not None else ())

    def on_input_changed(self, event: Input.Changed) -> None:
        """Other rows fit."""
        event.stop()
        if event.value != self._offered:
            self._offer(event.value)

    def takes(self, event: events.Key) -> bool:
        """Keys that are not text: choosing, completing, leaving."""
        steps = {"down": 1, "up": -1, "ctrl+n": 1, "ctrl+p": -1, "pagedown": 10, "pageup": -10}
        if self.question is None:
            return False
        if self.line.value != self._offered and not event.is_printable:
            # The rows follow the text by a message, which a quick Enter can overtake.
            self._offer(self.line.value)
        if self.question.key and event.key != "escape":
            self._answer(key_name(event))
        elif self._is_other(event):
            self._answer(Other(self.rows.choices[self.rows.at].value))
        elif event.key in steps:
            self.rows.move_to(self.rows.at + steps[event.key])
            self._moved = True
            self._show_preview()
        elif event.key == "tab":
            self._complete()
        elif event.key in ("enter", "ctrl+j"):
            self._settle()
        elif event.key in ("escape", "ctrl+g", "ctrl+c"):
            self._answer(None)
        else:
            return self._by_key(event)
        return True

    def _is_other(self, event: events.Key) -> bool:
        if self.question is None or self.named(key_name(event)) not in self.question.other or not self.rows.choices:
            return False
        return self.rows.at >= 0 and (not event.is_printable or self._moved)

    def _by_key(self, event: events.Key) -> bool:
        if self.line.value or not event.is_printable:
            return False
        choice = next((c for c in self.rows.choices if c.key and c.key == self.named(event.character or "")), None)
        if choice is not None:
            self._answer(choice.value)
        return choice is not None

    def _complete(self) -> None:
        if self.question is None or not self.question.complete or not self.rows.choices:
            self.rows.move_to(self.rows.at + 1)
            return
        choice = self.rows.choices[max(self.rows.at, 0)]
        if isinstance(choice.value, str):
            self.line.value = choice.value
            self.line.cursor_position = len(choice.value)

    def _settle(self) -> None:
        question, typed = self.question, self.line.value
        if question is None:
            return
        if 0 <= self.rows.at < len(self.rows.choices):
            self._answer(self.rows.choices[self.rows.at].value)
        elif question.free:
            self._answer(typed)

    def _answer(self, value: Any) -> None:
        question, typed = self.question, self.line.value
        if question is not None:
            self.question = None
            self.remove_class("-asking")
            self.post_message(self.Answered(question, value, typed))
