"""The inboxes of an account: what the channel behind each can do, and who it reaches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from omnitui.core.channels import Capabilities
from omnitui.core.errors import OmnituiError
from omnitui.core.times import MINUTE, Instant
from omnitui.sync.channels.chatwoot.client import ChatwootClient
from omnitui.sync.channels.chatwoot.values import number, record, records, words

WHATSAPP = "Channel::Whatsapp"
TWILIO = "Channel::TwilioSms"
EMAIL = "Channel::Email"
_LONGEST = {
    EMAIL: 25_000,
    WHATSAPP: 4096,
    "Channel::Telegram": 4096,
    "Channel::FacebookPage": 2000,
    "Channel::Instagram": 1000,
    "Channel::Line": 2000,
}
"""Characters that the channel behind an inbox takes: the limits of Chatwoot's own composer (MESSAGE_MAX_LENGTH)."""
TWILIO_LONGEST = 1600
AGAIN = 1 * MINUTE
"""Milliseconds after which the list of inboxes may be asked for again because of an inbox that is not in it."""


@dataclass(frozen=True, slots=True)
class Inbox:
    """One inbox. `kind` is Chatwoot's name of its channel."""

    id: int
    name: str
    kind: str
    medium: str = ""
    """Of Twilio: sms or whatsapp."""
    raw: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def whatsapp(self) -> bool:
        """Whether customers are on WhatsApp."""
        return self.kind == WHATSAPP or (self.kind == TWILIO and self.medium == "whatsapp")

    def narrowed(self, can: Capabilities) -> Capabilities:
        """What can be done in its conversations, of what Chatwoot can do."""
        templates = self.kind == WHATSAPP
        longest = TWILIO_LONGEST if self.kind == TWILIO else _LONGEST.get(self.kind, can.most_text)
        return replace(can, templates=templates, after_window="template" if templates else "closed", most_text=longest)


def read_inbox(value: dict[str, Any]) -> Inbox | None:
    """An inbox as the server tells it; None where it has no id."""
    id_ = number(value.get("id"))
    if id_ is None:
        return None
    return Inbox(id_, words(value.get("name")), words(value.get("channel_type")), words(value.get("medium")), value)


@dataclass
class Inboxes:
    """Those that our user may see, by id; asked for when one is met that is not known."""

    client: ChatwootClient
    clock: Callable[[], Instant]
    known: dict[int, Inbox] = field(default_factory=dict)
    of: dict[str, int] = field(default_factory=dict)
    """The inbox of each conversation that was met."""
    asked_at: int = 0

    async def refresh(self) -> list[Inbox]:
        """Ask for all."""
        self.asked_at = self.clock()
        found = [inbox for one in await self.client.inboxes() if (inbox := read_inbox(one)) is not None]
        self.known = {inbox.id: inbox for inbox in found}
        return found

    async def meet(self, name: str, item: dict[str, Any]) -> Inbox:
        """The inbox of a conversation of the list; a nameless one where our user does not see it."""
        id_ = number(item.get("inbox_id"))
        if id_ is None:
            return Inbox(0, "", words(record(item.get("meta")).get("channel")))
        self.of[name] = id_
        if id_ not in self.known and (not self.asked_at or self.clock() - self.asked_at > AGAIN):
            await self.refresh()
        return self.known.get(id_) or Inbox(id_, "", words(record(item.get("meta")).get("channel")))

    def holding(self, conversation: str) -> Inbox | None:
        """The inbox of a conversation that was met; None for one that was not."""
        return self.known.get(self.of.get(conversation, 0))

    async def find(self, conversation: str) -> Inbox | None:
        """The same; asks the server where it was not met."""
        if self.holding(conversation) is None:
            try:
                item = await self.client.conversation(conversation)
            except OmnituiError:
                return None
            await self.meet(conversation, item)
        return self.holding(conversation)


def reachable(answer: Any) -> list[tuple[Inbox, str]]:
    """The inboxes by which a contact can be written to first, each with the contact's id there (`source_id`)."""
    found = []
    for one in records(record(answer).get("payload")):
        inbox, source = read_inbox(record(one.get("inbox"))), words(one.get("source_id"))
        if inbox is not None and source:
            found.append((inbox, source))
    return found
