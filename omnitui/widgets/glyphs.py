"""The marks we draw, and their ASCII twins; none is an emoji, each takes one cell."""

from __future__ import annotations

from omnitui.core.dataclass import dataclass


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
}


def channel_letters(channel: str) -> str:
    """Two letters for a channel."""
    return CHANNELS.get(channel, (channel[:2] or "??").upper().ljust(2))
