"""The Textual application: it wires the session, the pages and the feed, and holds no logic."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from textual import events
from textual.screen import Screen

from omnitui.app_base import BaseApp
from omnitui.app_link import Link
from omnitui.core.errors import CacheError
from omnitui.screens import acts
from omnitui.screens.base import REST, Page
from omnitui.screens.inbox import InboxPage
from omnitui.screens.session import Session
from omnitui.widgets.glyphs import ASCII

if TYPE_CHECKING:
    from omnitui.app_garbage import Garbage
    from omnitui.app_notify import Notifier


FIT_EVERY = 1.0
"""Seconds between two looks whether the terminal has another size."""
WAITS = "The mailbox is busy with other work; what you did waits for its turn"


class OmnituiApp(BaseApp[str], inherit_bindings=False):
    """The screen of omnitui; ends with "setup" when the set-up is wanted."""

    def __init__(self, session: Session, spawn_worker: Callable[[], object] | None = None) -> None:
        super().__init__()
        self.session = session
        self.link = Link(session, spawn_worker)
        session.wake = self.link.wake
        session.sync = lambda: self.link.tell("sync")
        session.order = self.link.order
        self._notifier: Notifier | None = None
        self._tells_focus = False
        self._garbage: Garbage | None = None
        self.dress(session.settings.ui.theme, ascii=session.glyphs is ASCII)

    def get_default_screen(self) -> Screen[None]:
        """The inbox."""
        return InboxPage(self.session)

    def on_mount(self) -> None:
        """The feed and the worker start once the first frame is out."""
        self.dress(self.session.settings.ui.theme, ascii=self.session.glyphs is ASCII)
        self.call_after_refresh(self.set_timer, REST, self._start)
        self.leave_on_signals()

    def _start(self) -> None:
        acts.register()
        self.run_worker(self._follow(), name="link", exit_on_error=True)
        self.set_timer(0.5, self._begin_collecting)
        self.set_interval(FIT_EVERY, self.fit)
        self._say_theme()

    def _begin_collecting(self) -> None:
        from omnitui.app_garbage import EVERY, Garbage

        self._garbage = garbage = Garbage()
        garbage.begin()
        self.set_interval(EVERY, garbage.look)

    async def on_event(self, event: events.Event) -> None:
        """Whatever happens; keys, pastes and the mouse come by here first."""
        if isinstance(event, events.InputEvent) and self._garbage is not None:
            self._garbage.touch()
        await super().on_event(event)

    async def _follow(self) -> None:
        # What tells of changes is not needed for the first frame.
        from omnitui.app_notify import EVERY, Notifier

        self.session.writer.when_slow = self._say_slow
        self._notifier = notifier = Notifier(self.session, self.write_past, self._has_focus, self._say_later)
        with suppress(CacheError):  # the link finds the same, and says it
            await notifier.begin()
        self.set_interval(EVERY, self._look)
        await self.link.run(self._changed, self._trouble)

    def _say_theme(self) -> None:
        wanted = self.session.settings.ui.theme
        if wanted not in self.available_themes:
            self._say(f"There is no theme {wanted}; these colours are ours. `omnitui config check` names all themes.")

    async def _look(self) -> None:
        if self._notifier is not None:
            with suppress(CacheError):
                await self._notifier.look()

    async def _changed(self, ids: set[int]) -> None:
        for page in self.screen_stack:
            if isinstance(page, Page):
                await page.changed(ids)
        if self._notifier is not None:
            await self._notifier.changed(ids)

    async def _trouble(self, words: str) -> None:
        """The cache cannot be read: what is shown stays, and is read anew once it can be."""
        if words:
            self._say(words, "danger")
            return
        self._say("The mailbox can be read again", "ok")
        for page in self.screen_stack:
            if isinstance(page, Page):
                page.beside(partial(page.changed, ()))

    def _say_slow(self, slow: bool) -> None:
        if slow:
            self._say(WAITS)
        elif any(isinstance(page, Page) and page.status.shown.said == WAITS for page in self.screen_stack[-1:]):
            self._say("")

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

    def _say(self, words: str, role: str = "warn") -> None:
        # While the app ends there is none.
        for page in self.screen_stack[-1:]:
            if isinstance(page, Page):
                page.say(words, role)

    async def on_unmount(self) -> None:
        """Let go of the files, and of the terminal's title."""
        if self._notifier is not None:
            self._notifier.end()
        await self.session.reader.close()
        await self.session.searcher.close()
        self.session.writer.close()
