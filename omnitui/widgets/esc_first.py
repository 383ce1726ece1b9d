"""Esc and a letter that came in one burst.

tmux waits half a second for what follows Esc (`escape-time`), and a slow line delivers both together: the same bytes as
Alt and the letter. No command of ours has Alt, so they are taken apart, as vi does; else both keys would be lost to
whoever leaves a field and goes on at once, and the letter would stand in the text.
"""

from __future__ import annotations

from collections.abc import Iterator

from textual import events
from textual.message import Message


def apart(message: Message) -> Iterator[Message]:
    """The messages of the driver, with Alt and a letter as the two keys that they may have been."""
    if isinstance(message, events.Key) and message.key.startswith("alt+") and message.is_printable:
        letter = message.character or ""
        yield events.Key("escape", "\x1b")
        yield events.Key(letter, letter)
        return
    yield message
