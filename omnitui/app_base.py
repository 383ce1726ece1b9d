"""What our Textual applications share: the look, no keys of the framework, and nothing foreign to the terminal."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path, PurePath
from typing import ClassVar

from textual import events
from textual.app import App, ReturnType
from textual.binding import BindingType
from textual.driver import Driver
from textual.filter import LineFilter, Monochrome
from textual.geometry import Size
from textual.message import Message

from omnitui.hangup import watch
from omnitui.screens.clipboard import fitting
from omnitui.widgets.anchored import anchored
from omnitui.widgets.lean_output import lean
from omnitui.widgets.meant_keys import apart, as_typed, typed_before
from omnitui.widgets.outside_text import OutsideText
from omnitui.widgets.themes import themes

STYLES = Path(__file__).parent / "styles"


def _lean(driver: type[Driver]) -> type[Driver]:
    """A driver whose output passes `lean`, and its keys `apart` and `as_typed`."""

    class Lean(driver):  # type: ignore[misc, valid-type]
        """Writes what is needed for the same picture."""

        early: int = 0
        """Keys still to come that were typed before the terminal was ours."""

        def start_application_mode(self) -> None:
            """Take the terminal over; each time, as after an editor too."""
            self.early = typed_before(self.fileno)
            super().start_application_mode()

        def write(self, data: str) -> None:
            """Write to the terminal."""
            super().write(anchored(lean(data)))

        def process_message(self, message: Message) -> None:
            """Take in a key or another event."""
            for part in apart(message):
                if self.early:
                    self.early -= 1
                    part = as_typed(part)
                super().process_message(part)

    return Lean


class BaseApp(App[ReturnType], inherit_bindings=False):
    """Base of the screen and of the set-up."""

    BINDINGS: ClassVar[list[BindingType]] = []
    CSS_PATH: ClassVar[list[str | PurePath]] = [STYLES / "base.tcss", STYLES / "over.tcss"]
    ENABLE_COMMAND_PALETTE = False
    ESCAPE_TO_MINIMIZE = False
    TITLE = "omnitui"

    def __init__(self) -> None:
        super().__init__()
        self._outside = OutsideText()
        self.animation_level = "none"
        for theme in themes():
            self.register_theme(theme)

    def get_driver_class(self) -> type[Driver]:
        """The framework's driver for this terminal, writing less."""
        return _lean(super().get_driver_class())

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our own variables, for themes that lack them."""
        return dict(themes()[0].variables)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Ours stands last, behind all others. Without colours our own theme has none, so nothing has to take them."""
        others = [f for f in super().get_line_filters() if not isinstance(f, Monochrome)]
        return [*others, self._outside]

    def copy_to_clipboard(self, text: str) -> None:
        """Only clean text reaches the clipboard (OSC 52, so it works over SSH)."""
        super().copy_to_clipboard(fitting(text)[0])

    def dress(self, theme: str, *, ascii: bool) -> None:
        """Colours as configured; none where the terminal or the user wants none.

        Best told before the app runs too: the stylesheet is then read once, not twice. A theme of the terminal's own
        colours is taken on only by a running app, which leaves off translating them.
        """
        wanted = "mono" if self.no_color else theme
        wanted = wanted if wanted in self.available_themes else "omnitui-dark"
        if self.is_running:
            self.theme = wanted
        elif not self.available_themes[wanted].ansi:
            self.set_reactive(App.theme, wanted)
            self.stylesheet.set_variables(self.get_css_variables())
        self.set_class(ascii, "-ascii")

    def fit(self) -> None:
        """Take the size that the terminal has, should no signal have told of it: one that is lost would leave the
        screen in its old size until the next one.
        """
        descriptor = getattr(self._driver, "fileno", None)
        if self.is_headless or not isinstance(descriptor, int):
            return
        with suppress(OSError, ValueError):
            columns, rows = os.get_terminal_size(descriptor)
            if columns and rows and (columns, rows) != self.screen.size:
                there = Size(columns, rows)
                self.post_message(events.Resize(there, there))

    def leave_on_signals(self) -> None:
        """A closed terminal and a kind kill leave by the ordinary way: the terminal is put right, the demo tidied."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP):
            with suppress(NotImplementedError, RuntimeError, ValueError):
                loop.add_signal_handler(number, self.exit)
        if not self.is_headless:
            watch(lambda: loop.call_soon_threadsafe(self.exit))
