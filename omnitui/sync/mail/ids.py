"""Message-IDs (RFC 5322 section 3.6.4), as they come: broken ones are kept readable, dangerous ones are not kept."""

from __future__ import annotations

import re

MOST = 100
"""References kept of one mail: the first and the last ones, which is what threads need."""
LENGTH = 500

_BRACKETED = re.compile(r"<([^<>]{1,2000})>")
_REFUSED = re.compile(r"[\x00-\x20\x7f-\xa0\s<>\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")


def _one(text: str) -> str:
    """White space from folding inside an id is taken out; any other control character makes it none."""
    tight = "".join(text.split())
    return "" if _REFUSED.search(tight) else tight[:LENGTH]


def message_ids(value: str) -> tuple[str, ...]:
    """Every id in a References, In-Reply-To or Message-ID value, brackets off, repeats dropped, order kept.

    A value without brackets counts as ids parted by white space when each looks like one.
    """
    found = _BRACKETED.findall(value)
    if not found:
        found = [word.strip("<>,;") for word in value.split() if "@" in word]
    kept = list(dict.fromkeys(one for one in map(_one, found) if one))
    return tuple(kept if len(kept) <= MOST else [kept[0], *kept[1 - MOST :]])


def message_id(value: str) -> str:
    """The mail's own id, or ""; a value with neither brackets nor an at-sign is taken as it stands."""
    found = message_ids(value)
    return found[0] if found else _one(value.strip().strip("<>"))
