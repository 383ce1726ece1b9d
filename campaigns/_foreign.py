"""What in a terminal's stream is not ours: every sequence is held against those of a run on harmless text."""

from __future__ import annotations

import re
from collections import Counter

SEQUENCE = re.compile(
    "\x1b\\[[0-?]*[ -/]*[@-~]|\x1b\\][^\x07\x1b]*(?:\x07|\x1b\\\\)|\x1b[P_^X].*?\x1b\\\\|\x1b[ -/]*[0-~]", re.DOTALL
)
_SGR = re.compile(
    r"\x1b\[(?:(?:0|[123479]|2[23479]|39|49|3[0-7]|4[0-7]|9[0-7]|10[0-7]|[34]8;5;\d+|[34]8;2;\d+;\d+;\d+)(?:;|(?=m)))*m"
)
_MOVE = re.compile(r"\x1b\[(\d{1,3});(\d{1,3})H")
_HELD = re.compile(r"\x1b\[\d{1,3}G|\x1b\[\?7[lh]")
"""What holds a character of doubtful width in its place (`omnitui/widgets/anchored.py`)."""
_TITLE = re.compile(r"\x1b\]2;(?:\(\d+\) )?omnitui\x1b\\")
STEERING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff"
    "\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
"""Single characters that drive a terminal, hide or reorder text; newline and tab apart."""


def sequences(output: str) -> tuple[Counter[str], Counter[str]]:
    """Control sequences that are neither colour, nor cursor, nor our title; and steering characters outside any."""
    found = Counter(one for one in SEQUENCE.findall(output) if not _ordinary(one))
    return found, Counter(STEERING.findall(SEQUENCE.sub("", output)))


def foreign(output: bytes, harmless: bytes) -> Counter[str]:
    """What stands in `output` and in no harmless run."""
    ours, ours_single = sequences(harmless.decode("utf-8", "replace"))
    theirs, single = sequences(output.decode("utf-8", "replace"))
    strange = {one: n for one, n in theirs.items() if one not in ours}
    return Counter(strange | {one: n for one, n in single.items() if one not in ours_single})


def _ordinary(sequence: str) -> bool:
    if any(known.fullmatch(sequence) for known in (_SGR, _TITLE, _HELD)):
        return True
    moved = _MOVE.fullmatch(sequence)
    return bool(moved and int(moved[1]) <= 200 and int(moved[2]) <= 300)
