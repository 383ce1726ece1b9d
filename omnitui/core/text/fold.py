"""Text as the search index wants it: folded, and scripts without spaces cut into pairs of characters.

The index is SQLite FTS5 with `unicode61 remove_diacritics 2`, which folds case and accents itself but neither ß nor đ,
and which takes a run of Chinese, Japanese or Thai for one word. A run of such a script is stored as its overlapping
pairs and its last character alone ("ab bc c"), so that any two or more characters are found as a phrase and one
character as a prefix. `index_text` is for what is stored, `index_terms` for what is asked; both fold the same way.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from operator import add

_IN_RUN = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
    "\u1100-\u11ff\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3041-\u3096\u3099-\u309a\u309d-\u309f"
    "\u30a1-\u30fa\u30fc-\u30ff\u3105-\u312f\u3131-\u318e\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff"
)
_RARE = "\U0001b000-\U0001b16f\U00020000-\U0003ffff"
_IS_RARE = re.compile(f"[{_RARE}]")
_LETTERS = {
    "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "ł": "l", "ø": "o", "ŧ": "t", "þ": "th", "æ": "ae", "œ": "oe",
    "ə": "e", "ƒ": "f", "ɓ": "b", "ɗ": "d", "ƙ": "k", "ŋ": "n",
}  # fmt: skip
_POINTS = (
    "\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8"
)
_ASCII_PARTED = {code: " " for code in range(128) if not chr(code).isalnum()}
_PARTING = re.compile(r"[\W_]+")
_LATIN_MARKS = re.compile("[\u0300-\u036f]+")
_FOLDED = re.compile(f"[{''.join(_LETTERS)}{_POINTS}\u200c\u200d]")

_USUAL_LATIN = bytes(
    code for code in range(256) if code < 0x80 or code in b"\xa1\xa7\xab\xb0\xb7\xbb\xbf"
    or (code >= 0xC0 and chr(code) not in "\xd7\xf7\xdfæÆøØðÐþÞ")
)  # fmt: skip


@cache
def _common_run() -> re.Pattern[str]:
    """A run of the common characters: a class within the basic plane is a bit map, others are compared one by one.

    Big classes are made on first need: they take milliseconds, and a screen of Latin text needs none.
    """
    return re.compile(f"[{_IN_RUN}]+")


@cache
def _any_run() -> re.Pattern[str]:
    return re.compile(f"[{_IN_RUN}{_RARE}]+")


@cache
def _other_marks() -> re.Pattern[str]:
    """Where marks that combine may be; the usual letters of Europe, Vietnam and East Asia are none."""
    return re.compile("[^\x00-\u036f\u1e00-\u1fff\u2000-\u206f\u3000-\u3029\u3030-\u3098\u309b-\ud7ff\uff00-\uffef]")


def index_text(text: str) -> str:
    """`text` (already through `safe_text`) as it goes into the index."""
    if text.isascii() or _usual_latin(text):
        return text
    folded = _folded(text)
    return _runs_of(folded).sub(_pairs, folded)


def index_terms(words: str, *, prefix: bool = False) -> list[str]:
    """What one word or one quoted phrase of a query asks of the index: FTS5 strings that must all match.

    The strings are quoted, so nothing in `words` is read as FTS5 syntax. `prefix`: the last word may go on.
    The list is empty when `words` has neither letter nor digit.
    """
    folded = words if words.isascii() else _folded(words)
    if not any(map(str.isalnum, folded)):
        return []
    runs = list(_runs_of(folded).finditer(folded))
    pieces, at = [], 0
    for run in runs:
        last = not any(map(str.isalnum, folded[run.end() :]))
        pieces += [folded[at : run.start()], _pairs(run, closed=not last)]
        at = run.end()
        prefix = prefix or (last and sum(map(str.isalnum, run[0])) == 1)
    pieces.append(folded[at:])
    quoted = "".join(pieces).replace("\x00", " ").replace('"', '""')
    return [f'"{quoted}"*' if prefix else f'"{quoted}"']


def match_words(text: str) -> str:
    """`text` folded as the index folds it, its words parted and enclosed by single spaces: for finding words within.

    A run of a script without spaces keeps none around it, so that a part of it is found too.
    """
    if text.isascii():
        words = " ".join(text.lower().translate(_ASCII_PARTED).split())
    else:
        plain = unicodedata.normalize("NFD", _folded(text))
        bare = _LATIN_MARKS.sub("", plain)
        if _other_marks().search(bare):
            bare = "".join(char for char in bare if not unicodedata.combining(char))
        words = " ".join(_PARTING.sub(" ", bare).split())
    if not words:
        return " "
    start, end = ("" if _starts_run(words[at]) else " " for at in (0, -1))
    return f"{start}{words}{end}"


def _usual_latin(text: str) -> bool:
    """Whether the index itself folds all that stands in `text`: Latin-1 without the letters that it leaves alone."""
    try:
        return not text.encode("latin-1").translate(None, _USUAL_LATIN)
    except UnicodeEncodeError:
        return False


def _runs_of(text: str) -> re.Pattern[str]:
    return _any_run() if _IS_RARE.search(text) else _common_run()


def _starts_run(char: str) -> bool:
    return not char.isascii() and _any_run().match(char) is not None


def _folded(text: str) -> str:
    return _FOLDED.sub(lambda found: _LETTERS.get(found[0], ""), unicodedata.normalize("NFKC", text).casefold())


def _pairs(run: re.Match[str], closed: bool = True) -> str:
    """A run as overlapping pairs; `closed` adds the last character, which says that the run ends here.

    Vowel and tone marks of the scripts of South-East Asia are left out, as the index takes them for spaces.
    """
    chars = run[0] if run[0].isalnum() else "".join(filter(str.isalnum, run[0]))
    pairs = list(map(add, chars, chars[1:]))
    if chars and (closed or not pairs):
        pairs.append(chars[-1])
    return f" {' '.join(pairs)} "
