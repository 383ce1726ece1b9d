"""Where secrets can be kept that omnitui itself is given: the keyring, or the encrypted file."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from omnitui.config.keyrings import Keyring, backend_name, is_refused, keyrings, safe_keyring
from omnitui.config.passphrase import Passphrase
from omnitui.config.places import Places
from omnitui.config.schema import SecretSettings
from omnitui.config.vault import Vault
from omnitui.core.errors import SecretError

FILE = "the encrypted file"
NO_KEYRING = "this machine has no keyring that encrypts (a desktop wallet or the macOS keychain)"


class Store(Protocol):
    """Something that keeps secrets by name."""

    @property
    def name(self) -> str:
        """For messages."""
        ...

    def get(self, entry: str) -> str | None:
        """The value, or None."""
        ...

    def set(self, entry: str, value: str) -> None:
        """Keep a value."""
        ...

    def delete(self, entry: str) -> bool:
        """Forget a value; whether there was one."""
        ...


@dataclass(frozen=True)
class Standing:
    """Whether a way of giving secrets works on this machine, and why or why not."""

    name: str
    works: bool
    words: str
    writable: bool = False
    """omnitui itself can put something there."""


class _File:
    """The encrypted file as a store."""

    name = FILE

    def __init__(self, vault: Vault) -> None:
        self.get, self.set, self.delete = vault.get, vault.set, vault.delete


class Stores:
    """The stores of one home. Every call blocks and may raise SecretError."""

    def __init__(
        self, settings: SecretSettings, vault: Vault | None = None, passphrase: Passphrase | None = None
    ) -> None:
        self._settings = settings
        self.vault = vault
        self.passphrase = passphrase

    @property
    def needs_passphrase(self) -> bool:
        """Whether secrets are looked for in the encrypted file and nothing but a person would give its pass phrase."""
        if self.vault is None or not self.vault.exists or self.passphrase is None or self.passphrase.source:
            return False
        return any(store.name == FILE for store in self._listed()[:1])

    def get(self, entry: str) -> tuple[str, str] | None:
        """The value and the name of the store that has it: the first of them, or None."""
        failure: SecretError | None = None
        for store in self._listed():
            try:
                value = store.get(entry)
            except SecretError as error:
                # The other store may have it; only when none has, its silence matters.
                failure = failure or error
                continue
            if value:
                return value, store.name
        if failure is not None:
            raise failure
        return None

    def put(self, entry: str, value: str) -> str:
        """Keep a value in the first of them; gives its name."""
        stores = self._listed()
        if not stores:
            raise SecretError(f"{NO_KEYRING}; set password_command in the config instead")
        stores[0].set(entry, value)
        return stores[0].name

    def drop(self, entry: str) -> bool:
        """Forget a value everywhere; whether there was one."""
        dropped = [store.delete(entry) for store in self._listed()]
        return any(dropped)

    def _listed(self) -> list[Store]:
        """Where to look, in order; the first is the one to write to."""
        found: list[Store] = []
        backend = safe_keyring() if self._settings.store != "file" else None
        if backend is not None:
            found.append(Keyring(backend))
        if self.vault is not None and self._settings.store != "keyring":
            found.append(_File(self.vault))
        return found


def open_stores(
    places: Places,
    settings: SecretSettings,
    environ: Mapping[str, str] = os.environ,
    ask: Callable[[bool], str] | None = None,
) -> Stores:
    """The stores of this home; `ask(new)` asks a person for the pass phrase, where there is one to ask."""
    passphrase = Passphrase(settings.passphrase_command, environ, ask)
    return Stores(settings, Vault(places.vault, passphrase), passphrase)


def standings(stores: Stores, environ: Mapping[str, str] = os.environ) -> list[Standing]:
    """Every way of giving a secret, best first, and whether it works on this machine. Asks nobody; may block."""
    folder = environ.get("CREDENTIALS_DIRECTORY")
    return [
        _keyring_standing(),
        _file_standing(stores),
        Standing("password_command", True, "a program of yours prints the password (pass, gopass, op, secret-tool)"),
        Standing(
            "systemd credential",
            bool(folder),
            "given by LoadCredential= in the unit"
            if folder
            else "only for a worker that systemd starts with LoadCredential=",
        ),
        Standing("environment", True, "OMNITUI_PASSWORD_NAME; for tests and CI, since other programs can read it"),
    ]


def _keyring_standing() -> Standing:
    try:
        found = keyrings()
    except SecretError as error:
        return Standing("keyring", False, str(error), writable=True)
    safe = next((backend for backend in found if not is_refused(backend)), None)
    if safe is not None:
        return Standing("keyring", True, backend_name(safe), writable=True)
    clear = [backend_name(one) for one in found if type(one).__module__.startswith("keyrings.alt")]
    words = f"{NO_KEYRING}; {', '.join(clear)} would write clear text and is refused" if clear else NO_KEYRING
    return Standing("keyring", False, words, writable=True)


def _file_standing(stores: Stores) -> Standing:
    if stores.vault is None or importlib.util.find_spec("cryptography") is None:
        return Standing("encrypted file", False, "the package cryptography is not installed", writable=True)
    source = stores.passphrase.source if stores.passphrase else ""
    words = f"its pass phrase comes from: {source}" if source else "its pass phrase is asked for once a start"
    made = "" if stores.vault.exists else " (not made yet)"
    return Standing("encrypted file", True, words + made, writable=True)
