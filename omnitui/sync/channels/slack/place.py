"""How far an account has been read: the cursor, JSON text.

For each channel the time up to which it is whole, and, while its history is read, the page where that goes on; threads
by their last known reply; threads that are still to be read. A page that is on the disk is not asked for again, and
a channel's time moves only when its last page is there, so that a crash in between skips nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from omnitui.core.times import Instant
from omnitui.sync.channels.slack.mapping import later, ts_order

MOST_THREADS = 200
"""Threads whose last reply is remembered: those with the latest activity."""
MOST_RECENT = 600
"""Messages that are remembered to see whether they were deleted while nobody listened: the latest."""


@dataclass(slots=True)
class Reading:
    """One channel. All that is not later than `base` has been read."""

    base: str
    floor: str = ""
    """From where the history that is read now goes."""
    fresh: str = ""
    """Messages of it that are later than this are reported; earlier ones tell of their threads only."""
    page: str = ""
    """Slack's cursor of its next page; empty: none has been read."""
    top: str = ""
    """The latest message that was seen meanwhile."""
    turn: int = 0
    """When it was read last, as `Place.turn` counts: whoever waits longest is next, however slow it goes."""
    new: str = ""
    """Not empty: it is read for the first time, and all of it was said before we came."""


@dataclass(slots=True)
class Part:
    """A thread to be read from `oldest` on (empty: whole)."""

    channel: str
    root: str
    oldest: str = ""
    page: str = ""


@dataclass(slots=True)
class Place:
    """The cursor, as one pull moves it on."""

    live: str = ""
    """When everything was read; empty: never."""
    rooms: dict[str, Reading] = field(default_factory=dict)
    threads: dict[str, str] = field(default_factory=dict)
    """`channel:root` to the last reply, or the root itself."""
    todo: list[Part] = field(default_factory=list)
    dropped: str = ""
    """The last activity of the latest thread that had to be left out of `threads`."""

    recent: dict[str, str] = field(default_factory=dict)
    """`channel:ts` of the latest messages to the root of their thread (their own ts at the channel's top)."""
    look: list[Part] = field(default_factory=list)
    """Threads that are looked at, when there is time, for what was changed in them while nobody listened."""
    look_since: str = ""
    """Since when nobody listened."""
    turn: int = 0
    shut: list[str] = field(default_factory=list)
    """Channels of which was told that nothing can be written there."""
    whole: list[str] = field(default_factory=list)
    """Channels of which was told that a message in them may be answered in its thread."""
    liked: dict[str, str] = field(default_factory=dict)
    """Of the messages in `recent`, those with reactions: `user=emoji,emoji user=emoji`."""

    def text(self) -> str:
        """As it is kept; `recent` by channels and threads, which is half as long."""
        whole = asdict(self)
        by_thread: dict[str, dict[str, list[str]]] = {}
        for name, root in self.recent.items():
            channel, _, ts = name.partition(":")
            by_thread.setdefault(channel, {}).setdefault(root, []).append(ts)
        return json.dumps({**whole, "recent": by_thread}, separators=(",", ":"))

    def is_new(self, channel: str) -> bool:
        """Whether the channel is read for the first time."""
        reading = self.rooms.get(channel)
        return reading is not None and bool(reading.new)

    def none_new(self) -> None:
        """All channels have been read once."""
        for reading in self.rooms.values():
            reading.new = ""

    def saw(self, channel: str, ts: str, *, whole: bool) -> None:
        """A message at the channel's top; `whole`: the channel's history has been read up to now."""
        if channel not in self.rooms and not whole:
            return  # its history is still to be read from the start
        reading = self.rooms.setdefault(channel, Reading(base=ts))
        if whole:
            reading.base = later(reading.base, ts)
        else:
            reading.top = later(reading.top, ts)

    def saw_reply(self, channel: str, root: str, ts: str) -> None:
        """A message in a thread."""
        key = f"{channel}:{root}"
        self.threads[key] = later(self.threads.get(key, ts), ts)
        while len(self.threads) > MOST_THREADS:
            oldest = min(self.threads, key=lambda name: ts_order(self.threads[name]))
            self.dropped = later(self.dropped, self.threads.pop(oldest))

    def remember(self, channel: str, root: str, ts: str) -> None:
        """A message that is there."""
        self.recent[f"{channel}:{ts}"] = root
        if len(self.recent) > MOST_RECENT:
            self.forget(min(self.recent, key=lambda name: ts_order(name.partition(":")[2])))

    def forget(self, name: str) -> None:
        """A message (`channel:ts`) that need not be looked for any more."""
        self.recent.pop(name, None)
        self.liked.pop(name, None)

    def reacted(self, name: str, now: Mapping[str, Iterable[str]], *, all_of_them: bool) -> tuple[set[str], bool]:
        """The names of the emoji of each person who has reacted to a message; gives those who had, and have not any
        more, and whether anything is new. What is not recent is not kept, and counts as new."""
        if name not in self.recent:
            return set(), True
        before = {user: set(emoji.split(",")) for user, _, emoji in (one.partition("=") for one in self._likes(name))}
        given = {user: set(emoji) for user, emoji in now.items()}
        kept = given if all_of_them else {**before, **{user: before.get(user, set()) | given[user] for user in given}}
        self.liked.pop(name, None)
        if kept:
            self.liked[name] = " ".join(f"{user}={','.join(sorted(emoji))}" for user, emoji in sorted(kept.items()))
        return before.keys() - kept.keys(), before != kept

    def _likes(self, name: str) -> list[str]:
        return self.liked.get(name, "").split()


def place_of(text: str) -> Place:
    """A cursor as it was kept; one that cannot be read counts as none, which brings everything once more."""
    try:
        raw = json.loads(text) if text else {}
        return Place(
            live=str(raw.get("live", "")),
            rooms={str(id): _reading(value) for id, value in raw.get("rooms", {}).items()},
            threads={str(key): str(value) for key, value in raw.get("threads", {}).items()},
            todo=[Part(**_texts(value)) for value in raw.get("todo", [])],
            dropped=str(raw.get("dropped", "")),
            recent=_recent(raw.get("recent", {})),
            look=[Part(**_texts(value)) for value in raw.get("look", [])],
            look_since=str(raw.get("look_since", "")),
            turn=int(raw.get("turn", 0)),
            shut=[str(id) for id in raw.get("shut", [])],
            whole=[str(id) for id in raw.get("whole", [])],
            liked=_texts(raw.get("liked", {})),
        )
    except (ValueError, TypeError, AttributeError):
        return Place()


def ts_of(at: Instant) -> str:
    """An instant as Slack writes times."""
    whole = max(at, 0)
    return f"{whole // 1000}.{whole % 1000:03d}000"


def _reading(value: Any) -> Reading:
    return Reading(**{**_texts(value), "turn": int(value.get("turn", 0))})  # type: ignore[arg-type]


def _recent(value: Any) -> dict[str, str]:
    """By message; also as an earlier version kept it (`channel:ts` to its root)."""
    found: dict[str, str] = {}
    for name, inner in value.items():
        if isinstance(inner, dict):
            found |= {f"{name}:{ts}": str(root) for root, every in inner.items() for ts in every}
        else:
            found[str(name)] = str(inner)
    return found


def _texts(value: Any) -> dict[str, str]:
    return {str(name): str(inner) for name, inner in value.items()}
