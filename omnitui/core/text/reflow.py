"""Paragraphs that another program broke at its own line width, made whole again for ours.

A break is taken for a forced one when the next word would not have fitted on the line: only then the newline becomes
a space. Lines that ended early by intention (an address, a greeting, a verse) stay as written. The text keeps its
length, so that offsets into it stay right.
"""

from __future__ import annotations

import re
from itertools import pairwise

LEAST_MEASURE = 60
"""A paragraph whose longest line is shorter was broken by hand."""
MOST_MEASURE = 120
"""Longer lines were not broken by a program that wraps."""
_ITEM = re.compile(r"\s*(?:[-*+•·–—>|#]|\(?\w{1,3}[.)]\s|\[\d+\]|https?://|[\w ]{1,24}:\s)")


def rejoined(text: str) -> str:
    """`text` with forced line breaks as spaces; of the same length."""
    if "\n" not in text:
        return text
    lines = text.split("\n")
    measure = max(map(len, lines))
    if not LEAST_MEASURE <= measure <= MOST_MEASURE:
        return text
    pieces = [lines[0]]
    for before, line in pairwise(lines):
        pieces.append(" " if _forced(before, line, measure) else "\n")
        pieces.append(line)
    return "".join(pieces)


def _forced(before: str, line: str, measure: int) -> bool:
    """The break between the two lines was made because the next word did not fit."""
    word, _, _ = line.partition(" ")
    if not word or len(before) < LEAST_MEASURE // 2 or line[0].isspace() or _ITEM.match(line):
        return False
    return len(before) + 1 + len(word) > measure
