"""Keys as they were meant, where the same bytes may be two things.

Esc and a letter in one burst: tmux waits half a second for what follows Esc (`escape-time`), and a slow line delivers
both together, the bytes of Alt and the letter. No command of ours has Alt, so they are taken apart, as vi does; else
both keys would be lost to whoever leaves a field and goes on at once, and the letter would stand in the text.

Enter before the screen is up: until the program takes the terminal over, at its start or after an editor, it is in line
mode, which hands Enter on as a new line (termios(3), ICRNL), the byte of Ctrl+J. It is read as Enter, which sends
nothing.
"""

from __future__ import annotations

import array
import fcntl
import termios
from collections.abc import Iterator
from contextlib import suppress

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


def typed_before(descriptor: int) -> int:
    """Bytes that wait and that line mode has made of keys; 0 in no line mode, and without a terminal."""
    waiting = array.array("i", [0])
    with suppress(OSError, termios.error):
        incoming, _, _, local, *_ = termios.tcgetattr(descriptor)
        if incoming & termios.ICRNL and local & termios.ICANON:
            fcntl.ioctl(descriptor, termios.FIONREAD, waiting)
    return waiting[0]


def as_typed(message: Message) -> Message:
    """A key that line mode has passed on, as it was typed."""
    if isinstance(message, events.Key) and message.key == "ctrl+j":
        return events.Key("enter", "\r")
    return message
