"""The marks we draw, and their ASCII twins; none is an emoji, each takes one cell."""

from __future__ import annotations

from collections.abc import Mapping

from omnitui.core.dataclass import dataclass
from omnitui.widgets.cells import fill


@dataclass(frozen=True, slots=True)
class Glyphs:
    """One set of marks."""

    bar: str = "▌"
    unread: str = "●"
    answered: str = "⇄"
    snoozed: str = "◷"
    draft: str = "✎"
    failed: str = "✗"
    closed: str = "✓"
    marked: str = "+"
    urgent: str = "!"
    fold: str = "▸"
    rule: str = "─"
    upright: str = "│"
    corners: str = "┌┐└┘"
    queued: str = "↑"
    online: str = "●"
    offline: str = "○"
    dot: str = "·"
    star: str = "★"
    arrow: str = "→"
    follow_up: str = "↻"
    wrapped: str = "↪"
    times: str = "×"
    full: str = "█"
    hollow: str = "░"
    less: str = "‹"
    more: str = "›"


UNICODE = Glyphs()
ASCII = Glyphs(
    bar=">",
    unread="*",
    answered=">",
    snoozed="z",
    draft="d",
    failed="x",
    closed="v",
    fold=">",
    rule="-",
    upright="|",
    corners="++++",
    queued="^",
    online="*",
    offline="o",
    dot="-",
    star="*",
    arrow="->",
    follow_up="~",
    wrapped="\\",
    times="x",
    full="#",
    hollow=".",
    less="<",
    more=">",
)

CHANNELS = {
    "email": "EM",
    "whatsapp": "WA",
    "telegram": "TG",
    "sms": "SM",
    "slack": "SL",
    "matrix": "MX",
    "chatwoot": "CW",
    "twilio": "SM",
    "file": "FI",
    "fake": "FA",
}
"""Before the accounts have been read; they are those of the packages."""


class ChannelMarks:
    """Two letters for a channel, the same wherever it is named: those that its package gives to its accounts."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def learn(self, known: Mapping[str, str]) -> bool:
        """The letters of each channel that has an account; whether some are other ones now."""
        found = {channel: letters for channel, letters in known.items() if letters}
        changed = found != self._known
        self._known = found
        return changed

    def of(self, channel: str) -> str:
        """Of this channel; two cells."""
        letters = self._known.get(channel) or CHANNELS.get(channel) or channel[:2].upper() or "??"
        return fill(letters, 2)
