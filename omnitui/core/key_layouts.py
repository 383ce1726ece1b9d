"""Keyboards with other letters: which Latin letter stands in the same place, so that commands need no switching.

Only letters are turned: signs and digits mean what they say. What a layout types as a sign (q and w in Hebrew) has no
letter of its own; such a command is reached by its other keys, the palette or the `:` line.
"""

from __future__ import annotations

from collections.abc import Mapping

_PLACES = "qwertyuiopasdfghjklzxcvbnm"
_LETTERS = {
    "ru": "йцукенгшщзфывапролдячсмить",
    "uk": "йцукенгшщзфівапролдячсмить",
    "be": "йцукенгшўзфывапролдячсміть",
    "bg": " уеишщксдзьяаожгтнвюйъэфхп",
    "sr": "љњертзуиопасдфгхјклѕџцвбнм",
    "el": " ςερτυθιοπασδφγηξκλζχψωβνμ",
    "he": "  קראטוןםפשדגכעיחלךזסבהנמצ",
    "ar": "ضصثقفغعهخحشسيبلاتنمئءؤر ىة",
    "fa": "ضصثقفغعهخحشسیبلاتنمظطزرذدپ",
}
"""Language to the letters on the places of q to p, a to l, z to m; a blank where it is no letter."""
LAYOUTS: tuple[str, ...] = ("", *_LETTERS)


def letters_of(layout: str) -> Mapping[str, str]:
    """From each letter of the layout to the Latin one in its place, capitals too; empty for Latin layouts."""
    found: dict[str, str] = {}
    for place, letter in zip(_PLACES, _LETTERS.get(layout, ""), strict=False):
        if letter != " ":
            capital = letter.upper()
            if capital != letter and capital.lower() == letter:  # not for the second small sigma
                found[capital] = place.upper()
            found[letter] = place
    return found
