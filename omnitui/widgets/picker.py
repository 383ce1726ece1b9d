"""One box for every question: palette, menus, snooze choices, the `:` line. Mounted once, hidden when not asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.strip import Strip
from textual.widgets import Input

from omnitui.widgets.cells import fill
from omnitui.widgets.choices import Choice, Filter, Other
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
    free: bool = False
    typed_first: bool = False
    tall: bool = False
    complete: bool = False
    """Tab puts the chosen row's title into the line instead of moving on."""
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

    def render_line(self, y: int) -> Strip:
        """A row: key, title and detail, and the hint at the right."""
        index = self.top + y
        if index >= len(self.choices):
            words = f" {self.nothing}" if not y and not self.choices else ""
            return paint(((words, "muted"),), self.size.width, self.role)
        choice = self.choices[index]
        over = self.role("cursor").background_style if index == self.at else None
        left: list[Piece] = [(" ", "")]
        if any(c.key for c in self.choices):
            left.append((fill(choice.key if self.keyed else "", 3), "key"))
        left.append((choice.title, ""))
        if choice.detail:
            left.append((f"  {choice.detail}", "muted"))
        right: Line = ((f"{choice.hint} ", "key"),) if choice.hint else ()
        return paint(sides(tuple(left), right, self.size.width), self.size.width, self.role, over)


class PickerLine(Input):
    """The line one types in; a key that stands for a row goes to the picker while nothing is typed."""

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

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.question: Question | None = None
        self._offered = ""
        self._moved = False

    def compose(self) -> ComposeResult:
        """A line and rows."""
        yield PickerLine(id="picker-line")
        yield PickerRows(id="picker-rows")

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
        self.border_title = question.title
        self.border_subtitle = "  ".join(question.notes) or None
        self.set_class(question.tall, "-tall")
        self.add_class("-asking")
        with self.line.prevent(Input.Changed):
            self.line.value = question.text
        self.line.placeholder = question.prompt
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
                self.rows.styles.height = max(1, min(len(choices), 12))

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
        if self.question is None or key_name(event) not in self.question.other or not self.rows.choices:
            return False
        return self.rows.at >= 0 and (not event.is_printable or self._moved)

    def _by_key(self, event: events.Key) -> bool:
        if self.line.value or not event.is_printable:
            return False
        choice = next((c for c in self.rows.choices if c.key and c.key == event.character), None)
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
