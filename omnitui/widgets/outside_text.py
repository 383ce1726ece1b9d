"""The last gate before the terminal: whatever a widget painted, no foreign control character gets through."""

from __future__ import annotations

import re

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

STAND_IN = "\ufffd"
_FORBIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0"
    "\ufff9-\ufffb\U000e0000-\U000e0fff\ud800-\udfff]"
)
_FILLER = re.compile("[\u115f\u1160\u3164\uffa0]")


def without_control(text: str) -> str:
    """`text` with every character that could steer a terminal, hide or reorder text shown as one visible cell."""
    return text if harmless(text) else _FORBIDDEN.sub(STAND_IN, text)


def harmless(text: str) -> bool:
    """Whether nothing has to be looked for; fillers are letters to Unicode, so that only ASCII is sure at once."""
    return text.isprintable() and (text.isascii() or not _FILLER.search(text))


class OutsideText(LineFilter):
    """Stands behind `safe_text`: it must never find anything, and keeps us safe when it does."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same line without foreign control characters."""
        if all(harmless(text) for text, _, _ in segments):
            return segments
        return [Segment(without_control(text), style, control) for text, style, control in segments]
