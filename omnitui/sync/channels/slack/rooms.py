"""The channels and direct messages that an account watches, and which of them are one conversation each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from omnitui.sync.channels.slack.client import SlackClient, SlackRefused
from omnitui.sync.channels.slack.settings import SlackSettings
from omnitui.sync.channels.slack.text import dicts, string

KINDS = "public_channel,private_channel,mpim,im"


@dataclass(frozen=True, slots=True)
class Room:
    """A channel. `whole`: all of it is one conversation; otherwise each of its threads is one."""

    id: str
    name: str = ""
    whole: bool = False
    watched: bool = True
    direct: bool = False
    shut: str = ""
    """Why nothing can be written there; empty: it can."""

    @property
    def title(self) -> str:
        """As people call it."""
        return f"#{self.name}" if self.name and not self.direct else ""

    def conversation(self, root: str) -> str:
        """The remote id of the conversation in which a message with this root (its thread's or its own ts) stands."""
        return self.id if self.whole or not root else f"{self.id}:{root}"


def room_of(raw: Mapping[str, Any], settings: SlackSettings) -> Room:
    """A channel object of Slack by what the config says of it. A direct message is always one conversation."""
    id, name = string(raw.get("id")), string(raw.get("name")).lstrip("#")
    direct = raw.get("is_im") is True or raw.get("is_mpim") is True or (id.startswith("D") and "is_im" not in raw)
    return Room(
        id=id,
        name=name,
        whole=direct or _listed(id, name, settings.whole_channels),
        watched=not settings.channels
        or _listed(id, name, settings.channels)
        or _listed(id, name, settings.whole_channels),
        direct=direct,
        shut=_shut(raw, direct=direct),
    )


def _shut(raw: Mapping[str, Any], *, direct: bool) -> str:
    if raw.get("is_archived") is True:
        return "The channel is archived in Slack"
    if raw.get("is_member") is False and not direct:
        return "The app is not in the channel any more: invite it again"
    return ""


def _listed(id: str, name: str, wanted: tuple[str, ...]) -> bool:
    return any(word in (id, name) or (word.startswith("#") and word[1:] == name) for word in wanted)


def split_conversation(remote: str) -> tuple[str, str]:
    """Channel and thread of a conversation's remote id; no thread for a whole channel."""
    channel, _, root = remote.partition(":")
    return channel, root


class Rooms:
    """What is known of the channels; asked for again at every connection."""

    def __init__(self, client: SlackClient, settings: SlackSettings) -> None:
        self._client, self._settings = client, settings
        self._known: dict[str, Room] = {}
        self.within: frozenset[str] = frozenset()
        """The channels that the app was in at the last look."""

    async def refresh(self) -> list[Room]:
        """The channels that the app is in and that are watched, in a steady order."""
        found: dict[str, Room] = {}
        fields = {"types": KINDS, "exclude_archived": "true"}
        async for page in self._client.pages("users.conversations", fields):
            for raw in dicts(page.get("channels")):
                room = room_of(raw, self._settings)
                if room.id:
                    found[room.id] = room
        self._known.update(found)
        self.within = frozenset(found)
        return sorted((room for room in found.values() if room.watched), key=lambda room: room.id)

    async def named(self, id: str) -> Room:
        """One channel; one that Slack does not show us is known by its id only."""
        if id not in self._known:
            try:
                answer = await self._client.call("conversations.info", {"channel": id})
            except SlackRefused as refused:
                answer = {"channel": {"is_member": False}} if refused.code == "channel_not_found" else {}
            raw = answer.get("channel")
            self._known[id] = room_of({**(raw if isinstance(raw, dict) else {}), "id": id}, self._settings)
        return self._known[id]

    @property
    def names(self) -> dict[str, str]:
        """What those that are known are called."""
        return {id: room.name for id, room in self._known.items() if room.name and not room.direct}

    def forget(self, id: str) -> None:
        """It has another name now."""
        self._known.pop(id, None)
