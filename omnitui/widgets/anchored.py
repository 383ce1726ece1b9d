"""What goes to the terminal, with every character of doubtful width held in its place.

Terminals do not agree on how many cells an emoji made of parts takes (a heart with its selector, a thumb with a skin
colour, a family), nor on vowel signs of Indian and Khmer script: tmux 3.3 goes by each part, newer ones by the whole,
and none knows the emoji of the years after it was built. Here the cells that the screen reckons with are emptied first,
then the character is written, then the cursor is put where the screen goes on (ECMA-48, 8.3.9, CHA). At worst such a
character looks poor; nothing beside it is ever moved.
"""

from __future__ import annotations

import re
from functools import cache

from rich.cells import cell_len

_SEQUENCE = re.compile(r"(\x1b\[[0-9;:?]*[@-~]|\x1b[^\x1b]?|[\x00-\x1a\x1c-\x1f]+)")
_PLACE = re.compile(r"\x1b\[[0-9]+;([0-9]+)H")
_HOLD_EDGE, _LET_EDGE = "\x1b[?7l", "\x1b[?7h"
"""What is taken for longer than it is must not go on in the next row (DECAWM off, and on again)."""


@cache
def _doubtful() -> re.Pattern[str]:
    """One stretch that is held together: an emoji with its parts, or a word of a script with vowel signs."""
    tail = "(?:[\ufe0e\ufe0f\u20e3\U0001f3fb-\U0001f3ff]|\u200d\\S?)"
    flag, emoji = "[\U0001f1e6-\U0001f1ff]{1,2}", "[\U0001f000-\U0001faff]"
    signs = "[\u0900-\u0dff\u0f00-\u109f\u1780-\u17ff\u1a20-\u1aaf\u1b00-\u1c4f\ua800-\uabff]"
    return re.compile(f"(?:{flag}|{emoji}){tail}*|\\S{tail}+|{signs}\\S*")


def anchored(data: str) -> str:
    """The same picture on terminals that reckon otherwise. What holds nothing doubtful passes as it is."""
    if data.isascii() or not _doubtful().search(data):
        return data
    column = 0
    """Where the next text goes, from 1; 0 while that is not known."""
    out: list[str] = []
    for part in _SEQUENCE.split(data):
        if part.startswith("\x1b") or part < " ":
            out.append(part)
            placed = _PLACE.fullmatch(part)
            if placed is not None:
                column = int(placed[1])
            elif part and not part.endswith("m"):
                column = 0
        elif not column:
            out.append(part)
        else:
            out.append(_held(part, column))
            column += cell_len(part)
    return "".join(out)


def _held(text: str, column: int) -> str:
    """A text that begins in a column."""
    out: list[str] = []
    done, at = 0, column
    for found in _doubtful().finditer(text):
        plain, held = text[done : found.start()], found[0]
        at += cell_len(plain)
        width = cell_len(held)
        out += (plain, " " * width, f"\x1b[{at}G")
        out.append(held if len(held) == 1 else f"{_HOLD_EDGE}{held}{_LET_EDGE}")
        at += width
        out.append(f"\x1b[{at}G")
        done = found.end()
    if not out:
        return text
    rest = text[done:]
    end = column + cell_len(text)
    return "".join(out) + rest + (f"\x1b[{end}G" if at + cell_len(rest) != end else "")
