"""The interface of a channel. A package ships a `Channel` under the entry point group `omnitui.channels`.

A connector turns the other side into events and our sends into calls. It stores nothing and decides nothing: cursors,
retries after a crash, what is unknown, what is shown, are the kit's (`keeping.py`, `delivery.py`).

Errors that any call may raise, and what the kit does:

| error | what it does |
|---|---|
| Offline, TooMany | tries again later; of a send: it has certainly not been done |
| Deferred | of a send: not done, the other side itself says "later"; tried again for five days at most |
| Unanswered, ProtocolError | of a send: its fate is unknown, it is looked for (`reconcile`) |
| LoginRefused | stops and tells the agent: only they can mend it |
| Refused | of a send: it will never be done, and why; of a pull: stops and tells |
| Occupied | another program uses the credential: stops and tells, never fights |
"""

from __future__ import annotations

import abc
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

from omnitui.core.channel_events import Event, Person
from omnitui.core.channels import Capabilities, Window, window_of
from omnitui.core.errors import Offline, Refused
from omnitui.core.outgoing import Outgoing
from omnitui.core.times import Instant

if TYPE_CHECKING:
    from omnitui.config.schema import SyncSettings
    from omnitui.sync.http.client import Client
    from omnitui.sync.writer import Writer

GROUP = "omnitui.channels"
"""The entry points that name a `Channel`."""


class Occupied(Refused):
    """Another consumer has the credential (a second worker, a webhook that somebody set)."""


class Deferred(Offline):
    """The other side was reached and says that it cannot take this message now; it has certainly not been sent."""


async def _not_noted() -> None:
    """For a draft that is not being sent."""


@dataclass(frozen=True, slots=True)
class PullBudget:
    """How much one pull may bring: `events` is a wish, `seconds` how long it may wait for something to happen."""

    events: int = 500
    seconds: float = 25.0


@dataclass(frozen=True, slots=True)
class Batch:
    """What a pull has brought. `next_cursor` is written in the transaction of the events, never before."""

    events: tuple[Event, ...]
    next_cursor: str
    more: bool = False
    """There is more to be had at once."""
    wait: float | None = None
    """Seconds until it is worth asking again; None: as the kit thinks."""
    token: Any = field(default=None, repr=False)
    """Whatever the connector needs in `committed`."""
    history: bool = False
    """It goes on with what was there before we came: nothing in it is unread or opens again. So is the first batch."""


@dataclass(frozen=True, slots=True)
class OutboundFile:
    """A file that goes along; it stands at `path` and does not change."""

    name: str
    type: str
    size: int
    path: Path


