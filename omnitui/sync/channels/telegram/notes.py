"""What the connector remembers beside its cursor: whose a business connection is, which messages are one album, and
what has been told of its conversations.

A file in the account's folder, 0600. It is no more than a memory: connections are asked for again where it is lost.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from omnitui.sync.channels.telegram.reading import items, number, record, words
from omnitui.sync.channels.telegram.routes import is_conversation

ALBUMS = 500
"""Albums remembered: Telegram lets nothing older than 48 hours be deleted."""
REACTIONS = 500
"""Messages whose reaction of ours is remembered."""
TOLD = 2000
"""Conversations remembered, the latest."""


@dataclass(frozen=True, slots=True)
class Connection:
    """A business connection (object `BusinessConnection`)."""

    id: str
    owner: str
    """User id of the business account; empty: Telegram does not tell."""
    enabled: bool = True
    can_reply: bool = True
    can_read: bool = True
    can_delete: bool = True
    """What the bot itself has sent."""
    at: int = 0
    """Unix time at which it was made: the newest of an owner counts."""


def connection_of(value: Any) -> Connection:
    """As Telegram describes it."""
    given = record(value)
    rights = record(given.get("rights"))
    owner = number(record(given.get("user")).get("id"))
    return Connection(
        words(given.get("id")),
        str(owner or ""),
        given.get("is_enabled") is True,
        # Servers from before Bot API 9.0 know this one right only.
        (rights.get("can_reply") or given.get("can_reply")) is True,
        rights.get("can_read_messages") is True,
        (rights.get("can_delete_sent_messages") or rights.get("can_delete_all_messages")) is True,
        number(given.get("date")),
    )


@dataclass(slots=True)
class Notes:
    """The memory, and the file that it is kept in. `load` and `save` block."""

    path: Path
    connections: dict[str, Connection] = field(default_factory=dict)
    albums: dict[str, list[int]] = field(default_factory=dict)
    """The messages of an album by the remote id of its first."""
    reactions: dict[str, str] = field(default_factory=dict)
    """Our reaction to a message; empty: we have taken it back."""
    told: dict[str, str] = field(default_factory=dict)
    """What was told last of a conversation: why nothing may be sent, and in the next line what can be done."""

    def load(self) -> None:
        """Read the file; one that is missing or damaged is as an empty one."""
        try:
            found = record(json.loads(self.path.read_text(encoding="utf-8")))
        except (OSError, ValueError, RecursionError):
            found = {}
        for one in map(record, items(found.get("connections"))):
            name = words(one.get("id"))
            if name:
                self.connections[name] = Connection(
                    name,
                    words(one.get("owner")),
                    one.get("enabled") is True,
                    one.get("can_reply") is True,
                    one.get("can_read") is True,
                    one.get("can_delete") is True,
                    number(one.get("at")),
                )
        for name, numbers in record(found.get("albums")).items():
            self.albums[name] = [number(one) for one in items(numbers) if number(one) > 0]
        self.reactions |= {name: words(emoji) for name, emoji in record(found.get("reactions")).items()}
        for name, said in record(found.get("told")).items():
            if is_conversation(name):
                self.told[name] = words(said)

    def save(self) -> None:
        """Write it, whole or not at all. Raises OSError."""
        self.albums = dict(list(self.albums.items())[-ALBUMS:])
        self.reactions = dict(list(self.reactions.items())[-REACTIONS:])
        kept: Mapping[str, Any] = {
            "connections": [asdict(one) for one in self.connections.values()],
            "albums": self.albums,
            "reactions": self.reactions,
            "told": self.told,
        }
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        new = self.path.with_name(f"{self.path.name}.new")
        with open(os.open(new, os.O_CREAT | os.O_TRUNC | os.O_WRONLY | os.O_CLOEXEC, 0o600), "w") as file:
            json.dump(kept, file)
        new.replace(self.path)

    def tell(self, told: Mapping[str, str]) -> None:
        """These have been told."""
        for name, said in told.items():
            self.told.pop(name, None)
            self.told[name] = said
        for name in list(self.told)[:-TOLD]:
            del self.told[name]

    def owners(self) -> dict[str, str]:
        """User ids of owners by connection."""
        return {one.id: one.owner for one in self.connections.values() if one.owner}

    def speaking(self) -> list[str]:
        """The connections that count, one of each business account that is known."""
        owners = dict.fromkeys(one.owner for one in self.connections.values() if one.owner)
        return [found.id for owner in owners if (found := self.of_owner(owner)) is not None]

    def of_owner(self, owner: str) -> Connection | None:
        """The connection by which this business account is spoken for now; `=...` names one by its own id."""
        if owner.startswith("="):
            return self.connections.get(owner[1:]) or Connection(owner[1:], "")
        ours = [one for one in self.connections.values() if one.owner == owner]
        return max(ours, key=lambda one: (one.enabled, one.at), default=None)
