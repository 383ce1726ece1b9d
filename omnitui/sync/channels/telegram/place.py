"""How far a bot's updates have been read: the cursor, JSON text."""

from __future__ import annotations

import json
from dataclasses import dataclass

from omnitui.core.errors import ProtocolError, Refused
from omnitui.core.times import DAY, Instant
from omnitui.sync.channels.telegram.reading import number, record, words

QUIET = 6 * DAY
"""Without an update for so long, the next may have any number, also a lower one; Telegram says a week (`Update`)."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where it goes on. Numbers of updates count for one bot at one server of the Bot API."""

    offset: int = 0
    """The first update that we have not got; asking with it lets go of those before it, so it is only said once they
    are on the disk."""
    heard: Instant = Instant(0)
    """When nothing was left waiting at Telegram; 0: never."""
    last: Instant = Instant(0)
    """When an update came last."""
    bot: int = 0
    api: str = ""

    def text(self) -> str:
        """As it is kept."""
        kept = {"offset": self.offset, "heard": self.heard, "last": self.last, "bot": self.bot, "api": self.api}
        return json.dumps(kept)

    def offset_at(self, now: Instant, api: str) -> int:
        """The offset to say; 0 where it could let go of updates that we have not got."""
        elsewhere = bool(self.api) and self.api != api
        return 0 if elsewhere or now - self.last >= QUIET else self.offset


def place_of(cursor: str, now: Instant) -> Place:
    """A cursor as it was kept; a clock that was put back since counts from now. Raises ProtocolError."""
    if not cursor:
        return Place(last=now)
    try:
        given = record(json.loads(cursor))
    except ValueError:
        raise ProtocolError("the place in Telegram's updates cannot be read") from None
    heard, last = (Instant(min(now, number(given.get(name)))) for name in ("heard", "last"))
    return Place(number(given.get("offset")), heard, last, number(given.get("bot")), words(given.get("api")))


def same_bot(place: Place, bot: int, handle: str) -> None:
    """Raises Refused for another bot than the one that was read so far: both number their messages from 1, so that
    one's would be taken for the other's, and its updates would be let go of by the other's offset."""
    if place.bot and place.bot != bot:
        name = f" ({handle})" if handle else ""
        raise Refused(
            f"the token is that of another bot{name} than the one this account has read so far, and their chats would "
            "be mixed. Put the token of the first bot back, or set this bot up as an account of its own"
        )
