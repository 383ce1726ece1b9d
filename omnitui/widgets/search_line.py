"""The line one types a query in, above the list."""

from __future__ import annotations

from textual import events
from textual.message import Message
from textual.widgets import Input


class SearchLine(Input):
    """The line one types the query in."""

    class Ready(Message):
        """It has the focus."""

    class Left(Message):
        """Esc."""

    class Kept(Message):
        """Enter: the result stays."""

    def on_focus(self) -> None:
        """What was typed ahead has come."""
        self.post_message(self.Ready())

    def on_key(self, event: events.Key) -> None:
        """Esc leaves, Enter and down go into the list."""
        if event.key in ("escape", "ctrl+g"):
            self.post_message(self.Left())
        elif event.key in ("enter", "down", "ctrl+j", "tab"):
            self.post_message(self.Kept())
        else:
            return
        event.stop()
        event.prevent_default()
