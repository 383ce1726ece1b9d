"""What the screen and the command line show: frozen rows read from the store.

Every string has passed `safe_text`; times are instants (UTC milliseconds), None where unknown.
"""

from __future__ import annotations

from dataclasses import field
from enum import IntEnum, StrEnum
from typing import NewType

from omnitui.core.blocks import Block
from omnitui.core.dataclass import dataclass
from omnitui.core.mail import Address, Invitation
from omnitui.core.times import Instant

ConversationId = NewType("ConversationId", int)
MessageId = NewType("MessageId", int)
AccountId = NewType("AccountId", int)
ContactId = NewType("ContactId", int)


class State(StrEnum):
    """Where a conversation stands."""

    OPEN = "open"
    PENDING = "pending"
    SNOOZED = "snoozed"
    CLOSED = "closed"
    SPAM = "spam"


class Priority(IntEnum):
    """How urgent it is."""

    LOW = -1
    NORMAL = 0
    HIGH = 1
    URGENT = 2


class MessageClass(StrEnum):
    """Who or what wrote a message; only customer and human move clocks."""

    CUSTOMER = "customer"
    AUTO = "auto"
    HUMAN = "human"
    MACHINE = "machine"
    NOTE = "note"
    SYSTEM = "system"


class Delivery(StrEnum):
    """What has become of a message of ours."""

    NONE = ""
    HELD = "held"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    UNKNOWN = "unknown"
    BOUNCED = "bounced"
    ASKING = "asking"


class Order(StrEnum):
    """How a list is sorted."""

    WAITING = "waiting"
    """Failed sends, then who waits longest, then the rest, newest first."""
    NEWEST = "newest"
    OLDEST = "oldest"


@dataclass(frozen=True, slots=True)
class ConversationRow:
    """One row of the list. `order_key` with `id` is its place in the order asked for."""

    id: ConversationId
    key: str
    channel: str
    account: str
    subject: str
    contact_id: ContactId | None
    contact_name: str
    preview: str
    state: State
    snoozed_until: Instant | None
    assignee: str
    priority: Priority
    starred: bool
    tags: tuple[str, ...]
    message_count: int
    unread_count: int
    attachment_count: int
    note_count: int
    draft_count: int
    failed_count: int
    queued_count: int
    first_at: Instant
    last_at: Instant
    last_customer_at: Instant | None
    last_agent_at: Instant | None
    waiting_since: Instant | None
    order_key: int
    follow_up_at: Instant | None = None
    """It opens again then, unless they reply."""
    followed_up_at: Instant | None = None
    """It was opened again then, since they had not replied."""

    @property
    def no_reply(self) -> bool:
        """It came back because no reply had come, and nobody has written since."""
        at, last = self.followed_up_at, max(self.last_customer_at or 0, self.last_agent_at or 0)
        return at is not None and self.state is State.OPEN and last <= at

    @property
    def answered_last(self) -> bool:
        """We wrote last."""
        return self.last_agent_at is not None and self.last_agent_at >= (self.last_customer_at or 0)


SMALLEST_PICTURE = 32
"""Pixels of a side under which a picture inside a mail's text is only decoration."""


@dataclass(frozen=True, slots=True)
class AttachmentRow:
    """An attachment of a message; `here` is False while it is only on the server."""

    id: int
    message_id: MessageId
    name: str
    type: str
    size: int
    inline: bool
    here: bool
    width: int = 0
    height: int = 0
    """Pixels of a picture, 0 where unknown."""

    @property
    def is_picture(self) -> bool:
        """A picture that says more than a dot or a line does."""
        return self.type.startswith("image/") and (not self.width or min(self.width, self.height) >= SMALLEST_PICTURE)


@dataclass(frozen=True, slots=True)
class ReactionMark:
    """An emoji that was put to a message, by whom (as far as they have names), and whether we are among them."""

    emoji: str
    count: int
    names: tuple[str, ...]
    ours: bool


@dataclass(frozen=True, slots=True)
class Edit:
    """What a message said until `at`."""

    at: Instant
    text: str


class OlderState(StrEnum):
    """What can be had of the time before a chat's first message here."""

    NONE = "none"
    """The channel has no history."""
    MORE = "more"
    ASKED = "asked"
    ENDED = "ended"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Older:
    """How it stands with a chat's older messages; `words` say why they are refused, or what the last try met."""

    state: OlderState
    words: str = ""


@dataclass(frozen=True, slots=True)
class TemplateRow:
    """A message that a channel has approved beforehand; `body` has {{1}} or {{name}} where variables go."""

    id: str
    name: str
    language: str
    body: str


