"""Setting up an account on the screen: what happened above, one question below it, and the steps on top."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any, ClassVar, TypeVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen
from textual.widgets import Input

from omnitui.core.text.clean import safe_text
from omnitui.setup.face import Pick, Question, WentAway, WentBack
from omnitui.widgets.bars import StatusLine
from omnitui.widgets.cells import wrap
from omnitui.widgets.choices import Choice
from omnitui.widgets.glyphs import Glyphs
from omnitui.widgets.in_order import InOrder
from omnitui.widgets.keys import key_name
from omnitui.widgets.lines import Line
from omnitui.widgets.picker import PickerRows
from omnitui.widgets.sheet import Entry, Sheet

T = TypeVar("T")
MEASURE = 88
"""Cells of a line of text, at most."""
_ASKED = (("Enter", "goes on"), ("Esc", "goes back"), ("Ctrl+C", "leaves"))
_WAITING = (("Esc", "stops"), ("Ctrl+C", "leaves"))


class SetupLine(InOrder, Input):
    """The line one types in; what is no text is for the page."""

    def on_key(self, event: events.Key) -> None:
        """Leave these to the page."""
        if event.key in ("enter", "ctrl+j", "escape", "ctrl+c", "ctrl+q"):
            event.prevent_default()


class SetupPage(Screen[None], inherit_bindings=False):
    """The face on the screen (`setup/face.py`)."""

    BINDINGS: ClassVar[list[BindingType]] = []
    AUTO_FOCUS = ""
    asks = True

    def __init__(self, glyphs: Glyphs, names: tuple[str, ...]) -> None:
        super().__init__()
        self._glyphs, self._names = glyphs, names
        self._title = Sheet(id="setup-title", glyphs=glyphs)
        self._told = Sheet(id="setup-told", glyphs=glyphs)
        self._asked = Sheet(id="setup-asked", glyphs=glyphs)
        self._line = SetupLine(id="setup-line", classes="-hidden", select_on_focus=False)
        self._rows = PickerRows(id="setup-rows", glyphs=glyphs)
        self._status = StatusLine(id="status", glyphs=glyphs)
        self._step = ""
        self._lines: list[tuple[str, str]] = []
        self.question: Question | None = None
        """What is asked now."""
        self._answer: asyncio.Future[str] | None = None
        self._stop: asyncio.Future[str] | None = None
        for sheet in (self._title, self._told, self._asked):
            sheet.can_focus = False

    def compose(self) -> ComposeResult:
        """Steps, what happened, the question, its line or its rows, what may be pressed."""
        yield from (self._title, self._told, self._asked, self._line, self._rows, self._status)

    def step(self, name: str) -> None:
        """Another part begins; coming back to one forgets what was told since."""
        self._step = name
        self._draw()

    def begin(self) -> None:
        """From the start."""
        self._step = ""
        self._lines.clear()

    def tell(self, words: str, role: str = "") -> None:
        """One more line of what happened."""
        self._lines.append((safe_text(words, lines=False), role))
        self._draw()

    def copy(self, text: str) -> None:
        """By the terminal (OSC 52), so that it works over SSH."""
        self.app.copy_to_clipboard(text)

    async def text(self, question: Question) -> str:
        """Ask for a text until it is right."""
        self._line.password = question.secret
        self._line.placeholder = question.default
        self._line.value = ""
        while True:
            typed = await self._ask(question)
            answer = typed or question.default
            answer = answer if question.secret else answer.strip()
            wrong = question.check(answer)
            if not wrong:
                self._settle(question, "*" * 8 if question.secret and answer else answer or "-")
                self._line.value = ""
                return answer
            self._status.set(said=wrong, said_role="danger")

    async def pick(self, question: Question) -> Pick:
        """Ask for one of a few."""
        while True:
            id = await self._ask(question)
            chosen = next(pick for pick in question.picks if pick.id == id)
            if not chosen.off:
                self._settle(question, chosen.title)
                return chosen
            self._status.set(said=f"Not here: {chosen.off}", said_role="danger")

    async def wait(self, words: str, work: Awaitable[T]) -> T:
        """Show what is waited for; Esc stops the work and goes back."""
        task = asyncio.ensure_future(work)
        self._stop = asyncio.get_running_loop().create_future()
        self.question = None
        self._status.set(said=f"{words} ...", said_role="accent", hints=_WAITING)
        self._draw()
        try:
            waited: set[asyncio.Future[Any]] = {task, self._stop}
            await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                self._stop.result()
            return await task
        finally:
            task.cancel()
            self._stop.cancel()
            self._stop = None
            self._status.set(said="", said_role="")

    async def _ask(self, question: Question) -> str:
        self.question = question
        self._answer = asyncio.get_running_loop().create_future()
        self._status.set(hints=_ASKED)
        self._draw()
        if question.picks:
            self.set_focus(None)
            at = next((n for n, pick in enumerate(question.picks) if pick.id == question.default), 0)
            self._rows.offer(_choices(question.picks), at, keyed=True)
        else:
            self.set_focus(self._line)
        try:
            return await self._answer
        finally:
            self._answer = None

    def _settle(self, question: Question, answer: str) -> None:
        self.question = None
        self._status.set(said="", said_role="")
        self.tell(f"{question.title.rstrip('?.')}: {answer}", "muted")

    async def on_key(self, event: events.Key) -> None:
        """Keys of questions, and of waiting."""
        key = key_name(event)
        waiting = self._answer or self._stop
        if waiting is None or waiting.done():
            return
        if key in ("ctrl+c", "ctrl+q"):
            waiting.set_exception(WentAway())
        elif key == "escape":
            waiting.set_exception(WentBack())
        elif self.question is None:
            return
        elif key in ("enter", "ctrl+j"):
            self._enter(waiting)
        elif self.question.picks:
            self._choose(key, waiting)
        else:
            # What mends the line (backspace, ctrl+u, the arrows) are bindings of it, which the app runs in the end.
            return
        event.stop()

    def _enter(self, answer: asyncio.Future[str]) -> None:
        if self.question is not None and self.question.picks:
            answer.set_result(self.question.picks[self._rows.at].id)
        else:
            answer.set_result(self._line.value)

    def _choose(self, key: str, answer: asyncio.Future[str]) -> None:
        steps = {"down": 1, "j": 1, "up": -1, "k": -1, "tab": 1, "shift+tab": -1, "pagedown": 5, "pageup": -5}
        picks = self.question.picks if self.question else ()
        if key in steps:
            self._rows.move_to(max(0, self._rows.at + steps[key]))
        elif key.isdecimal() and 0 < int(key) <= len(picks):
            self._rows.move_to(int(key) - 1)
            answer.set_result(picks[int(key) - 1].id)

    def on_click(self, event: events.Click) -> None:
        """A click on a row chooses it."""
        index = self._rows.top + event.screen_y - self._rows.region.y
        picks = self.question.picks if self.question else ()
        if self._rows.region.contains(event.screen_x, event.screen_y) and index < len(picks):
            self._choose(str(index + 1), self._answer) if self._answer and not self._answer.done() else None

    def on_resize(self, event: events.Resize) -> None:
        """Another size."""
        self._draw()

    def on_mount(self) -> None:
        """The first look."""
        self._draw()

    def _draw(self) -> None:
        if not self.is_attached:
            return
        width = min(self.size.width - 2, MEASURE)
        question = self.question
        asked = _question_lines(question, width) if question else []
        picks = len(question.picks) if question else 0
        room = max(self.size.height - 5 - len(asked) - max(picks, 1), 2)
        told = [(part, role) for words, role in self._lines for _, part in wrap(words, width)][-room:]
        self._title.show([Entry((self._title_line(),)), Entry((self._crumbs(),))])
        self._told.show([Entry((((part, role),),)) for part, role in told])
        self._asked.show([Entry((line,)) for line in asked])
        self._told.styles.height = len(told)
        self._asked.styles.height = len(asked)
        self._rows.styles.height = min(picks, max(self.size.height - 5 - len(asked) - len(told), 3))
        self._rows.display = bool(picks)
        self._line.set_class(question is None or bool(picks), "-hidden")

    def _title_line(self) -> Line:
        return (("omnitui", "strong accent"), ("  set up an account" if self._step else "", "muted"))

    def _crumbs(self) -> Line:
        if self._step not in self._names:
            return ()
        here = self._names.index(self._step)
        pieces: list[tuple[str, str]] = []
        for n, name in enumerate(self._names):
            mark = self._glyphs.closed if n < here else self._glyphs.fold if n == here else " "
            pieces += [(f"{mark} ", "ok" if n < here else "accent"), (f"{name}  ", "strong" if n == here else "muted")]
        return tuple(pieces)


def _choices(picks: tuple[Pick, ...]) -> list[Choice]:
    return [
        Choice(pick.id, pick.title, f"not here: {pick.off}" if pick.off else pick.detail, key=str(n))
        for n, pick in enumerate(picks, 1)
    ]


def _question_lines(question: Question, width: int) -> list[Line]:
    notes = [part for note in question.notes for _, part in wrap(note, width)]
    lines: list[Line] = [(), ((question.title, "strong"),), *(((part, "muted"),) for part in notes), ()]
    return lines
