"""What a channel reports: one tagged union, the same for every channel.

Connectors put in what they got as it is; the kit cleans every string (`safe_text`) before the store sees it. Remote ids
are unique within one account: a channel whose ids are unique within a chat only puts the chat before them.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TypeAlias

from omnitui.core.dataclass import dataclass
from omnitui.core.times import Instant


class Direction(StrEnum):
    """Who or what wrote a message."""

    IN = "in"
    """The customer."""
    OUT = "out"
    """Somebody of ours: we ourselves, or a colleague by another program."""
    NOTE = "note"
    """Internal, never seen by the customer."""
    AUTO = "auto"
    """A bot or rule of ours."""
    SYSTEM = "system"
    """The channel itself (somebody joined, a call was missed)."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on a channel. `address` is what identifies them there: an id, a number in E.164, a handle."""

    address: str
    name: str = ""
    handle: str = ""
    """What people call them by on the channel, such as @ana; may change."""
    phone: str = ""
    """E.164, with its +."""
    email: str = ""
    organisation: str = ""
    other_address: str = ""
    """A second address of theirs on this channel, where the channel itself says that both are one person."""


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """An attachment. `ref` is how the connector asks for it again, in words of its own."""

    ref: str
    name: str = ""
    type: str = "application/octet-stream"
    size: int = 0
    """Bytes; 0: not told."""
    width: int = 0
    height: int = 0
    lost: str = ""
    """Why it cannot be had any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageEvent:
    """A message, new or seen again (upsert by `remote_id`)."""

    conversation: str
    """Remote id of the conversation: a chat, a room's thread, a pair of numbers."""
    remote_id: str
    at: Instant
    """The channel's own time."""
    direction: Direction
    author: Person | None = None
    text: str = ""
    files: tuple[RemoteFile, ...] = ()
    reply_to: str = ""
    """Remote id of the message that it answers."""
    key: str = ""
    """Our own key of the send that made it, where the channel gives it back."""
    title: str = ""
    """Of the conversation, where the channel has one (a subject, a room)."""
    people: tuple[Person, ...] = ()
    """Others who take part."""
    kind: str = "chat"
    """chat, call, voicemail, sticker, location, contact, poll, template, encrypted ..., for the row's mark."""
    delivery: str = ""
    """Ours: sent, delivered, read or failed, where the channel says so with the message."""
    detail: str = ""
    """Why it failed."""
    notices: tuple[str, ...] = ()
    """Sentences for the agent of how it was read ("a sticker, shown as its emoji")."""
    edited_at: Instant | None = None
    """It had been edited already when we first saw it."""
    html: str = ""
    """The text as HTML where the channel has that; never shown as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EditedEvent:
    """Another text for a message; the earlier one is kept."""

    conversation: str
    remote_id: str
    at: Instant
    text: str
    files: tuple[RemoteFile, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletedEvent:
    """A message was taken back at the other side: shown as such, what it said stays here."""

    conversation: str
    remote_id: str
    at: Instant
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReactionEvent:
    """Somebody put `emoji` to a message, or took it back. `whole`: these are all of theirs, earlier ones go."""

    conversation: str
    remote_id: str
    at: Instant
    person: Person
    emoji: tuple[str, ...]
    added: bool = True
    whole: bool = False
    ours: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptEvent:
    """How far a message of ours has come: sent, delivered, read or failed. Never goes back.

    `remote_id` empty: every message of ours in the conversation up to `up_to`.
    """

    conversation: str
    at: Instant
    state: str
    remote_id: str = ""
    up_to: Instant | None = None
    detail: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TypingEvent:
    """Somebody writes now, or stopped. It is shown for some seconds, and no part of what is kept."""

    conversation: str
    person: Person
    typing: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityEvent:
    """What is known of a person has changed."""

    person: Person
    ours: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationEvent:
    """What the other side says of a conversation; None: it says nothing of that."""

    conversation: str
    at: Instant
    title: str | None = None
    state: str | None = None
    """open, pending, snoozed or closed."""
    snoozed_until: Instant | None = None
    assignee: str | None = None
    """An agent's name; empty: nobody."""
    tags: tuple[str, ...] | None = None
    priority: int | None = None
    """-1 low, 0 normal, 1 high, 2 urgent."""
    merged_into: str | None = None
    also: tuple[str, ...] = ()
    """Other remote ids of the same conversation, where the channel knows it by several at one time. Whichever is known
    here is the conversation; an id that belongs to another one already stays there."""
    barred: str | None = None
    """Why the channel does not let us answer now; empty: it does."""
    people: tuple[Person, ...] = ()
    url: str | None = None
    """Where a browser shows it."""
    capabilities: str | None = None
    """What the channel can do in this conversation, where that differs from the account's (`core.channels.to_json`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GapEvent:
    """Something may be missing between two times: shown in the thread until it is filled.

    `conversation` empty: in any conversation of the account.
    """

    since: Instant
    until: Instant
    reason: str
    conversation: str = ""
    filled: bool = False
    """What was missing has been fetched after all."""


Event: TypeAlias = (
    MessageEvent
    | EditedEvent
    | DeletedEvent
    | ReactionEvent
    | ReceiptEvent
    | TypingEvent
    | IdentityEvent
    | ConversationEvent
    | GapEvent
)
