"""A notification in words, made of what customers wrote: cleaned and cut here, whatever stood in the cache."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from omnitui.core.text.clean import cell_safe

LONGEST_TITLE = 60
LONGEST_TEXT = 160
NAMES = 3
"""So many names in a notice about several messages."""


class Kind(StrEnum):
    """What a notice is about; a command gets it as `kind`."""

    MESSAGE = "message"
    MENTION = "mention"
    CONNECTION = "connection"


@dataclass(frozen=True, slots=True)
class Notice:
    """One notification. It begins with a word of ours: what a customer wrote never stands where a terminal looks for
    the kind of a sequence (OSC 9 begins a progress bar where its text begins with `4;`)."""

    kind: Kind
    title: str
    text: str
    conversation_id: int = 0
    account: str = ""


def notice(kind: Kind, title: str, text: str, *, conversation_id: int = 0, account: str = "") -> Notice:
    """A notice with everything in it made safe and short."""
    return Notice(kind, cut(title, LONGEST_TITLE), cut(text, LONGEST_TEXT), conversation_id, cell_safe(account))


def cut(text: str, most: int) -> str:
    """One clean line of at most `most` characters."""
    text = cell_safe(text[: most * 4])
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def together(notices: list[Notice]) -> Notice:
    """Several as one, so that a burst is one sound and one bubble."""
    if len(notices) == 1:
        return notices[0]
    names = list(dict.fromkeys(one.title.partition(" from ")[2] or one.title for one in notices))
    more = f" and {len(names) - NAMES} more" if len(names) > NAMES else ""
    return notice(notices[0].kind, f"{len(notices)} new", ", ".join(names[:NAMES]) + more)
