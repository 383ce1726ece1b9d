"""Reading Twilio's lists, which know no "since this one": newest first, by time, with an overlap.

Each list is walked from its newest item down to what was read before, less an overlap for what Twilio files late. A
walk may take several pulls: where it stands is in the cursor, and the mark of what was read moves only when it has come
to its end, so that nothing between is ever passed over. The pages are followed by Twilio's own links, which hold their
place by an item's id: two items of one second on both sides of a page border both arrive.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from omnitui.core.errors import NotFound
from omnitui.core.times import DAY, MINUTE, SECOND, Instant, iso
from omnitui.sync.channels.twilio import calls, mapping
from omnitui.sync.channels.twilio.client import Declined, Twilio
from omnitui.sync.channels.twilio.fields import Item, text
from omnitui.sync.channels.twilio.settings import TwilioSettings

OVERLAP = 10 * MINUTE
PAGE = 200


@dataclass(frozen=True, slots=True)
class Feed:
    """One list: `resource` below the account, asked with `filter`, its time asked as `since` and read by `time`."""

    resource: str
    since: str
    time: Callable[[Item], Instant | None]
    filter: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What it is called in the cursor."""
        return " ".join([self.resource, *(f"{side} {address}" for side, address in self.filter.items())])


@dataclass(slots=True)
class Place:
    """Where the reading of a feed stands. `high`: the newest time of which all is read; `top`: the newest of this walk.

    `then` leads to the walk's next page; `seen` are the items of the overlap with their times and states.
    """

    high: int = 0
    top: int = 0
    then: str = ""
    seen: dict[str, tuple[int, str]] = field(default_factory=dict)

    def as_json(self) -> list[Any]:
        """For the cursor."""
        return [self.high, self.top, self.then, {sid: list(state) for sid, state in self.seen.items()}]


def feeds(settings: TwilioSettings) -> list[Feed]:
    """The lists to read: of the account, or of each of its own numbers in both directions."""
    found: list[Feed] = []
    plain = [number for number in settings.numbers if not number.startswith("whatsapp:")]
    listed = [n for n in settings.numbers if ("whatsapp" if n.startswith("whatsapp:") else "sms") in settings.kinds]
    if {"sms", "whatsapp"} & set(settings.kinds):
        found += [Feed("Messages", "DateSent>", mapping.when, sides) for sides in _sides(settings.numbers, listed)]
    if "calls" in settings.kinds:
        found += [Feed("Calls", "StartTime>", calls.began, sides) for sides in _sides(settings.numbers, plain)]
        found.append(Feed("Recordings", "DateCreated>", calls.made))
    return found


def _sides(all_: tuple[str, ...], numbers: list[str]) -> list[dict[str, str]]:
    if not all_:
        return [{}]
    return [{side: number} for number in numbers for side in ("To", "From")]


async def step(client: Twilio, feed: Feed, place: Place, now: Instant, days: int) -> tuple[list[Item], Place, bool]:
    """One page: the items not seen in this state before (oldest first), the new place, and whether the walk goes on."""
    since = place.high - OVERLAP if place.high else now - days * DAY
    asked = {**feed.filter, feed.since: _whole_second(since), "PageSize": str(PAGE)}
    top, then = place.top, place.then
    try:
        page, following = await client.page(feed.resource, {} if then else asked, then)
    except (Declined, NotFound):
        if not then:
            raise
        # The link has grown too old: the walk begins again, with what was read of it as seen as ever.
        page, following = await client.page(feed.resource, asked)
        top = place.high
    times = [feed.time(item) for item in page]
    top = max([top, place.high, *(time for time in times if time is not None)])
    new: list[Item] = []
    seen = dict(place.seen)
    for item, time in zip(page, times, strict=True):
        sid, state = text(item, "sid"), text(item, "status")
        if not sid or (time is not None and time < since):
            continue
        if sid not in seen or seen[sid][1] != state:
            new.append(item)
        seen[sid] = (time if time is not None else top, state)
    goes_on = bool(following) and any(time is None or time >= since for time in times)
    if goes_on:
        # What lies between is passed once only; what was seen before is met again at the end of the walk.
        kept = {sid: state for sid, state in seen.items() if state[0] >= top - OVERLAP or state[0] <= place.high}
        return new[::-1], Place(place.high, top, following, kept), True
    # A time that lies ahead of us would hide all that comes until then.
    high = min(top, now)
    return new[::-1], Place(high, 0, "", {sid: s for sid, s in seen.items() if s[0] >= high - OVERLAP}), False


def place_from(value: Any) -> Place:
    """What stood in a cursor; a place at the beginning where it cannot be read."""
    try:
        high, top, then, seen = value
        states = {str(sid): (int(state[0]), str(state[1])) for sid, state in seen.items()}
        return Place(int(high), int(top), str(then), states)
    except (TypeError, ValueError, AttributeError, IndexError):
        return Place()


def _whole_second(at: int) -> str:
    """Twilio reads times to the second; an earlier one asks for more, never for less."""
    return iso(Instant(at - at % SECOND)).replace(".000Z", "Z")
