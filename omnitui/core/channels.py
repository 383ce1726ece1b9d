"""What a channel can do, and what is still possible in one of its conversations: values that screen and worker share.

The worker writes the capabilities of every account into the cache, so that the screen offers only what its channel can
do, also for a channel that somebody else has written.
"""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from enum import StrEnum
from typing import Any

from omnitui.core.dataclass import dataclass
from omnitui.core.times import HOUR, Instant

EMAIL = "email"


class Inbound(StrEnum):
    """How messages come to us."""

    POLL = "poll"
    LONG_POLL = "longpoll"
    STREAM = "stream"
    RELAY = "relay"
    NONE = "none"


class History(StrEnum):
    """What can be read of the time before we came."""

    NONE = "none"
    RECENT = "recent"
    FULL = "full"


class Dedupe(StrEnum):
    """What keeps a send whose fate is unknown from going out twice."""

    SERVER_KEY = "server_key"
    """The other side knows our key and takes it once: it may be sent again by itself."""
    QUERYABLE = "queryable"
    """It can be looked for; only what is certainly absent is sent again."""
    NONE = "none"
    """Only the agent can say."""


class Counting(StrEnum):
    """How the length of a text is counted."""

    CHARACTERS = "characters"
    UTF16 = "utf16"
    """Code units, as Telegram counts."""
    SMS = "sms"
    """Segments of 160 or 70 (GSM 03.38); the limit is in characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a channel can do. Static for a connector; `narrowed` says less for one conversation."""

    inbound: Inbound = Inbound.POLL
    history: History = History.NONE
    exclusive: bool = False
    """The credential allows one consumer only."""
    retention: int = 0
    """Seconds for which what we have not fetched is kept for us; 0: for good."""
    dedupe: Dedupe = Dedupe.NONE
    may_start: bool = False
    """We may write first to somebody who has not written."""
    edit: bool = False
    delete: bool = False
    react: bool = False
    reply_to: bool = False
    typing: bool = False
    mark_read: bool = False
    """The customer can be shown that we have read."""
    receipts: str = "none"
    """The furthest that we hear of our messages: none, sent, delivered or read."""
    attachments: bool = False
    notes: bool = False
    """Internal notes are kept at the other side, too."""
    templates: bool = False
    states: bool = False
    """States (open, closed, snoozed) go both ways; likewise the two below."""
    assignees: bool = False
    tags: bool = False
    priority: bool = False
    links_expire: bool = False
    """Attachments must be fetched when they arrive."""
    counting: Counting = Counting.CHARACTERS
    most_text: int = 0
    """Longest text; 0: no limit of ours."""
    most_file: int = 0
    """Bytes of an attachment at most; 0: no limit of ours."""
    most_files: int = 0
    """Files of one message at most; 0: no limit of ours. An answer with more goes as several messages."""
    most_caption: int = 0
    """Longest text beside a file; 0: as without one. A longer text goes before its files, as a message of its own."""
    window_hours: int = 0
    """Hours after the customer's last message in which we may answer freely; 0: always."""
    after_window: str = "closed"
    """What is possible then: template or closed."""
    formats: str = "plain"
    """What the text may hold: plain, markdown or html."""
    enter_sends: bool = False
    """People expect Enter to send here."""
    threaded: bool = False
    """A conversation is a thread within a larger room (Slack), shown with the room's name."""


@dataclass(frozen=True, slots=True)
class Window:
    """What may be sent in a conversation. `kind`: open, template or closed; `until`: when an open one ends."""

    kind: str
    until: Instant | None = None
    words: str = ""
    """Why, where it is not open."""


OPEN = Window("open")


def window_of(can: Capabilities, last_customer_at: Instant | None, now: Instant, barred: str = "") -> Window:
    """The reply window by the channel's rule; `barred` is what the other side itself says against answering."""
    if barred:
        return Window(can.after_window if can.templates else "closed", None, barred)
    if not can.window_hours:
        return OPEN
    until = Instant((last_customer_at or 0) + can.window_hours * HOUR)
    if last_customer_at and now < until:
        return Window("open", until)
    words = f"The customer's last message is more than {can.window_hours} hours old"
    return Window(can.after_window, until if last_customer_at else None, words)


def to_json(can: Capabilities) -> str:
    """As the cache keeps it: only what differs from the default."""
    plain = Capabilities()
    return json.dumps({name: value for name, value in asdict(can).items() if value != getattr(plain, name)})


def from_json(text: str) -> Capabilities:
    """The inverse; what a later version has added is passed over."""
    known: dict[str, Any] = {f.name: type(f.default) for f in fields(Capabilities)}
    given = json.loads(text) if text else {}
    return Capabilities(**{name: known[name](value) for name, value in given.items() if name in known})
