"""Blocks that follow from a message's plain text alone, so that they need not be stored, and how its words begin."""

from __future__ import annotations

import re

from omnitui.core.blocks import Block
from omnitui.core.text.heads import FIRST_OF_HEAD, LAST_OF_HEAD
from omnitui.core.text.plain import blocks_from_text
from omnitui.core.text.quoting import reply_words, split_reply

LONGEST = 20_000
"""Characters of text whose blocks are made when shown, in a few milliseconds; of longer ones they are stored."""
_COLON = re.compile(".{0,32}[:\uff1a]")
_ENOUGH = 700
"""Characters that nearly always hold as many words of the writer's own as a preview shows."""
_LONG_QUOTE = re.compile(r"^((?:>[^\n]*\n){3})(?:>[^\n]*\n){3,}", re.MULTILINE)


def blocks_of(text: str) -> tuple[Block, ...]:
    """The blocks of a plain text (through `safe_text`), quoted history and signature folded."""
    return split_reply(blocks_from_text(text, cleaned=True))


def opening(text: str, length: int) -> str:
    """How the writer's own words begin, at least `length` characters of them where there are as many.

    Read from the start of the text where that is enough, and of a long quote only its start: a preview should not cost
    a whole mail.
    """
    if (words := _plain_opening(text, length)) is not None:
        return words
    brief = _LONG_QUOTE.sub(r"\1", text) if ">" in text else text
    if len(brief) > _ENOUGH:
        words = reply_words(blocks_of(brief[: brief.rfind("\n", 0, _ENOUGH) + 1]))
        if len(words) >= length:
            return words
    return reply_words(blocks_of(brief))


def _plain_opening(text: str, length: int) -> str | None:
    """The first lines, where they are `length` characters and none of them can begin anything but plain words."""
    start = text[: 2 * length]
    size = 0
    for line in start.split("\n")[:-1]:
        if line and (line[0] in FIRST_OF_HEAD or line[-1] in LAST_OF_HEAD or ">" in line[:18] or _COLON.search(line)):
            return None
        size += len(line)
        if size >= length:
            return start
    return None
