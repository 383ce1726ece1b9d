"""The Textual application: it wires the session, the pages and the feed, and holds no logic."""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import App
from textual.binding import BindingType
from textual.filter import LineFilter, Monochrome
from textual.screen import Screen

from omnitui.app_link import Link
from omnitui.screens import acts
from omnitui.screens.base import Page
from omnitui.screens.clipboard import fitting
from omnitui.screens.inbox import InboxPage
from omnitui.screens.pages import SheetPage
from omnitui.screens.session import Session
from omnitui.widgets.outside_text import OutsideText
from omnitui.widgets.themes import themes

if TYPE_CHECKING:
    from omnitui.app_notify import Notifier

STYLES = Path(__file__).parent / "styles"


class OmnituiApp(App[None], inherit_bindings=False):
    """The screen of omnitui."""

    BINDINGS: ClassVar[list[BindingType]] = []
    CSS_PATH: ClassVar[list[str | PurePath]] = [STYLES / "base.tcss", STYLES / "over.tcss"]
    ENABLE_COMMAND_PALETTE = False
    ESCAPE_TO_MINIMIZE = False
    TITLE = "omnitui"

    def __init__(self, session: Session, spawn_worker: Callable[[], object] | None = None) -> None:
        super().__init__()
        self.session = session
        self.link = Link(session, spawn_worker)
        session.wake = self.link.wake
        session.sync = lambda: self.link.tell("sync")
        session.order = self.link.order
        self._outside = OutsideText()
        self._notifier: Notifier | None = None
        self._tells_focus = False
        self.animation_level = "none"
        for theme in themes():
            self.register_theme(theme)

    def get_default_screen(self) -> Screen[None]:
        """The inbox."""
        return InboxPage(self.session)

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

    def on_mount(self) -> None:
        """Colours as configured; the feed and the worker start once the first frame is out."""
        wanted = self.session.settings.ui.theme
        if self.no_color:
            wanted = "mono"
        self.theme = wanted if wanted in self.available_themes else "omnitui-dark"
        self.set_class(self.session.settings.ui.ascii, "-ascii")
        self.call_after_refresh(self._start)
        # A closed terminal or a kind kill leaves by the ordinary way: the terminal is put right, the demo is tidied.
        for number in (signal.SIGTERM, signal.SIGHUP):
            with suppress(NotImplementedError, RuntimeError, ValueError):
                asyncio.get_running_loop().add_signal_handler(number, self.exit)

    def _start(self) -> None:
        acts.register()
        self.run_worker(self._follow(), name="link", exit_on_error=True)
        self.set_timer(0.5, settle_garbage)

    async def _follow(self) -> None:
        # What tells of changes is not needed for the first frame.
        from omnitui.app_notify import EVERY, Notifier

        self._notifier = notifier = Notifier(self.session, self.write_past, self._has_focus, self._say_later)
        await notifier.begin()
        self.set_interval(EVERY, notifier.look)
        await self.link.run(self._changed)

    async def _changed(self, ids: set[int]) -> None:
        for page in self.screen_stack:
            if isinstance(page, InboxPage | SheetPage):
                await page.changed(ids)
        if self._notifier is not None:
            await self._notifier.changed(ids)

    def write_past(self, sequence: str) -> None:
        """Write to the terminal past the screen: bell, bubble, title. Without a terminal nothing is written."""
        if self._driver is not None and not self.is_headless:
            self._driver.write(sequence)

    def _has_focus(self) -> bool | None:
        """Whether the terminal has the focus; None where it has never told."""
        return self.app_focus if self._tells_focus else None

    def on_app_blur(self, event: events.AppBlur) -> None:
        """The terminal tells of its focus."""
        self._tells_focus = True

    def _say_later(self, words: str) -> None:
        """Say something on the bottom line, from any thread."""
        self.call_later(self._say, words)

    def _say(self, words: str) -> None:
        if isinstance(self.screen, Page):
            self.screen.say(words, "warn")

    async def on_unmount(self) -> None:
        """Let go of the files, and of the terminal's title."""
        if self._notifier is not None:
            self._notifier.end()
        await self.session.reader.close()
        await self.session.searcher.close()
        self.session.writer.close()


def settle_garbage() -> None:
    """What is there after the start stays: full collections (35 to 55 ms each) become rare."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(5000, 10, 50)
