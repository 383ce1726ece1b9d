"""What can be done in a conversation, told to the screen when it is not what was told before.

A bot marks nothing as read in its own chats. For a business account it answers within 24 hours, reacts to nothing, and
has the rights that the account gave it (`BusinessBotRights`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from omnitui.core.channel_events import ConversationEvent, Direction, Event, MessageEvent
from omnitui.core.channels import Capabilities, to_json
from omnitui.core.times import Instant
from omnitui.sync.channels.telegram import CAPABILITIES
from omnitui.sync.channels.telegram.notes import Connection, Notes
from omnitui.sync.channels.telegram.reading import number, record
from omnitui.sync.channels.telegram.routes import Route, route_of

ANSWER_HOURS = 24
"""`can_reply` holds for chats that had incoming messages in so many hours."""


def capabilities_of(route: Route, connection: Connection | None) -> Capabilities:
    """What can be done in this conversation. `connection`: that of its business account, where it is known."""
    if not route.owner:
        return replace(CAPABILITIES, mark_read=False, typing=not route.topic.startswith("d"))
    able = connection or Connection("", "", can_delete=False)
    return replace(
        CAPABILITIES,
        react=False,
        edit=able.can_reply,
        delete=able.can_delete,
        mark_read=able.can_read,
        typing=able.can_reply and able.enabled,
        window_hours=ANSWER_HOURS,
    )


def barred_by(connection: Connection | None) -> str:
    """Why a business account lets nothing be sent; empty where it does."""
    if connection is not None and not connection.enabled:
        return "The business account has disconnected the bot: connect it again in Telegram's settings"
    if connection is not None and not connection.can_reply:
        return "The business account does not let the bot reply: allow it in Telegram's settings"
    return ""


@dataclass(slots=True)
class Standings:
    """What one pull tells. `told` becomes part of the notes when the batch is on the disk."""

    notes: Notes
    now: Instant
    told: dict[str, str] = field(default_factory=dict)

    def beside(self, update: Any, made: Sequence[Event]) -> list[Event]:
        """What an update means for what can be done, after its own events."""
        given = record(update)
        if record(given.get("business_connection")):
            return self.of_businesses()
        if record(given.get("my_chat_member")):
            return [said for event in made if isinstance(event, ConversationEvent) for said in self._member(event)]
        first = next((event for event in made if isinstance(event, MessageEvent)), None)
        return [] if first is None else self._message(first)

    def of_businesses(self) -> list[Event]:
        """All known chats of business accounts whose rights are others than were told."""
        changed, now = list[str](), dict[str, str]()
        for name, before in self.notes.told.items():
            owner = name[1:].partition("/")[0] if name.startswith("b") else ""
            if owner and owner not in now:
                now[owner] = _said(barred_by(self.notes.of_owner(owner)), self._can(route_of(name)))
            if owner and before != now[owner]:
                changed.append(name)
        return [event for name in changed for event in self._tell(name, self._barred(route_of(name)))]

    def _message(self, event: MessageEvent) -> list[Event]:
        route = route_of(event.conversation)
        # Whoever writes to the bot has not blocked it.
        writes = route.chat > 0 and event.direction is Direction.IN
        return self._tell(event.conversation, self._barred(route) if route.owner else "" if writes else None)

    def _member(self, event: ConversationEvent) -> list[Event]:
        """A group's own conversation and its topics."""
        chat = route_of(event.conversation).chat
        topics = [
            name
            for name in self.notes.told
            if name != event.conversation and (route := route_of(name)).chat == chat and not route.owner
        ]
        return [said for name in (event.conversation, *topics) for said in self._tell(name, event.barred)]

    def _barred(self, route: Route) -> str:
        return barred_by(self.notes.of_owner(route.owner))

    def _can(self, route: Route) -> str:
        return to_json(capabilities_of(route, self.notes.of_owner(route.owner) if route.owner else None))

    def _tell(self, conversation: str, barred: str | None) -> list[Event]:
        route = route_of(conversation)
        before = self.told.get(conversation, self.notes.told.get(conversation, ""))
        holds = before.partition("\n")[0] if barred is None else barred
        can = self._can(route)
        now = _said(holds, can)
        if now == before:
            return []
        self.told[conversation] = now
        return [ConversationEvent(conversation=conversation, at=self.now, barred=barred, capabilities=can)]


def _said(barred: str, can: str) -> str:
    return f"{barred}\n{can}"


def album_parts(albums: Mapping[str, Sequence[int]]) -> frozenset[str]:
    """Remote ids of the messages that are an album of ours together with its first one."""
    return frozenset(
        f"{first.rpartition(':')[0]}:{number(one)}" for first, every in albums.items() for one in every[1:]
    )
