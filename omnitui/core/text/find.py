"""Where sought words stand in a text as people read it: for marking what a search found.

Words are compared as the index compares them (`core/text/fold.py`), so what is found is also what is marked.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from omnitui.core.dataclass import dataclass
from omnitui.core.text.fold import match_words

Span = tuple[int, int]
"""Start and end of a stretch of the text."""
_GAP = r"[\W_]+"


@dataclass(frozen=True)
class Sought:
    """Words to be found, as one pattern over folded text."""

    pattern: re.Pattern[str]

    def spans(self, text: str) -> list[Span]:
        """Every place where one of the words stands, in order, none within another."""
        if text.isascii():
            return [found.span() for found in self.pattern.finditer(text.lower())]
        folded, places = _folded(text)
        spans = []
        for found in self.pattern.finditer(folded):
            end = places[found.end() - 1] + 1
            while end < len(text) and unicodedata.combining(text[end]):
                end += 1
            spans.append((places[found.start()], end))
        return spans


def sought(terms: Iterable[tuple[str, bool]]) -> Sought | None:
    """What to look for: each term with whether its last word may go on; None when no term has a letter or digit."""
    patterns = [pattern for text, prefix in terms if (pattern := _pattern(text, prefix))]
    return Sought(re.compile("|".join(sorted(set(patterns), key=len, reverse=True)))) if patterns else None


def _pattern(text: str, prefix: bool) -> str:
    asked = match_words(text)
    words = asked.split()
    if not words:
        return ""
    start = r"(?<![^\W_])" if asked.startswith(" ") else ""
    end = r"(?![^\W_])" if asked.endswith(" ") and not prefix else ""
    return start + _GAP.join(map(re.escape, words)) + end


def _folded(text: str) -> tuple[str, list[int]]:
    """The text folded, and for each of its characters the index of the one it came from."""
    chars: list[str] = []
    places: list[int] = []
    for index, char in enumerate(text):
        plain = _plain(char)
        chars.append(plain)
        places += [index] * len(plain)
    return "".join(chars), places


@lru_cache(4096)
def _plain(char: str) -> str:
    """One character as the index has it; a mark that combines is nothing, what parts words stays."""
    if char.isascii():
        return char.lower()
    words = match_words(char).strip()
    return words or ("" if unicodedata.combining(char) else " ")
