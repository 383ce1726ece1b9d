"""What the steps of setting up do to the world: the network, the keyring, the config."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from omnitui.config.keyrings import backend_name, safe_keyring
from omnitui.config.load import load
from omnitui.config.schema import AccountSettings, ServerSettings
from omnitui.config.secrets import find_secret, store_secret, variable
from omnitui.config.write import add_account
from omnitui.core.errors import SecretError
from omnitui.setup.face import Place
from omnitui.setup.faults import Trial
from omnitui.setup.offers import Found, Look
from omnitui.sync.discovery import certificate, trial
from omnitui.sync.discovery.aside import aside
from omnitui.sync.discovery.names import Names
from omnitui.sync.discovery.search import SECONDS, Search

PATIENCE = 120.0
"""Seconds for a program or a wallet that may ask a person for a pass phrase."""


class RealEdges:
    """The real ones, for one config file. `search` finds servers."""

    def __init__(self, config_file: Path, search: Search) -> None:
        self._file = config_file
        self._search = search

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
        return (
            await aside(_keyring, PATIENCE),
            Place("command", "A program prints it", True, "password_command: pass, gopass, op, secret-tool"),
            Place("environment", "The environment", True, f"you set {variable(account)} before each start"),
        )

    async def secret_of(self, account: AccountSettings) -> str:
        """What the account's own sources (a program, the environment) give. Raises SecretError."""
        return (await aside(lambda: find_secret(account, "imap"), PATIENCE)).value

    async def keep(self, account: str, secret: str, place: str) -> str:
        """Keep a secret; gives where. Raises SecretError."""
        return await aside(lambda: store_secret(account, secret), PATIENCE)

    async def add(self, account: AccountSettings) -> str:
        """Write the account into the config; gives the file. Raises ConfigError."""
        await aside(lambda: add_account(self._file, account), PATIENCE)
        return str(self._file)

    def names(self) -> Collection[str]:
        """Names of the accounts there are. Raises ConfigError."""
        return [account.name for account in load(self._file).accounts]

    def addresses(self) -> Collection[str]:
        """Their addresses, in lower case."""
        return [account.address.lower() for account in load(self._file).accounts]


def _keyring() -> Place:
    try:
        backend = safe_keyring()
    except SecretError as error:
        return Place("keyring", "Keyring", False, str(error))
    if backend is None:
        return Place("keyring", "Keyring", False, "this machine has none that encrypts (no desktop wallet, no macOS)")
    return Place("keyring", f"Keyring ({backend_name(backend)})", True, "encrypted by your system")


def real_edges(config_file: Path) -> RealEdges:
    """For this config, asking the system's name servers."""
    return RealEdges(config_file, Search(Names(SECONDS)))
