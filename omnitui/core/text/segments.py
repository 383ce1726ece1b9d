"""How many SMS a text becomes (3GPP TS 23.038, formerly GSM 03.38; TS 23.040 for the parts of a long one).

A message carries 140 octets: 160 letters of the GSM alphabet (7 bits each), or 70 code units of UCS-2 as soon as one
character is outside it. Of several parts each gives 6 octets to the header that joins them: 153 and 67 are left. What
takes two units (an escaped letter, a surrogate pair) is not cut in two, so a part may stay one unit short.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

GSM = "GSM-7"
UCS2 = "UCS-2"
ROOM = {GSM: (160, 153), UCS2: (70, 67)}
"""Units of a message that stands alone, and of each part of a longer one."""

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ"
    " !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The default alphabet without its escape (TS 23.038 6.2.1)."""
EXTENDED = frozenset("\f^{}\\[~]|€")
"""What is written as an escape and a letter: two units (6.2.1.1)."""


@dataclass(frozen=True, slots=True)
class Segments:
    """What a text costs. `left`: units that still fit into its last segment."""

    encoding: str
    units: int
    segments: int
    left: int

    @property
    def words(self) -> str:
        """For the composer."""
        many = "1 SMS" if self.segments == 1 else f"{self.segments} SMS"
        return f"{many}, {self.left} left"


def count(text: str) -> Segments:
    """The segments of `text`; one, and empty, for no text. Linear."""
    sizes = _septets(text)
    encoding = GSM
    if sizes is None:
        encoding, sizes = UCS2, [2 if ord(character) > 0xFFFF else 1 for character in text]
    alone, part = ROOM[encoding]
    units = sum(sizes)
    if units <= alone:
        return Segments(encoding, units, 1, alone - units)
    segments, filled = _packed(sizes, part)
    return Segments(encoding, units, segments, part - filled)


def foreign(text: str) -> str:
    """The characters, each once and in order, that keep `text` out of the GSM alphabet."""
    return "".join(dict.fromkeys(c for c in text if c not in BASIC and c not in EXTENDED))


def _septets(text: str) -> list[int] | None:
    """Units of each character; None where one is in neither table."""
    sizes = [1 if c in BASIC else 2 if c in EXTENDED else 0 for c in text]
    return None if 0 in sizes else sizes


def _packed(sizes: Iterable[int], room: int) -> tuple[int, int]:
    """Parts of `room` units with nothing cut in two, and what the last one holds."""
    parts, filled = 1, 0
    for size in sizes:
        if filled + size > room:
            parts, filled = parts + 1, 0
        filled += size
    return parts, filled
