"""Who talks with whom: the conversations of a Twilio account, and what can be done in each kind of them.

A conversation is a pair, our number and theirs, of one kind: `sms|+31970...|+31612...`. Calls stand in the pair's
SMS conversation, so that what somebody said and what they wrote is read in one place.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from omnitui.core.channel_events import Person
from omnitui.core.channels import Capabilities, Counting, Dedupe, History, Inbound

SMS = "sms"
WHATSAPP = "whatsapp"
NOBODY = "unknown"
"""Stands where Twilio names no address."""

CAPABILITIES = Capabilities(
    inbound=Inbound.POLL,
    history=History.FULL,
    dedupe=Dedupe.QUERYABLE,
    may_start=True,
    receipts="read",
    templates=True,
    most_text=1600,
    enter_sends=True,
)
"""Of the account as a whole; `narrowed` says what holds for one kind."""
OF_SMS = replace(CAPABILITIES, receipts="delivered", templates=False, counting=Counting.SMS)
OF_WHATSAPP = replace(CAPABILITIES, window_hours=24, after_window="template")
MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Abilities:
    """What an account can do. `files`: Twilio can fetch ours from somewhere; `mms`: its SMS numbers send them, too."""

    files: bool = False
    mms: bool = False

    @property
    def whole(self) -> Capabilities:
        """Of the account."""
        return replace(CAPABILITIES, attachments=True, most_file=16 * MEGABYTE) if self.files else CAPABILITIES

    def of(self, kind: str) -> Capabilities:
        """Of one kind: one file a message and 16 MB on WhatsApp, ten and 5 MB by MMS (Twilio's limits)."""
        if kind == WHATSAPP and self.files:
            return replace(OF_WHATSAPP, attachments=True, most_file=16 * MEGABYTE, most_files=1, most_caption=1024)
        if kind == SMS and self.files and self.mms:
            return replace(OF_SMS, attachments=True, most_file=5 * MEGABYTE, most_files=10)
        return OF_WHATSAPP if kind == WHATSAPP else OF_SMS


@dataclass(frozen=True, slots=True)
class Pair:
    """A conversation: `kind` is sms or whatsapp; the two addresses are as Twilio writes them, without the kind."""

    kind: str
    ours: str
    theirs: str

    @property
    def id(self) -> str:
        """The remote id of the conversation."""
        return f"{self.kind}|{self.ours}|{self.theirs}"

    @property
    def sender(self) -> str:
        """Our side as Twilio wants it in From."""
        return written(self.kind, self.ours)

    @property
    def recipient(self) -> str:
        """Their side as Twilio wants it in To."""
        return written(self.kind, self.theirs)

    @property
    def customer(self) -> Person:
        """Them; numbers that may be called are given as such."""
        return Person(self.recipient, handle=self.theirs, phone=self.theirs if self.theirs.startswith("+") else "")


def written(kind: str, address: str) -> str:
    """An address as Twilio writes it."""
    return f"{WHATSAPP}:{address}" if kind == WHATSAPP else address


def split(address: str) -> tuple[str, str]:
    """Kind and bare address. Kinds that are not ours (messenger, rcs) are given by their own name."""
    head, colon, rest = address.partition(":")
    if colon and head.isalpha() and head.islower() and head not in ("sip", "client"):
        return head, rest
    return SMS, address


def pair_of(ours: str, theirs: str) -> Pair:
    """The conversation of two addresses as Twilio writes them."""
    kind = split(ours or theirs)[0]
    return Pair(kind, (split(ours)[1] if ours else "") or NOBODY, (split(theirs)[1] if theirs else "") or NOBODY)


def named(conversation: str) -> Pair | None:
    """The pair behind a conversation's remote id; None when it is none of ours."""
    parts = conversation.split("|", 2)
    return Pair(*parts) if len(parts) == 3 and all(parts) else None
