"""The bare view: one message without panes, so that the terminal's own mouse selection takes the text and no more."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from typing import ClassVar

from omnitui.core.models import MessageBody, ThreadMessage
from omnitui.core.times import as_datetime
from omnitui.screens.pages import TextPage
from omnitui.screens.session import Session


def bare_text(message: ThreadMessage, body: MessageBody | None) -> str:
    """Who, to whom, when, what about, and every word, quoted ones too."""
    people = ", ".join(person.email or person.name for person in (*message.to, *message.cc))
    head = (
        ("From", " ".join(filter(None, (message.author or message.sender.name, f"<{message.sender.email}>")))),
        ("To", people),
        ("Date", as_datetime(message.at).astimezone().strftime("%Y-%m-%d %H:%M")),
        ("Subject", message.subject),
    )
    lines = [f"{name}: {value}" for name, value in head if value]
    return "\n".join([*lines, "", body.text if body is not None else message.preview])


class BarePage(TextPage, inherit_bindings=False):
    """Only text, from the first column to the last; the mouse belongs to the terminal while it is shown."""

    NAME: ClassVar[str] = "bare"

    def __init__(self, session: Session, message: ThreadMessage, body: MessageBody | None) -> None:
        super().__init__(session, "", bare_text(message, body))
        self.sheet.margin = 0
        self.title_line.display = self.status.display = False

    @property
    def width(self) -> int:
        """Every cell."""
        return max(self.app.size.width, 20)

    async def changed(self, ids: Collection[int]) -> None:
        """What one is selecting does not move."""

    def on_screen_resume(self) -> None:
        """Give the mouse to the terminal."""
        self._hear_mouse(False)

    def on_screen_suspend(self) -> None:
        """Take it back."""
        self._hear_mouse(True)

    def on_unmount(self) -> None:
        """Take it back."""
        self._hear_mouse(True)

    def _hear_mouse(self, on: bool) -> None:
        # Textual has no public way to stop mouse reports; drivers without a terminal have none at all.
        driver = self.app._driver
        switch = getattr(driver, "_enable_mouse_support" if on else "_disable_mouse_support", None)
        if switch is not None:
            with suppress(AssertionError):  # the driver has been closed already
                switch()