@dataclass(frozen=True, slots=True)
class ThreadMessage:
    """One message of a thread, without its blocks (they are asked for by id when it comes near the view)."""

    id: MessageId
    conversation_id: ConversationId
    mid: str
    class_: MessageClass
    kind: str
    author: str
    sender: Address
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    bcc: tuple[Address, ...]
    reply_to: tuple[Address, ...]
    subject: str
    preview: str
    at: Instant
    sent_at: Instant | None
    accepted_at: Instant | None
    seen: bool
    size: int
    attachment_count: int
    join_reason: str
    join_detail: str
    delivery: Delivery
    delivery_detail: str
    omni_id: str
    notices: tuple[str, ...]
    error: str | None
    edited_at: Instant | None = None
    deleted_at: Instant | None = None
    """Taken back at the other side; what it said is still here."""
    answers_mid: str = ""
    """The message that it answers, where the channel says so."""
    reactions: tuple[ReactionMark, ...] = ()

    @property
    def ours(self) -> bool:
        """Written on our side (an agent, a rule, a note)."""
        return self.class_ in (MessageClass.HUMAN, MessageClass.MACHINE, MessageClass.NOTE)


@dataclass(frozen=True, slots=True)
class MessageBody:
    """What stands in a message."""

    message_id: MessageId
    text: str
    blocks: tuple[Block, ...]
    invitation: Invitation | None


@dataclass(frozen=True, slots=True)
class IdentityRow:
    """One address of a contact."""

    channel: str
    address: str
    name: str
    blocked: bool


@dataclass(frozen=True, slots=True)
class Match:
    """A contact that may be the same person as another, and why one thinks so."""

    id: ContactId
    name: str
    channel: str
    address: str
    why: str


@dataclass(frozen=True, slots=True)
class ContactCard:
    """The side panel: who it is and what else they wrote about."""

    id: ContactId
    name: str
    organisation: str
    notes: str
    first_at: Instant | None
    last_at: Instant | None
    identities: tuple[IdentityRow, ...]
    conversations: tuple[ConversationRow, ...]
    conversation_count: int
    waiting_since: Instant | None = None
    """Of the conversation of theirs that waits longest."""
    tags: tuple[tuple[str, int], ...] = ()
    """On their conversations, the most frequent first, with how many bear each."""
    matches: tuple[Match, ...] = ()
    """Who may be the same person."""


@dataclass(frozen=True, slots=True)
class ContactRow:
    """One row of the page of contacts; `addresses` are some of theirs."""

    id: ContactId
    name: str
    organisation: str
    notes: str
    last_at: Instant | None
    addresses: tuple[str, ...]
    conversation_count: int
    waiting_since: Instant | None


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One outbox item as the agent sees it."""

    id: str
    kind: str
    account: str
    conversation_id: ConversationId | None
    message_id: MessageId | None
    state: str
    phase: str
    subject: str
    recipients: str
    not_before: Instant
    next_try_at: Instant
    attempts: int
    detail: str
    created_at: Instant


@dataclass(frozen=True, slots=True)
class AccountStatus:
    """How one account is doing: connection, and progress of the back-fill over all its folders."""

    id: AccountId
    name: str
    channel: str
    address: str
    state: str
    detail: str
    state_at: Instant
    done: int
    total: int
    mark: str = ""
    """Two letters for the list; empty for a mailbox."""
    capabilities: str = ""
    """What its channel can do, as `core.channels.to_json` writes it."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A message not yet sent. `id` is 0 until it is saved for the first time."""

    id: int
    conversation_id: ConversationId | None
    account: str
    kind: str
    """reply, reply_all, forward, new, note"""
    message_id: MessageId | None
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()
    subject: str = ""
    body: str = ""
    quote: bool = True
    attachments: tuple[str, ...] = field(default=())
    saw_at: Instant = Instant(0)
    author: str = ""
    updated_at: Instant = Instant(0)
    sender: str = ""
    """The address it leaves from; empty: the one that the customer wrote to, or the account's."""
    began_at: Instant = Instant(0)
    """When somebody began to write; 0 where that is not known."""
    chat: str = ""
    """Of a chat: JSON of what else goes along ({"template": {"id", "name", "language", "variables"}})."""
    origin: ConversationId | None = None
    """Another conversation of the same person that this answers too: the one from which somebody went this way."""


@dataclass(frozen=True, slots=True)
class StepRow:
    """One undoable step, for the status line and the log."""

    id: int
    label: str
    actor: str
    at: Instant
    state: str


@dataclass(frozen=True, slots=True)
class View:
    """A saved query with a name and an order."""

    name: str
    query: str
    order: Order = Order.WAITING
