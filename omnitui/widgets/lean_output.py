"""What goes to the terminal, with fewer bytes: of colours and text styles only what changes is said.

The framework says the whole style before every stretch of text, 35 bytes in 24-bit colours, and takes it back after it.
Here a style is remembered and told when text comes that has another one (ECMA-48, 8.3.117, SGR). Each piece begins and
ends with no style set, so that whatever else is written between two pieces is right.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

_SEQUENCE = re.compile(r"(\x1b\[[0-9;:]*m|\x1b\[[0-9;]*H|\x1b[^\x1b]?)")
_ENDS = {"1": "22", "2": "22", "3": "23", "4": "24", "5": "25", "7": "27", "8": "28", "9": "29"}
"""What takes a text style back alone."""
_UNSEEN = frozenset("123")
"""Text styles that do not show on a space."""
_MOTION = {"\x1b[?1003h": "\x1b[?1002h", "\x1b[?1003l": "\x1b[?1002l"}


class _Look(NamedTuple):
    """Text styles, foreground and background, as SGR parameters; empty is the terminal's own."""

    styles: tuple[str, ...] = ()
    ink: str = ""
    ground: str = ""


PLAIN = _Look()


def lean(data: str) -> str:
    """The same picture in fewer bytes. What is no plain frame passes as it is, with the style it asks for."""
    if data in _MOTION:
        # Where the mouse is without a button held is asked by nothing here, and over a slow line each move is input.
        return _MOTION[data]
    if "m" not in data or "\x1b[" not in data:
        return data
    told = wanted = PLAIN
    moved = ""
    out: list[str] = []
    for part in _SEQUENCE.split(data):
        if part.startswith("\x1b["):
            if part.endswith("m"):
                wanted = _after(wanted, part[2:-1])
                continue
            if part.endswith("H"):
                # To a place of its own: how the cursor came here does not matter, be it by other moves or new lines.
                moved = part
                continue
        if part in ("\r\n", "\n"):
            moved += part
        elif part:
            out.append(moved)
            moved = ""
            if told is not wanted and told != wanted and (part.strip(" ") or not _blank_alike(told, wanted)):
                out.append(_change(told, wanted))
                told = wanted
            out.append(part)
    out += (_change(told, PLAIN), moved)
    return "".join(out)


def _blank_alike(one: _Look, other: _Look) -> bool:
    """Spaces look the same in both: ink, bold, dim and italic are not seen where nothing is written."""
    return one.ground == other.ground and _UNSEEN.issuperset(one.styles) and _UNSEEN.issuperset(other.styles)


@lru_cache(512)
def _after(look: _Look, parameters: str) -> _Look:
    """The look after an SGR sequence."""
    styles, ink, ground = list(look.styles), look.ink, look.ground
    for one in _split(parameters):
        code = one.partition(";")[0]
        if code in ("", "0"):
            styles, ink, ground = [], "", ""
        elif code == "39":
            ink = ""
        elif code == "49":
            ground = ""
        elif (code[0] == "3" and len(code) == 2) or (code[0] == "9" and len(code) == 2):
            ink = one
        elif (code[0] == "4" and len(code) == 2) or (code[:2] == "10" and len(code) == 3):
            ground = one
        elif one not in styles:
            styles.append(one)
    return _Look(tuple(styles), ink, ground)


def _split(parameters: str) -> Iterator[str]:
    """Parameters, those of a colour together."""
    rest = parameters.split(";")
    while rest:
        many = {"5": 3, "2": 5}.get(rest[1], 1) if rest[0] in ("38", "48") and len(rest) > 1 else 1
        yield ";".join(rest[:many])
        rest = rest[many:]


@lru_cache(512)
def _change(told: _Look, wanted: _Look) -> str:
    """The shortest sequence from one look to another."""
    if told == wanted:
        return ""
    anew = ["0", *wanted.styles, wanted.ink, wanted.ground]
    ways = [";".join(part for part in way if part) for way in (anew, _steps(told, wanted)) if way is not None]
    return f"\x1b[{min(ways, key=len)}m"


def _steps(told: _Look, wanted: _Look) -> list[str] | None:
    """What has to be taken back and said; None where a style cannot be taken back alone."""
    kept, steps = set(told.styles), []
    for style in told.styles:
        if style not in wanted.styles:
            if style not in _ENDS:
                return None
            steps.append(_ENDS[style])
            kept -= {other for other, end in _ENDS.items() if end == _ENDS[style]}
    steps += [style for style in wanted.styles if style not in kept]
    if wanted.ink != told.ink:
        steps.append(wanted.ink or "39")
    if wanted.ground != told.ground:
        steps.append(wanted.ground or "49")
    return steps
