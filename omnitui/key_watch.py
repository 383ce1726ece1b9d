"""Shows each key as the terminal sends it, and the command it runs in each place: for finding out why one does not."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import RichLog

from omnitui.core.commands import Context
from omnitui.core.keymap import Keymap
from omnitui.core.text.clean import safe_text
from omnitui.widgets.keys import key_name


class KeyWatch(App[None], inherit_bindings=False):
    """Leaves at ctrl+c or after q twice."""

    BINDINGS: ClassVar[list[BindingType]] = []
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, keymap: Keymap) -> None:
        super().__init__()
        self._bound = keymap
        self._last = ""

    def compose(self) -> ComposeResult:
        """A log."""
        log = RichLog(markup=False)
        log.can_focus = False
        yield log

    def on_mount(self) -> None:
        """Say what to do."""
        self.query_one(RichLog).write("Press keys; ctrl+c, or q twice, leaves.")

    def on_key(self, event: events.Key) -> None:
        """Show one key."""
        key = key_name(event)
        if key == "ctrl+c" or (key == "q" and self._last == "q"):
            self.exit()
            return
        self._last = key
        runs: dict[str, list[str]] = {}
        for place in (Context.LIST, Context.THREAD, Context.COMPOSE, Context.OUTBOX):
            for binding in self._bound.after((), place):
                if binding.keys[0] == self._bound.named(key):
                    rest = " ".join(binding.keys[1:])
                    words = f"{binding.command.id}{f' (then {rest})' if rest else ''}"
                    runs.setdefault(words, []).append(str(place.name).lower())
        words = "; ".join(f"{command} in {', '.join(places)}" for command, places in runs.items())
        line = f"{key:16} received as {event.key!r:20} {words or 'runs nothing'}"
        self.query_one(RichLog).write(Content(safe_text(line, lines=False)))
