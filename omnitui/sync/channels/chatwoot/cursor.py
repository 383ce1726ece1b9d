"""What has been brought already, as text: the cursor of `pull`."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from omnitui.sync.channels.chatwoot.values import number, record, words

KEPT = 1000
"""Conversations that are remembered one by one; of others only that all up to `floor` was brought."""
OVERLAP = 120
"""Seconds that are looked at again: messages that take long to be stored get their number and time first."""


@dataclass(frozen=True, slots=True)
class Known:
    """A conversation as it was when it was brought."""

    activity: int
    """Seconds since 1970."""
    newest: int
    """Greatest id of its messages."""
    stamp: str
    """A digest of what the list says of it."""
    facts: str | None = None
    """A digest of the facts that were told (`facts.py`); None: none were looked at."""


@dataclass
class Cursor:
    """Where we are. `phase`: which list of the start is being brought; past the last: only what is new."""

    phase: int = 0
    high: int = 0
    """Seconds: every activity up to then has been brought."""
    floor: int = -1
    """Messages up to this id are brought, or are older than what we wanted, in conversations not in `known`; -1: not
    begun."""
    known: dict[str, Known] = field(default_factory=dict)

    def newest(self, conversation: str) -> int:
        """Id of the last message that was brought of a conversation."""
        one = self.known.get(conversation)
        return one.newest if one else max(self.floor, 0)

    def forget_old(self) -> None:
        """Keep what may be needed: the conversations active last, and all within the overlap."""
        over = len(self.known) - KEPT
        if over <= 0:
            return
        oldest = sorted(self.known.items(), key=lambda item: item[1].activity)[:over]
        for id_, one in oldest:
            if one.activity < self.high - OVERLAP:
                self.floor = max(self.floor, one.newest)
                del self.known[id_]

    def text(self) -> str:
        """As it is kept."""
        known = {id_: [one.activity, one.newest, one.stamp, one.facts] for id_, one in self.known.items()}
        return json.dumps(
            {"v": 1, "phase": self.phase, "high": self.high, "floor": self.floor, "known": known}, separators=(",", ":")
        )


def read(text: str) -> Cursor:
    """The inverse; what cannot be read is a beginning, which brings again what is known and loses nothing."""
    try:
        found = record(json.loads(text)) if text else {}
    except ValueError:
        return Cursor()
    if found.get("v") != 1:
        return Cursor()
    known = {}
    for id_, one in record(found.get("known")).items():
        if isinstance(one, list) and len(one) in (3, 4):
            facts = one[3] if len(one) == 4 and isinstance(one[3], str) else None
            known[id_] = Known(number(one[0]) or 0, number(one[1]) or 0, words(one[2]), facts)
    floor = number(found.get("floor"))
    return Cursor(
        number(found.get("phase")) or 0, number(found.get("high")) or 0, -1 if floor is None else floor, known
    )
