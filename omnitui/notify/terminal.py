"""What is written to the terminal: OSC 9 and OSC 777 notifications, and the title with the count of who waits.

OSC 9 is iTerm2's, OSC 777 rxvt-unicode's; xterm's CSI 22 t and 23 t put the old title away and bring it back.
"""

from __future__ import annotations

from collections.abc import Mapping

from omnitui.core.text.clean import cell_safe
from omnitui.notify.notice import Notice

KEEP_TITLE = "\x1b[22;2t"
BRING_BACK_TITLE = "\x1b[23;2t"
_SIMPLE = ("", "dumb", "linux", "unknown")
"""Terminals that have no title and would print the sequence."""


def desktop(how: str, told: Notice, environ: Mapping[str, str]) -> str:
    """The sequence that shows a bubble, by a terminal that knows it; empty for `off`."""
    if how == "off" or not understands(environ):
        return ""
    if how == "osc9":
        return _through(f"\x1b]9;{_plain(told.title)}: {_plain(told.text)}\x07", environ)
    return _through(f"\x1b]777;notify;{_plain(told.title)};{_plain(told.text)}\x07", environ)


def title(waiting: int) -> str:
    """The sequence that sets the title; it ends without a bell, which some terminals would ring."""
    return f"\x1b]2;{f'({waiting}) ' if waiting else ''}omnitui\x1b\\"


def understands(environ: Mapping[str, str]) -> bool:
    """Whether the terminal takes such sequences at all."""
    return environ.get("TERM", "") not in _SIMPLE


def _plain(text: str) -> str:
    # A semicolon separates the fields of OSC 777.
    return cell_safe(text).replace(";", ",")


def _through(sequence: str, environ: Mapping[str, str]) -> str:
    """Through tmux (with `allow-passthrough on`) and screen to the terminal around them."""
    if environ.get("TMUX"):
        return "\x1bPtmux;" + sequence.replace("\x1b", "\x1b\x1b") + "\x1b\\"
    return f"\x1bP{sequence}\x1b\\" if environ.get("STY") else sequence
