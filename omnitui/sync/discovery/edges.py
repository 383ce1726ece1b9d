"""What the steps of setting up do to the world: the network, the stores of secrets, the config."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping, Sequence

from omnitui.config.load import load
from omnitui.config.places import Places
from omnitui.config.schema import AccountSettings, ChannelAccountSettings, SecretSettings, ServerSettings
from omnitui.config.secrets import find_secret, store_secret, variable
from omnitui.config.stores import Standing, Stores, open_stores, standings
from omnitui.config.write import add_account, add_channel_account
from omnitui.core.channels import EMAIL
from omnitui.core.errors import Refused, SecretError
from omnitui.setup.channels import ChannelForm, Probed, SecretAsked
from omnitui.setup.face import Place, SignIn
from omnitui.setup.faults import Trial
from omnitui.setup.offers import Found, Look
from omnitui.sync.channels.probing import probe_account
from omnitui.sync.channels.registry import every
from omnitui.sync.discovery import certificate, trial
from omnitui.sync.discovery.aside import aside
from omnitui.sync.discovery.names import Names
from omnitui.sync.discovery.search import SECONDS, Search
from omnitui.sync.discovery.signing_in import PendingSignIn, ways
from omnitui.sync.discovery.usual import Usual
from omnitui.sync.discovery.web import fetch

PATIENCE = 120.0
"""Seconds for a program or a wallet that may ask a person for a pass phrase."""
_IDS = {
    "keyring": ("keyring", "Keyring"),
    "encrypted file": ("file", "Encrypted file"),
    "password_command": ("command", "A program prints it"),
    "systemd credential": ("systemd", "systemd credential"),
    "environment": ("environment", "The environment"),
}


class RealEdges:
    """The real ones, for one home. `search` finds servers; `passphrase` is what was typed for the encrypted file."""

    def __init__(self, places: Places, stores: Stores, search: Search, environ: Mapping[str, str] = os.environ) -> None:
        self._places, self._stores, self._search, self._environ = places, stores, search, environ
        self.passphrase = ""

    async def discover(self, address: str, told: Callable[[Look], None]) -> Found:
        """Servers for an address."""
        return await self._search.run(address, told)

    async def try_reading(self, account: AccountSettings, server: ServerSettings, secret: str) -> Trial:
        """Log in where the mail is."""
        return await trial.try_reading(account, server, secret)

    async def try_sending(self, account: AccountSettings, server: ServerSettings, secret: str) -> Trial:
        """Log in where mail is sent."""
        return await trial.try_sending(account, server, secret)

    async def fingerprint(self, server: ServerSettings, use: str) -> str:
        """Of the server's certificate. Raises Offline or ProtocolError."""
        return await certificate.fingerprint(server, use)

    async def places(self, account: str) -> Sequence[Place]:
        """Where a secret can be kept."""
        found = await aside(lambda: standings(self._stores, self._environ), PATIENCE)
        keyring = any(one.name == "keyring" and one.works for one in found)
        return [_place(one, account, keyring=keyring) for one in found]

    @property
    def vault(self) -> str:
        """The encrypted file: "open", "locked" or "new"."""
        passphrase, vault = self._stores.passphrase, self._stores.vault
        if passphrase is not None and passphrase.source:
            return "open"
        return "locked" if vault is not None and vault.exists else "new"

    async def unlock(self, passphrase: str) -> None:
        """Give the pass phrase of the encrypted file. Raises SecretError when it is another one."""
        await aside(lambda: self._unlock(passphrase), PATIENCE)

    def _unlock(self, passphrase: str) -> None:
        if self._stores.passphrase is None or self._stores.vault is None:
            raise SecretError("there is no encrypted file here")
        self._stores.passphrase.give(passphrase)
        try:
            if self._stores.vault.exists:
                self._stores.vault.entries()
        except SecretError:
            self._stores.passphrase.give("")
            raise
        self.passphrase = passphrase

    async def secret_of(self, account: AccountSettings) -> str:
        """What the account's own sources (a program, the environment) give. Raises SecretError."""
        return (await aside(lambda: find_secret(account, "imap", self._environ), PATIENCE)).value

    async def keep(self, account: str, secret: str, place: str) -> str:
        """Keep a secret; gives where. Raises SecretError."""
        return await aside(lambda: store_secret(account, secret, stores=self._only(place)), PATIENCE)

    def _only(self, place: str) -> Stores:
        """The stores, but for writing into this one."""
        return Stores(SecretSettings(store=place), self._stores.vault, self._stores.passphrase)

    @property
    def is_remote(self) -> bool:
        """The person sits at another machine."""
        return bool(self._environ.get("SSH_CONNECTION"))

    def ways(self, account: AccountSettings) -> Sequence[str]:
        """How the account's provider lets one sign in."""
        return ways(account)

    async def begin_sign_in(self, account: AccountSettings, client_secret: str, way: str) -> SignIn:
        """Begin. Raises Refused, LoginRefused, Offline or ProtocolError."""
        return await PendingSignIn(account, client_secret, way).begin()

    async def keep_sign_in(self, account: AccountSettings, signed_in: SignIn, place: str) -> str:
        """Keep the tokens; gives where. Raises SecretError or LoginRefused."""
        if not isinstance(signed_in, PendingSignIn):
            raise Refused("this sign-in was not begun here")
        return await aside(lambda: signed_in.keep(account, self._only(place), self._places.state), PATIENCE)

    def given_by(self, account: str, place: str) -> str:
        """What a person must set for a place that omnitui cannot write to."""
        return variable(account) if place == "environment" else f"LoadCredential=omnitui-{account} in the unit"

    async def add(self, account: AccountSettings) -> str:
        """Write the account into the config; gives the file. Raises ConfigError."""
        await aside(lambda: add_account(self._places.config_file, account), PATIENCE)
        return str(self._places.config_file)

    def forms(self) -> Sequence[ChannelForm]:
        """The messaging channels that can be set up; a mailbox has steps of its own."""
        return [
            ChannelForm(
                one.name, one.title, one.steps, one.settings,
                tuple(SecretAsked(spec.name, spec.title, spec.optional) for spec in one.secrets),
            )
            for one in every()[0]
            if one.name != EMAIL
        ]  # fmt: skip

    async def probe_channel(self, account: ChannelAccountSettings, secrets: Mapping[str, str]) -> Probed:
        """Try an account of a channel for real."""
        probed = await probe_account(account, secrets, self._places.state / "channels" / account.name)
        who = probed.identity
        return Probed(who.name or who.handle or who.address, tuple((one.grade, one.words) for one in probed.findings))

    async def add_channel(self, account: ChannelAccountSettings) -> str:
        """Write the account into the config; gives the file. Raises ConfigError."""
        await aside(lambda: add_channel_account(self._places.config_file, account), PATIENCE)
        return str(self._places.config_file)

    def names(self) -> Collection[str]:
        """Names of the accounts there are. Raises ConfigError."""
        return load(self._places.config_file).names

    def addresses(self) -> Collection[str]:
        """Their addresses, in lower case."""
        return [account.address.lower() for account in load(self._places.config_file).accounts]


def _place(one: Standing, account: str, *, keyring: bool) -> Place:
    id, title = _IDS[one.name]
    works, words = one.works, one.words
    if id == "file" and works and keyring:
        works, words = False, 'the keyring goes before it; [secrets] store = "file" in the config changes that'
    elif id == "keyring" and works:
        title, words = f"{title} ({words})", "encrypted by your system"
    elif id == "environment":
        words = f"you set {variable(account)} before each start"
    return Place(id, title, works, words)


def real_edges(places: Places, secrets: SecretSettings) -> RealEdges:
    """For this home, asking the system's name servers and the web."""
    return RealEdges(places, open_stores(places, secrets), Search(Names(SECONDS), fetch, usual=Usual()))
