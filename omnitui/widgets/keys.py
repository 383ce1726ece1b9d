"""What a terminal sends, as the keys of `core/keymap.py`."""

from __future__ import annotations

from textual import events

_NAMES = {
    "ctrl+\r": "ctrl+enter",
    "ctrl+@": "ctrl+space",
    "ctrl+underscore": "ctrl+/",
    "newline": "ctrl+j",
}
"""Textual's name where ours is another one; the first is what tmux with extended keys sends for Ctrl+Enter."""


def key_name(event: events.Key) -> str:
    """The key as it is written in the config: the character itself where there is one."""
    if event.key in _NAMES:
        return _NAMES[event.key]
    if event.character is not None and event.is_printable and len(event.character) == 1:
        return "space" if event.character == " " else event.character
    return event.key
