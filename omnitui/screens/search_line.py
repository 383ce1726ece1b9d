"""The line one types a query in: what cannot be read is underlined, Tab completes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rich.highlighter import Highlighter
from rich.text import Text
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.reactive import Reactive
from textual.widgets import Input

from omnitui.widgets.in_order import InOrder


class _Fault(Highlighter):
    """Underlines a stretch of the line."""

    def __init__(self) -> None:
        self.span: tuple[int, int] | None = None

    def highlight(self, text: Text) -> None:
        """Underline what cannot be read."""
        if self.span is not None:
            start, end = self.span
            text.stylize("underline bold", start, max(end, start + 1))


class SearchLine(InOrder, Input):
    """Says what the keys mean here; the query is read elsewhere."""

    HINTS = (("enter", "to the rows"), ("tab", "complete"), ("escape", "back"))
    """What the bottom line says of its keys."""

    virtual_size = Reactive(Size(0, 0), layout=False)
    """A longer query moves nothing else on the screen: without this each key would lay it all out anew."""

    class Ready(Message):
        """It has the focus."""

    class Left(Message):
        """Esc."""

    @dataclass
    class Completing(Message):
        """Tab, or (not `forward`) Shift+Tab."""

        forward: bool

    def __init__(self, *, id: str, placeholder: str, classes: str) -> None:
        self._fault = _Fault()
        super().__init__(id=id, placeholder=placeholder, classes=classes, highlighter=self._fault)
        self.when_kept: Callable[[], None] = lambda: None
        """Called for Enter, by which the result stays; at once, for the next key may be here already."""

    @property
    def fault(self) -> tuple[int, int] | None:
        """The stretch that cannot be read."""
        return self._fault.span

    @fault.setter
    def fault(self, span: tuple[int, int] | None) -> None:
        if span != self._fault.span:
            self._fault.span = span
            self.refresh()

    def put(self, text: str, start: int, end: int) -> None:
        """Write `text` in place of a stretch, and go behind it."""
        self.value = self.value[:start] + text + self.value[end:]
        self.cursor_position = start + len(text)

    def on_focus(self) -> None:
        """What was typed ahead has come."""
        self.post_message(self.Ready())

    def on_key(self, event: events.Key) -> None:
        """Esc leaves, Enter and down go into the list, Tab completes. A key that was on its way here when the list got
        the focus is for the list."""
        if self.screen.focused is not self:
            self.screen.post_message(events.Key(event.key, event.character))
        elif event.key in ("escape", "ctrl+g"):
            self.post_message(self.Left())
        elif event.key in ("enter", "down", "ctrl+j"):
            self.when_kept()
        elif event.key in ("tab", "shift+tab"):
            self.post_message(self.Completing(event.key == "tab"))
        else:
            return
        event.stop()
        event.prevent_default()