@dataclass(frozen=True, slots=True)
class Template:
    """A message that the channel has approved beforehand. `variables` by name or number."""

    id: str
    name: str
    language: str = ""
    body: str = ""
    """Its text with {{1}} or {{name}} where variables go."""
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbound:
    """One message to be sent, frozen when the agent pressed the key; every try says the same."""

    key: str
    """Our own id of it, the same for every try."""
    conversation: str
    """Remote id; empty: a new one, with `to`."""
    to: tuple[Person, ...] = ()
    text: str = ""
    files: tuple[OutboundFile, ...] = ()
    reply_to: str = ""
    template: Template | None = None
    private: bool = False
    """An internal note."""
    composed_at: Instant = Instant(0)
    title: str = ""
    written: Outgoing | None = None
    """All that the agent wrote, for a channel whose messages have more to them: a subject, copies, references. None for
    an internal note."""
    frozen: bytes = field(default=b"", repr=False)
    """What `freeze` gave before the first try; `files` is empty then."""
    leaving: Callable[[], Awaitable[None]] = field(default=_not_noted, repr=False, compare=False)
    """To be awaited by a connector with `tells_leaving`; whatever it raises must end the send."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a send. `state`: accepted, duplicate (the other side had it already), or rejected."""

    state: str
    remote_id: str = ""
    detail: str = ""
    conversation: str = ""
    """Remote id of the conversation that it began or went to; empty: as asked."""
    copy: bool = False
    """A copy is still to be filed (`file_copy`): the other side keeps none by itself."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """What `reconcile` found. `state`: found, absent or cannot_tell."""

    state: str
    remote_id: str = ""
    detail: str = ""
    conversation: str = ""
    """Remote id of the conversation that it went to, where it is known; empty: as asked."""
    final: bool = False
    """Nothing else will be found by looking again later."""


@dataclass(frozen=True, slots=True)
class Filed:
    """Where `file_copy` has put a copy: the folder's name, its UIDVALIDITY and the copy's UID (RFC 4315)."""

    folder: str
    uidvalidity: int
    uid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """A change that is no message. `kind`: edit, delete, react, read, typing, state, assign, tags or priority.

    `value` holds: edit {"text"}; react {"emoji", "added"}; read {"up_to": remote id}; state {"state", "until"};
    assign {"assignee"}; tags {"tags": all of them}; priority {"priority"}.
    """

    kind: str
    conversation: str
    remote_id: str = ""
    value: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a conversation looks like here, for `window`."""

    conversation: str
    last_customer_at: Instant | None
    barred: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that `probe` has to say. `grade`: fine, warning (it works, but) or missing (it cannot work)."""

    grade: str
    words: str
    """One sentence: what is so, and what to do."""


@dataclass(frozen=True, slots=True)
class Probe:
    """Who we are at the other side, and what is missing there. Changes nothing there."""

    identity: Person
    findings: tuple[Finding, ...] = ()

    @property
    def works(self) -> bool:
        """Nothing that it needs is missing."""
        return all(finding.grade != "missing" for finding in self.findings)


class Connector(abc.ABC):
    """One account on one channel, at work. Belongs to one event loop; every method may be cancelled at any await."""

    capabilities: Capabilities
    tells_leaving: bool = False
    """`send` itself awaits `draft.leaving` just before the byte after which the message may have been sent, so that
    whatever dies before is certainly unsent. Else the kit notes it before `send` is called."""
    sends_apart: bool = False
    """Sending has a way and a login of its own: it goes on while what is new cannot be had."""
    own_orders: bool = False
    """What is ordered beside sends (files, flags, moves) is carried out by the connector itself, not by the kit."""

    @abc.abstractmethod
    async def probe(self) -> Probe:
        """Who we are there, and every permission or setting that is missing. Raises LoginRefused, Offline."""

    @abc.abstractmethod
    async def pull(self, cursor: str, budget: PullBudget) -> Batch:
        """What is new since `cursor` (empty: the first time). Asking twice with one cursor gives the same events, or
        more; what was given out is only let go by a later cursor or by `committed`."""

    async def committed(self, batch: Batch) -> None:
        """The batch is on the disk: now the other side may be told so."""
        return None

    async def backfill(self, conversation: str, before: str) -> Batch:
        """Older messages of a conversation, before this remote id (empty: the newest), the nearest ones first had.

        `next_cursor` is the remote id to go on before, where that is not the oldest message of the batch. Raises
        Refused, and NotFound where there is no such message.
        """
        raise Refused("this channel gives no history")

    async def freeze(self, draft: Outbound) -> bytes:
        """The message in its very bytes, where we make those (a mail): kept before the first try, and given to every
        later one as `draft.frozen`. Empty: there is nothing to keep. Raises Refused when it cannot be made."""
        return b""

    @abc.abstractmethod
    async def send(self, draft: Outbound) -> Receipt:
        """Hand it over once; never tries again by itself where that could double it."""

    async def reconcile(self, draft: Outbound) -> Lookup:
        """A send whose fate is unknown: look for it at the other side."""
        return Lookup("cannot_tell", detail="this channel cannot be asked what was sent", final=True)

    async def file_copy(self, draft: Outbound) -> Filed | None:
        """Put a copy of what was sent where the other side keeps such, unless it is there: asked for by
        `Receipt.copy`, a step of its own that never sends. None: it was there, or nobody knows under which number."""
        raise Refused("this channel keeps no copies")

    async def act(self, action: Action) -> Receipt:
        """Carry out a change. Doing it twice does no harm. Raises Refused for what the channel cannot do."""
        raise Refused(f"this channel cannot {action.kind}")

    def narrowed(self, conversation: str) -> Capabilities:
        """What can be done in this conversation; differs where an account holds several ways to talk (SMS, WhatsApp).

        A connector whose answer differs tells it with a `ConversationEvent`, too, for the screen.
        """
        return self.capabilities

    async def window(self, standing: Standing, now: Instant) -> Window:
        """What may be sent now."""
        return window_of(self.narrowed(standing.conversation), standing.last_customer_at, now, standing.barred)

    async def templates(self) -> tuple[Template, ...]:
        """The approved templates."""
        return ()

    async def fetch_attachment(self, ref: str, into: BinaryIO) -> None:
        """Write a file. Raises NotFound when it cannot be had any more."""
        raise Refused("this channel has no files")

    async def close(self) -> None:
        """Let go of sockets and leases."""
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """Where a `Keeper` keeps its account. The callables belong to the event loop, unless they say otherwise."""

    account_id: int
    once: bool
    """Return when all is in step, instead of keeping it so."""
    synced: Callable[[], None]
    """To be called whenever everything was looked at. From any thread."""
    brought: Callable[[int], None]
    """To be told how many messages have come."""
    cursor: Callable[[], Awaitable[str]]
    """The last batch's `next_cursor`; empty before there was one."""
    store: Callable[[Batch], Awaitable[None]]
    """Events and cursor in one transaction, as after a pull; they are on the disk when it returns."""
    writer: Writer
    """The cache itself, for a connector with tables of its own (mailboxes). From any thread."""
    attachments: Path
    sync: SyncSettings


