"""How a thread is shown, and what mails and chats in it have in common: who wrote, what delivery looks like."""

from __future__ import annotations

from dataclasses import dataclass

from omnitui.core.models import Delivery, ThreadMessage
from omnitui.core.times import Instant
from omnitui.widgets.glyphs import Glyphs

MEASURE = 88
"""Cells of a line of text at most: longer ones are hard to read."""
DELIVERY_ROLES = {
    Delivery.FAILED: "danger",
    Delivery.UNKNOWN: "danger",
    Delivery.BOUNCED: "danger",
    Delivery.ASKING: "warn",
    Delivery.HELD: "accent",
    Delivery.QUEUED: "accent",
    Delivery.SENDING: "accent",
}


@dataclass(frozen=True, slots=True)
class Look:
    """How a thread is shown: its width, marks, the time, who reads, and whether this message is unfolded."""

    width: int
    glyphs: Glyphs
    now: Instant
    me: str = ""
    unfolded: bool = False

    @property
    def measure(self) -> int:
        """Cells for text."""
        return min(self.width - 2, MEASURE)


def who(message: ThreadMessage, me: str) -> str:
    """The name over a message."""
    if message.ours:
        return "You" if message.author in ("", me) else message.author
    return message.sender.name or message.sender.email or "(no sender)"
