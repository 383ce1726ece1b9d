"""Rooms that were replaced by others (an upgrade): one conversation here, whichever of them a message stands in.

Source: spec.matrix.org, "Room upgrades". The old room names the new one (m.room.tombstone), the new one the old one
(the predecessor in m.room.create); only where both do, they belong together.
"""

from __future__ import annotations

from dataclasses import dataclass, field

MOST = 1000
"""Replaced rooms that are remembered."""


@dataclass
class Moves:
    """Old rooms with the ones after them."""

    known: dict[str, str] = field(default_factory=dict)

    def add(self, old: str, new: str) -> None:
        """`old` goes on in `new`. A circle is not believed."""
        if old != new and old not in self._line(new):
            self.known[old] = new
            while len(self.known) > MOST:
                del self.known[next(iter(self.known))]

    def newest(self, room: str) -> str:
        """Where a conversation goes on now."""
        return self._line(room)[-1]

    def rooms(self, room: str) -> list[str]:
        """All rooms of a conversation, this one first, then the others from the newest on."""
        newest = self.newest(room)
        older = [old for old in self.known if self.newest(old) == newest]
        return list(dict.fromkeys([room, newest, *reversed(older)]))

    def _line(self, room: str) -> list[str]:
        line = [room]
        while (after := self.known.get(line[-1])) is not None and after not in line:
            line.append(after)
        return line