class Keeper(Connector):
    """A connector that keeps its account in step by itself instead of being pulled.

    For a side that is no stream with one cursor: many folders with numbers of their own, several connections, work for
    other processes. When it begins again after trouble, how it stands, and all that is sent stay the kit's.
    """

    async def pull(self, cursor: str, budget: PullBudget) -> Batch:
        """Not this way."""
        raise Refused("this account is kept in step by its connector")

    @abc.abstractmethod
    async def keep(self, room: Room) -> None:
        """Bring in what is new, until cancelled; with `room.once` until everything was looked at. Raises what `pull`
        would: Offline and ProtocolError are begun again with, after a pause that grows."""

    @abc.abstractmethod
    def look(self) -> None:
        """Look at everything now."""

    def wake(self) -> None:
        """Something was put into the outbox, perhaps an order of one's own."""
        return None


@dataclass(frozen=True, slots=True)
class SecretSpec:
    """A secret that a channel needs, kept under `<account>/<name>` and never in the config."""

    name: str
    """In small letters, such as bot_token; the setting `<name>_command` of the channel may print it."""
    title: str
    """How the set-up asks for it."""
    optional: bool = False


class Logins(Protocol):
    """Secrets found anew whenever they are needed, and renewed when they are refused (tokens of a sign-in). Blocks."""

    def secret(self, use: str) -> str:
        """Raises SecretError, LoginRefused or Offline."""

    def renewer(self, use: str) -> Callable[[str], str] | None:
        """What gives another token for one that was refused; None for passwords."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What a connector is made of."""

    name: str
    """Of the account."""
    settings: Any
    """An instance of the channel's settings."""
    secrets: Mapping[str, str] = field(repr=False)
    http: Client
    """Not there for a channel without `speaks_http`."""
    clock: Callable[[], Instant]
    notes: Path
    """A folder for what the connector has to remember beside its cursor; most need nothing."""
    logins: Logins | None = None
    """Of a mailbox; every other channel has `secrets`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A way to talk, as a package ships it."""

    name: str
    """As in the config: `channel = "telegram"`; its settings stand in `[account.telegram]`."""
    title: str
    mark: str
    """Two letters for the list."""
    settings: type
    """A frozen dataclass of `config.schema.setting` fields."""
    secrets: tuple[SecretSpec, ...] = ()
    capabilities: Capabilities
    connect: Callable[[Setup], Connector]
    steps: tuple[str, ...] = ()
    """How one gets the credentials: sentences for the set-up and the guide."""
    speaks_http: bool = True
    """Who has only accounts of channels that do not need not load what does."""
    address: Callable[[Any], str] = lambda settings: ""
    """What stands for the account in lists before it has been probed (its number, its user id)."""
