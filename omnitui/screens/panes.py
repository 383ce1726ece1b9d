"""Which panes are shown: three on a wide terminal, two, or one; zoomed or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widget import Widget

if TYPE_CHECKING:
    from omnitui.screens.inbox import InboxPage

TWO_FROM = 110
"""Columns from which list and thread stand side by side."""
THREE_FROM = 120
"""Columns from which the contact stands beside them."""


class Panes:
    """Shows and hides the three panes of the inbox."""

    def __init__(self, page: InboxPage) -> None:
        self._page = page
        self._width = 80
        self._zoomed = False
        self._contact_wanted: bool | None = None
        self._front = "list"

    @property
    def thread_beside(self) -> bool:
        """The thread is in view beside the list."""
        return self._width >= TWO_FROM and not (self._zoomed and self._front == "list")

    def fit(self, width: int) -> None:
        """The terminal has another width."""
        self._width = width
        self._apply()

    def toggle_zoom(self) -> None:
        """This pane alone, or all that fit."""
        self._zoomed = not self._zoomed
        self._front = self._focused()
        self._apply()

    def toggle_contact(self) -> None:
        """Show or hide the contact; on a narrow terminal it takes the thread's place."""
        self._contact_wanted = not self.contact_shown
        if self._width < TWO_FROM:
            self._front = "contact" if self._contact_wanted else "thread" if self._page.reading.id else "list"
        self._apply()
        if self._contact_wanted and self._width < TWO_FROM:
            self._page.set_focus(self._page.contact)
        elif not self._contact_wanted:
            self.focus_shown()

    @property
    def contact_shown(self) -> bool:
        """The contact is in view."""
        return not self._pane("contact").has_class("-hidden")

    def show_thread(self) -> None:
        """Focus the thread, and bring it to the front on a narrow terminal."""
        self._bring("thread", self._page.thread)

    def show_list(self) -> None:
        """Focus the list, and bring it to the front on a narrow terminal."""
        self._bring("list", self._page.list)

    def _bring(self, name: str, target: Widget) -> None:
        self._front = name
        self._apply()
        self._page.set_focus(target)

    def focus_shown(self) -> None:
        """Focus what is in front."""
        page = self._page
        if page.writing:
            page.composer.focus_text()
        else:
            page.set_focus({"list": page.list, "contact": page.contact}.get(self._front, page.thread))

    def cycle(self, step: int) -> None:
        """Focus the next pane in view."""
        page = self._page
        every: list[tuple[str, Widget]] = [("list", page.list), ("thread", page.thread), ("contact", page.contact)]
        shown = [
            (name, target)
            for name, target in every
            if self._width < TWO_FROM or not self._pane(name).has_class("-hidden")
        ]
        if self._width < TWO_FROM:
            shown = every[:2]
        names = [name for name, _ in shown]
        at = names.index(self._focused()) if self._focused() in names else 0
        self._bring(*shown[(at + step) % len(shown)])

    def _focused(self) -> str:
        page = self._page
        if page.contact.has_focus:
            return "contact"
        return "list" if page.list.has_focus else "thread" if page.thread.has_focus or page.writing else self._front

    def _pane(self, name: str) -> Widget:
        return self._page.query_one(f"#{name}-pane")

    def _apply(self) -> None:
        one = self._width < TWO_FROM or self._zoomed
        contact = self._contact_wanted if self._contact_wanted is not None else self._width >= THREE_FROM
        beside = {"list", "thread", "contact"} if contact else {"list", "thread"}
        shown = {self._front} if one else beside
        for name in ("list", "thread", "contact"):
            pane = self._pane(name)
            pane.set_class(name not in shown, "-hidden")
            pane.set_class(len(shown) == 1, "-alone")
