"""Fitting text into terminal cells: cut at a grapheme, never inside a wide character, and wrap words."""

from __future__ import annotations

import re
from functools import cache

from rich.cells import cell_len, chop_cells, set_cell_size

ELLIPSIS = "…"
_WORDS = re.compile(r"\S+|\s+")


@cache
def _wide_break() -> re.Pattern[str]:
    """Scripts without spaces between words: a line may end after any character. It takes 3 ms to compile."""
    return re.compile(
        "[\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7ff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003ffff]"
    )


def cut(text: str, width: int) -> str:
    """`text` in at most `width` cells, with … where something was cut."""
    if width <= 0:
        return ""
    if len(text) * 2 <= width or cell_len(text) <= width:
        return text
    return set_cell_size(text, width - 1).rstrip() + ELLIPSIS


def fill(text: str, width: int) -> str:
    """`text` in exactly `width` cells."""
    return set_cell_size(cut(text, width), max(width, 0))


def wrap(text: str, width: int) -> list[tuple[int, str]]:
    """`text` in lines of at most `width` cells, each with the offset of its first character.

    Newlines are kept; the space at a line's end is not shown. A word longer than a line is cut.
    """
    width = max(width, 4)
    lines: list[tuple[int, str]] = []
    start = 0
    for line in text.split("\n"):
        _wrap_line(line, start, width, lines)
        start += len(line) + 1
    return lines


def _wrap_line(line: str, start: int, width: int, lines: list[tuple[int, str]]) -> None:
    if len(line) <= width and (line.isascii() or cell_len(line) <= width):
        lines.append((start, line))
        return
    at = used = 0
    here = ""
    for offset, word in _pieces(line):
        size = cell_len(word)
        if used + size <= width:
            at = at if here else offset
            here, used = here + word, used + size
            continue
        if word.isspace():
            continue
        if here.strip():
            lines.append((start + at, here.rstrip()))
        at = offset
        *full, here = chop_cells(word, width) if size > width else [word]
        for part in full:
            lines.append((start + at, part))
            at += len(part)
        used = cell_len(here)
    if here.strip() or not line.strip():
        lines.append((start + at, here.rstrip()))


def _pieces(line: str) -> list[tuple[int, str]]:
    """What may not be broken: words, and in scripts without spaces each character."""
    pieces = []
    for found in _WORDS.finditer(line):
        word, at = found[0], found.start()
        if word.isascii() or not _wide_break().search(word):
            pieces.append((at, word))
            continue
        begin = 0
        for split in _wide_break().finditer(word):
            if split.start() > begin:
                pieces.append((at + begin, word[begin : split.start()]))
            pieces.append((at + split.start(), split[0]))
            begin = split.end()
        if begin < len(word):
            pieces.append((at + begin, word[begin:]))
    return pieces
