"""What the connector remembers between two pulls, as the text that the kit keeps with what was pulled."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from omnitui.core.times import HOUR, SECOND
from omnitui.sync.channels.twilio.feeds import Place, place_from

WATCHED = 48 * HOUR
"""How long the fate of a message is asked for."""
MOST_MESSAGES = 200
"""Messages whose fate is asked for at one time; what is more, the oldest, is not followed any further."""
TRANSCRIPT = "TR:"
"""Before the id of a voicemail whose words are still awaited."""


@dataclass(slots=True)
class Open:
    """Something that is not at its end: since when, when it was last asked for, how it stood, and where it belongs."""

    at: int
    checked: int
    state: str = ""
    conversation: str = ""

    def due(self, now: int, poll: int) -> bool:
        """Asked less and less often: after an eighth of its age."""
        return now - self.checked >= max(poll * SECOND, (now - self.at) // 8)

    def old(self, now: int) -> bool:
        """It is not waited for any longer."""
        return now - self.at >= WATCHED


@dataclass(slots=True)
class Cursor:
    """Where the reading stands. `places` by the name of the feed, `open` by id; `stops` by conversation: when somebody
    last opted out (True) or in again."""

    places: dict[str, Place] = field(default_factory=dict)
    open: dict[str, Open] = field(default_factory=dict)
    stops: dict[str, tuple[int, bool]] = field(default_factory=dict)

    def text(self) -> str:
        """For the kit."""
        followed = [sid for sid in self.open if sid[:2] in ("SM", "MM")]
        for sid in sorted(followed, key=lambda sid: self.open[sid].at)[:-MOST_MESSAGES]:
            del self.open[sid]
        places = {name: place.as_json() for name, place in self.places.items()}
        waiting = {sid: [one.at, one.checked, one.state, one.conversation] for sid, one in self.open.items()}
        record = {"places": places, "open": waiting, "stops": self.stops}
        return json.dumps(record, separators=(",", ":"))


def read(text: str) -> Cursor:
    """The inverse; the beginning for what cannot be read."""
    try:
        record = json.loads(text) if text else {}
        places = {str(name): place_from(value) for name, value in record.get("places", {}).items()}
        waiting = {
            str(sid): Open(int(at), int(checked), str(state), str(where))
            for sid, (at, checked, state, where) in record.get("open", {}).items()
        }
        stops = {str(pair): (int(at), bool(stopped)) for pair, (at, stopped) in record.get("stops", {}).items()}
        return Cursor(places, waiting, stops)
    except (ValueError, TypeError, AttributeError):
        return Cursor()
