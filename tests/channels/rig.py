"""What the conformance suite needs of a channel: an other side that remembers, and can be made to misbehave.

Each channel has a rig of its own (`tests/channels/<channel>/rig.py`) around a stateful server on loopback: a real one,
or a fake whose every request is checked against the vendor's specification. The suite starts real workers on a config
that points there, does things at the other side, and looks into the cache. What a rig cannot do raises `CannotHere`,
which the suite names as skipped by capability; the methods must otherwise be true to the vendor.
"""

from __future__ import annotations

import abc
from dataclasses import dataclass, field

from omnitui.core.channels import Capabilities


class CannotHere(Exception):
    """The channel has nothing like it (its capabilities say so)."""


@dataclass(frozen=True)
class Arrived:
    """A message of ours as the other side has it."""

    remote_id: str
    conversation: str
    text: str
    key: str = ""
    files: tuple[str, ...] = ()


@dataclass
class Faults:
    """What the other side does wrong from now on; a rig's server reads this at every request (threads!)."""

    sends_lost_after: int = 0
    """So many sends are accepted and stored, and then the connection is cut without an answer."""
    sends_cut_before: int = 0
    """So many sends are cut off before anything was stored."""
    too_many: int = 0
    """So many requests are answered 429 with a wait of one second."""
    refuse_token: bool = False
    """Every request is answered as for a token that has ended."""
    occupied: bool = False
    """As if another consumer had the credential (409, a webhook that is set)."""
    server_error: int = 0
    """So many requests are answered 500."""
    duplicate_events: bool = False
    """Every event is handed out twice."""
    reverse_events: bool = False
    """Events of one batch come in reverse order, where the channel's order is not a promise."""
    seen: list[str] = field(default_factory=list)
    """One line for each fault that was carried out."""


class Rig(abc.ABC):
    """One running other side with one account of ours, named `desk`, and customers `ana` and `ben`.

    Most rigs make a new customer of any other name.
    """

    channel: str
    capabilities: Capabilities

    def __init__(self) -> None:
        self.faults = Faults()

    @abc.abstractmethod
    def start(self) -> None:
        """Start the server. Raises pytest.skip where what it needs is not installed, saying how to install it."""

    @abc.abstractmethod
    def stop(self) -> None:
        """Stop it and leave nothing behind."""

    @abc.abstractmethod
    def config(self) -> str:
        """The `[[account]]` named desk as it stands in config.toml, polls as short as may be, undo_seconds = 0."""

    @abc.abstractmethod
    def environment(self) -> dict[str, str]:
        """Its secrets, as OMNITUI_PASSWORD_DESK_<NAME>."""

    @abc.abstractmethod
    def write(self, text: str, *, who: str = "ana") -> str:
        """A customer writes; gives the message's id as the connector will report it (`remote_id`)."""

    def write_before_us(self, text: str, *, who: str = "ana") -> str:
        """A customer writes before our account is looked at for the first time."""
        return self.write(text, who=who)

    @abc.abstractmethod
    def sent(self) -> list[Arrived]:
        """What of ours the other side has, oldest first, notes left out."""

    @abc.abstractmethod
    def requests_checked(self) -> int:
        """How many of our requests were checked against the vendor's specification (0 where there is none here)."""

    @abc.abstractmethod
    def violations(self) -> list[str]:
        """Requests that broke the specification, in words."""

    def written_at(self, remote_id: str) -> int:
        """Milliseconds: what the other side says of a message, where that is not when `write` was called; else 0."""
        return 0

    def write_file(self, name: str, data: bytes, *, who: str = "ana") -> str:
        """A customer sends a file."""
        raise CannotHere

    def write_same_instant(self, texts: list[str], *, who: str = "ana") -> list[str]:
        """Several messages with one and the same time, so that a page border may fall between them."""
        raise CannotHere

    def edit(self, remote_id: str, text: str) -> None:
        """The customer changes a message."""
        raise CannotHere

    def delete(self, remote_id: str) -> None:
        """The customer takes a message back."""
        raise CannotHere

    def react(self, remote_id: str, emoji: str, *, who: str = "ana") -> None:
        """The customer reacts to a message (theirs or ours)."""
        raise CannotHere

    def read_by_customer(self, remote_id: str) -> None:
        """The customer has read our message."""
        raise CannotHere

    def types(self, *, who: str = "ana") -> None:
        """The customer is typing, as those hear who listen."""
        raise CannotHere

    def sees_typing(self, *, who: str = "ana") -> bool:
        """Whether the customer was shown that one of us is typing."""
        raise CannotHere

    def colleague_writes(self, text: str, *, who: str = "ana") -> str:
        """Somebody of ours answers a customer by another program."""
        raise CannotHere

    def close_window(self, *, who: str = "ana") -> None:
        """Make the customer's last message older than the reply window."""
        raise CannotHere

    def forget_history(self) -> None:
        """What we have not fetched yet is gone at the other side, as after its retention."""
        raise CannotHere

    def own_person(self, who: str = "ana") -> str:
        """The address by which the connector reports a customer."""
        raise CannotHere
