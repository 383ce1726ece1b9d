"""The two sides of setting up: who asks the person (a screen or plain prompts), and who does the work (the edges)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from omnitui.config.schema import AccountSettings, ChannelAccountSettings, ServerSettings
from omnitui.core.errors import OmnituiError
from omnitui.setup.faults import Trial
from omnitui.setup.offers import Found, Look

if TYPE_CHECKING:
    from omnitui.setup.channels import ChannelForm, Probed

T = TypeVar("T")


class WentBack(Exception):
    """The person wants the question before."""


class WentAway(Exception):
    """The person leaves; nothing was saved."""


@dataclass(frozen=True)
class Pick:
    """One of several answers; `id` is what a script gives for it."""

    id: str
    title: str
    detail: str = ""
    value: Any = None
    off: str = ""
    """Why it cannot be taken; empty when it can."""


@dataclass(frozen=True)
class Question:
    """One question. With `picks` one of them is the answer, else a text; `default` is the answer of a bare Enter.

    `id` names the command-line option that answers it before it is asked. `check` gives what is wrong with a text, or
    nothing. `failure` is raised where nobody can be asked; without it the default is taken.
    """

    id: str
    title: str
    notes: tuple[str, ...] = ()
    default: str = ""
    picks: tuple[Pick, ...] = ()
    secret: bool = False
    check: Callable[[str], str] = lambda text: ""
    failure: OmnituiError | None = None


@dataclass(frozen=True)
class Place:
    """Where a password can be kept. `id`: keyring, file, command or environment; `why` it does not work, or how."""

    id: str
    title: str
    works: bool
    why: str


class Face(Protocol):
    """Asks. Every method raises WentBack or WentAway when the person wants that."""

    @property
    def asks(self) -> bool:
        """There is a person to ask."""

    async def text(self, question: Question) -> str:
        """The text typed, which `check` finds right."""

    async def pick(self, question: Question) -> Pick:
        """The answer chosen."""

    async def wait(self, words: str, work: Awaitable[T]) -> T:
        """What `work` gives; the person sees what is waited for, and may go back instead."""

    def step(self, name: str) -> None:
        """Another part begins (one of `steps.NAMES`)."""

    def tell(self, words: str, role: str = "") -> None:
        """Say something; `role` is ok, warn, danger, accent or muted."""

    def copy(self, text: str) -> None:
        """Put a text into the clipboard, where that is possible."""


class SignIn(Protocol):
    """A sign-in by OAuth 2 on its way: open `url`, and type `code` there where there is one."""

    @property
    def url(self) -> str:
        """The provider's page."""

    @property
    def code(self) -> str:
        """Empty for a browser that comes back."""

    def paste(self, text: str) -> None:
        """The address at which a browser elsewhere ended. Raises Refused."""

    async def finish(self) -> str:
        """The access token, once the person has agreed. Raises LoginRefused, Offline or ProtocolError."""

    async def close(self) -> None:
        """Let go of it."""


class Edges(Protocol):
    """Does. Nothing here blocks the loop."""

    @property
    def is_remote(self) -> bool:
        """The person sits at another machine (SSH)."""

    @property
    def vault(self) -> str:
        """The encrypted file of secrets: "open" (its pass phrase is known), "locked" or "new"."""

    async def unlock(self, passphrase: str) -> None:
        """Give the pass phrase. Raises SecretError when it is another one."""

    def ways(self, account: AccountSettings) -> Sequence[str]:
        """How the account's provider lets one sign in: "browser", "device"."""

    async def begin_sign_in(self, account: AccountSettings, client_secret: str, way: str) -> SignIn:
        """Begin. Raises Refused, LoginRefused, Offline or ProtocolError."""

    async def keep_sign_in(self, account: AccountSettings, signed_in: SignIn, place: str) -> str:
        """Keep the tokens; gives where. Raises SecretError or LoginRefused."""

    async def discover(self, address: str, told: Callable[[Look], None]) -> Found:
        """Servers for an address."""

    async def try_reading(self, account: AccountSettings, server: ServerSettings, secret: str) -> Trial:
        """Log in where the mail is."""

    async def try_sending(self, account: AccountSettings, server: ServerSettings, secret: str) -> Trial:
        """Log in where mail is sent."""

    async def fingerprint(self, server: ServerSettings, use: str) -> str:
        """Of the server's certificate. Raises Offline or ProtocolError."""

    async def places(self, account: str) -> Sequence[Place]:
        """Where a secret can be kept."""

    async def secret_of(self, account: AccountSettings) -> str:
        """What the account's own sources (a program, the environment) give. Raises SecretError."""

    async def keep(self, account: str, secret: str, place: str) -> str:
        """Keep a secret; gives where. Raises SecretError."""

    def given_by(self, account: str, place: str) -> str:
        """What a person must set for a place that omnitui cannot write to."""

    async def add(self, account: AccountSettings) -> str:
        """Write the account into the config; gives the file. Raises ConfigError."""

    def forms(self) -> Sequence[ChannelForm]:
        """The messaging channels that can be set up."""

    async def probe_channel(self, account: ChannelAccountSettings, secrets: Mapping[str, str]) -> Probed:
        """Try an account of a channel for real. Raises LoginRefused, Offline, Refused, ConfigError or ProtocolError."""

    async def add_channel(self, account: ChannelAccountSettings) -> str:
        """Write the account into the config; gives the file. Raises ConfigError."""

    def names(self) -> Collection[str]:
        """Names of the accounts there are. Raises ConfigError."""

    def addresses(self) -> Collection[str]:
        """Their addresses, in lower case."""
