"""The one sanitiser: no string from outside reaches the store, the screen or a log without passing here.

What is taken away and why:

- C0 (except newline), DEL, C1: they drive the terminal (clipboard, title, cursor, queries).
- Bidirectional marks, embeddings, overrides and isolates (UAX 9): they make text read as what it is not.
- Characters without a width (zero-width space, word joiner, BOM, soft hyphen, tags, variation selectors, fillers):
  they hide text, break search and shift a terminal line. A joiner stays only where it does its work: between two
  pictographs, or between two letters of the Arabic and Indic scripts, where leaving it out changes the word.
- Line and paragraph separators and NEL become newlines, tabs become spaces, lone surrogates become U+FFFD.
- In long texts a run of more than 30 combining marks is cut (UAX 15 section 13): sorting them is quadratic.

The result is in NFC. Private-use characters stay: they are one cell wide and cannot harm.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

TAB_WIDTH = 8
MOST_MARKS = 30
"""Combining marks kept in one run."""

_ASCII_DROPPED = dict.fromkeys([*range(0x0A), *range(0x0B, 0x20), 0x7F])
_ODD = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ud800-\udfff\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_LATIN_KEPT = bytes([0x0A, *range(0x20, 0x7F), *range(0xA0, 0xAD), *range(0xAE, 0x100)])
_PICTOGRAPH = "\u00a9\u00ae\u203c-\u3299\U0001f000-\U0001fbff"
_JOINED_SCRIPT = "\u0600-\u08ff\u0900-\u0dff"
_ANY_JOINER = re.compile("[\u200c\u200d]")
_MANY_MARKS = re.compile(f"[^\\w\\s\x00-\x7f]{{{MOST_MARKS + 1},}}")
_RARE_MARK = re.compile("[\U000101fd-\U0001e94a]")
_SHORT = 1500
_NARROWED = re.compile("[\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]")
_UNSAFE_IN_NAME = re.compile(r'[<>:"|?*\x00-\x1f]')
_RESERVED = re.compile(r"(?i)(?:con|prn|aux|nul|conin\$|conout\$|clock\$|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)")
NAME_LENGTH = 120
_NAME_BYTES = 240
_EXTENSION_LENGTH = 16


def safe_text(text: str, *, lines: bool = True) -> str:
    """`text` with nothing in it that could drive a terminal, hide or reorder words (see the module).

    With `lines=False` the result is one line: newlines and runs of white space become one space, ends stripped.
    Idempotent, and linear in the length of the text.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\t" in text:
        text = text.expandtabs(TAB_WIDTH)
    if text.isascii():
        text = text.translate(_ASCII_DROPPED)
    elif not _plain_latin(text) and (_ODD.search(text) or not unicodedata.is_normalized("NFC", _bounded(text))):
        text = _cleaned(text)
    return text if lines else " ".join(text.split())


def _plain_latin(text: str) -> bool:
    """Whether all of it is Latin-1 that stays as it is; told at once, and true of much mail."""
    try:
        return not text.encode("latin-1").translate(None, _LATIN_KEPT)
    except UnicodeEncodeError:
        return False


def _cleaned(text: str) -> str:
    text = text.replace("\r\n", "\n").expandtabs(TAB_WIDTH)
    while True:
        cleaned = _normal(_without_stray_joiners(_ODD.sub(_stand_in, text)))
        if cleaned == text:
            return cleaned
        text = cleaned


def _stand_in(found: re.Match[str]) -> str:
    char = found[0]
    if char in "\r\x85\u2028\u2029":
        return "\n"
    if char in "\u200c\u200d":
        return char
    if char in "\u3164\uffa0":
        return " "
    return "\ufffd" if "\ud800" <= char <= "\udfff" else ""


def _without_stray_joiners(text: str) -> str:
    if "\u200d" not in text and "\u200c" not in text:
        return text
    kept = {found.start() for found in _joiner().finditer(text)}
    return _ANY_JOINER.sub(lambda found: found[0] if found.start() in kept else "", text)


@cache
def _joiner() -> re.Pattern[str]:
    """A joiner that stays; made on first need, since most mail has none."""
    return re.compile(
        f"(?<=[{_PICTOGRAPH}\ufe0f])\u200d(?=[{_PICTOGRAPH}])"
        f"|(?<=[{_JOINED_SCRIPT}])[\u200c\u200d](?=[{_JOINED_SCRIPT}])"
    )


def _normal(text: str) -> str:
    return unicodedata.normalize("NFC", _bounded(text))


def _bounded(text: str) -> str:
    """`text` with no more combining marks in a row than a sort in the normaliser can bear; short texts cannot hurt."""
    if len(text) < _SHORT or not (_any_mark().search(text) or _RARE_MARK.search(text)):
        return text
    return _MANY_MARKS.sub(_cut_marks, text)


@cache
def _any_mark() -> re.Pattern[str]:
    """Any character of the basic plane that the normaliser sorts; made on first need, since that takes milliseconds."""
    marks = [chr(point) for point in range(0x300, 0x10000) if unicodedata.combining(chr(point))]
    return re.compile(f"[{''.join(marks)}]")


def _cut_marks(found: re.Match[str]) -> str:
    kept, marks = [], 0
    for char in found[0]:
        marks = marks + 1 if unicodedata.combining(char) else 0
        if marks <= MOST_MARKS:
            kept.append(char)
    return "".join(kept)


def cell_safe(text: str) -> str:
    """`text` on one line for a row whose columns must stay aligned.

    Beyond `safe_text` it drops the emoji and text selectors (U+FE0F, U+FE0E) and skin tones, on whose width
    terminals disagree.
    """
    if not text.isascii():
        text = _NARROWED.sub("", text)
    return safe_text(text, lines=False)


def safe_name(name: str, fallback: str = "attachment") -> str:
    """A file name that is safe on every system: one path component, at most 120 characters, never empty.

    No path, no control or bidirectional character, no leading dot or dash (hidden file, option), no name reserved by
    Windows; the extension survives the cut.
    """
    name = safe_text(name.replace("\\", "/").rstrip("/").rpartition("/")[2], lines=False)
    name = _UNSAFE_IN_NAME.sub("_", name).lstrip(".-~ ").rstrip(". ")
    if _RESERVED.match(name):
        name = f"_{name}"
    stem, dot, extension = name.rpartition(".")
    if not stem or len(extension) > _EXTENSION_LENGTH:
        stem, dot, extension = name, "", ""
    most = NAME_LENGTH - len(dot + extension)
    stem = stem[:most]
    spare = _NAME_BYTES - len((dot + extension).encode())
    stem = stem.encode()[:spare].decode(errors="ignore").rstrip(". ")
    return stem + dot + extension or fallback
