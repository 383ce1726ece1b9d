"""A mail as the parser hands it on: every string in it has passed `safe_text`, nothing in it is trusted."""

from __future__ import annotations

from enum import StrEnum

from omnitui.core.blocks import Block
from omnitui.core.dataclass import dataclass
from omnitui.core.times import Instant


class MailKind(StrEnum):
    """What a mail is for us (product page, message classes)."""

    MAIL = "mail"
    BOUNCE = "bounce"
    AUTO = "auto"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class Address:
    """A mailbox: `email` in the sender's spelling, at most one `@` meant; `name` may be empty."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A part that is not shown as text. `part` is its IMAP section (RFC 9051 6.4.5), e.g. "2" or "1.3"."""

    name: str
    type: str
    size: int
    sha256: str
    part: str
    inline: bool = False
    content_id: str = ""
    named: bool = True
    """Whether the sender named it; otherwise `name` is ours."""
    width: int = 0
    height: int = 0
    """Pixels of a picture, 0 where its bytes do not tell."""


@dataclass(frozen=True, slots=True)
class Bounce:
    """A delivery report (RFC 3464): which of our mails it is about and what became of it."""

    original_message_id: str
    recipients: tuple[str, ...]
    status: str
    """The enhanced status code, e.g. "5.1.1"; empty when not given."""
    action: str
    """failed, delayed, delivered, relayed, expanded; empty when not given."""
    reason: str


@dataclass(frozen=True, slots=True)
class Invitation:
    """A calendar part (RFC 5545/5546), reduced to what an agent needs to see."""

    method: str
    summary: str
    starts: str
    ends: str
    place: str
    organiser: str


@dataclass(frozen=True, slots=True)
class ParsedMail:
    """Everything the rest of the program knows about one mail."""

    message_id: str
    """With angle brackets taken off; empty when the mail has none (the store then derives one from the content)."""
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    subject: str
    sender: Address | None
    reply_to: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    bcc: tuple[Address, ...]
    date: str
    """The claimed time as ISO 8601 with its offset; empty when absent or absurd."""
    sent_at: Instant | None
    text: str
    """The plain text: the text part, or what the HTML says."""
    html: str
    """The HTML part as it came (decoded only): for the browser view, never shown in the terminal."""
    reply_text: str
    """The writer's own words: quotes and signature left out."""
    blocks: tuple[Block, ...]
    attachments: tuple[Attachment, ...]
    kind: MailKind = MailKind.MAIL
    list_id: str = ""
    bounce: Bounce | None = None
    invitation: Invitation | None = None
    omni_id: str = ""
    """Our own `X-Omni-Id` header: the outbox item that made this mail."""
    notices: tuple[str, ...] = ()
    """What an agent should know of how this was read ("unknown character set, shown as latin-1")."""
    text_from_html: bool = False
    """Whether `text` was made from the HTML because the mail has no plain text."""
    from_plain: bool = False
    """Whether the blocks are those of `text` (`core.text.own_words.blocks_of`); then they may be left out."""
    error: str | None = None
    """Why the mail could not be parsed; the other fields then hold what could still be read."""
