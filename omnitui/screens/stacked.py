"""Pages over one another: keys and orders that come together meet a page that was just left, and must not harm."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from textual import events
from textual.reactive import Reactive
from textual.screen import Screen
from textual.widget import Widget

from omnitui.core.errors import OmnituiError, Overtaken


class Stacked(Screen[None], inherit_bindings=False):
    """A page that knows whether it is the one that is seen."""

    focused = Reactive[Widget | None](None, repaint=False)
    """Another focus repaints what it touches, not (as the framework has it) the whole page: 10 kB over the line."""

    @property
    def on_top(self) -> bool:
        """This page is the one that is seen."""
        return self.app.screen_stack[-1:] == [self]

    def leave(self) -> bool:
        """Back to the page below; False when this one was left already, as by a key that came right behind another."""
        if not self.on_top or len(self.app.screen_stack) < 2:
            return False
        self.app.pop_screen()
        return True

    def open_page(self, page: Stacked) -> None:
        """Open another page over this one; not when this one was left meanwhile, for what was asked last counts."""
        if self.on_top:
            self.app.push_screen(page)

    def pass_on(self, event: events.Key) -> None:
        """A key that was on its way here when this page was left, or another opened: it is for the one that is seen."""
        event.stop()
        event.prevent_default()
        for top in self.app.screen_stack[-1:]:
            (top.focused or top).post_message(events.Key(event.key, event.character))

    def say(self, text: str, role: str = "", way_back: str = "") -> None:
        """Tell what happened, where the page tells it."""

    def beside(self, work: Callable[[], Awaitable[object]], *, group: str = "default", only: bool = False) -> None:
        """Run what a widget wants beside the keys; its errors are said in words. `only`: it ends an older one of its
        group."""
        self.run_worker(partial(self.said, work), group=group, exclusive=only)  # type: ignore[arg-type]

    async def said(self, work: Callable[[], Awaitable[object]]) -> bool:
        """Do it, and say its errors in words; whether it was done."""
        try:
            await work()
        except Overtaken:
            return False
        except OmnituiError as error:
            self.say(str(error), "danger")
            return False
        except OSError as error:
            # A full disk, a folder without rights: what it was about stays as it was.
            self.say(f"{error.filename or 'The system'}: {error.strerror or error}", "danger")
            return False
        return True
