"""Passwords and tokens: never in the config, taken at the moment of use from where the user keeps them.

The order: systemd credentials, the account's `password_command`, a keyring that really encrypts, the encrypted file,
the environment.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from omnitui.config.programs import credential, printed_by
from omnitui.config.schema import AccountSettings, ChannelAccountSettings, SecretSettings
from omnitui.config.stores import Stores
from omnitui.core.errors import SecretError

Use = Literal["imap", "smtp", "client"]
"""For the server that holds the mail, for the one that sends, or the secret of the account's OAuth registration."""


@dataclass(frozen=True)
class Secret:
    """A secret and where it came from; its value shows in no repr."""

    source: str
    value: str = field(repr=False)


def secret_for(
    account: AccountSettings, use: Use, environ: Mapping[str, str] = os.environ, stores: Stores | None = None
) -> str:
    """The password or token for an account's server. Blocks (call it in a thread).

    Raises SecretError, which says how to give the secret.
    """
    return find_secret(account, use, environ, stores).value


def find_secret(
    account: AccountSettings, use: Use, environ: Mapping[str, str] = os.environ, stores: Stores | None = None
) -> Secret:
    """The first source that has the secret. A `password_command` that fails is an error, never passed over.

    Without `stores` the keyring is looked in, and no encrypted file.
    """
    found = look_for_secret(account, use, environ, stores)
    if found is None:
        raise SecretError(
            f"no password for account {account.name}: run `omnitui secret set {account.name}`, set "
            f"password_command in the config, or put it in the environment as {variable(account.name)}"
        )
    return found


def look_for_secret(
    account: AccountSettings, use: Use, environ: Mapping[str, str] = os.environ, stores: Stores | None = None
) -> Secret | None:
    """As `find_secret`; None when no source has it (the secret of an OAuth registration may be missing)."""
    found = _credential(account, use, environ) or _command(account, use)
    if found is not None:
        return found
    locked: SecretError | None = None
    try:
        found = _stored(account, use, stores or Stores(SecretSettings()))
    except SecretError as error:
        locked = error
    found = found or _environment(account, use, environ)
    if found is None and locked is not None:
        raise locked
    return found


def channel_secret(
    account: ChannelAccountSettings,
    name: str,
    command: tuple[str, ...] = (),
    environ: Mapping[str, str] = os.environ,
    stores: Stores | None = None,
) -> Secret | None:
    """A secret of an account on a messaging channel, such as its bot_token, or None where no source has it.

    Looked for as a password is: the credential `omnitui-<account>-<name>`, what `command` prints, the keyring or the
    encrypted file, `OMNITUI_PASSWORD_<ACCOUNT>_<NAME>`. Blocks. Raises SecretError.
    """
    found = credential(environ.get("CREDENTIALS_DIRECTORY"), f"omnitui-{account.name}-{name}")
    if found is not None:
        return Secret("systemd credential", found)
    if command:
        return Secret(f"{name}_command ({Path(command[0]).name})", printed_by(command, f"{name}_command"))
    locked: SecretError | None = None
    try:
        kept = (stores or Stores(SecretSettings())).get(entry_name(account.name, name))
    except SecretError as error:
        kept, locked = None, error
    if kept is not None:
        return Secret(kept[1], kept[0])
    key = f"{variable(account.name)}_{name.upper()}"
    if environ.get(key):
        return Secret(f"environment ({key})", environ[key])
    if locked is not None:
        raise locked
    return None


def variable(name: str, use: str | None = None) -> str:
    """The environment variable of an account, such as OMNITUI_PASSWORD_SUPPORT (or ..._SMTP for one server only)."""
    plain = re.sub(r"[^A-Z0-9]", "_", name.upper())
    return f"OMNITUI_PASSWORD_{plain}" + (f"_{use.upper()}" if use else "")


def store_secret(account: str, value: str, use: str | None = None, stores: Stores | None = None) -> str:
    """Keep a secret, and return the name of what keeps it. Raises SecretError when there is no safe place."""
    return (stores or Stores(SecretSettings())).put(entry_name(account, use), value)


def forget_secret(account: str, use: str | None = None, stores: Stores | None = None) -> bool:
    """Take a secret out of where it is kept; whether there was one."""
    return (stores or Stores(SecretSettings())).drop(entry_name(account, use))


def entry_name(account: str, use: str | None) -> str:
    """What a secret is kept under."""
    return f"{account}/{use}" if use else account


def _names(account: AccountSettings, use: Use) -> list[str | None]:
    """Of this use only, then of the account; a registration's secret is never the account's password."""
    return [use] if use == "client" else [use, None]


def _credential(account: AccountSettings, use: Use, environ: Mapping[str, str]) -> Secret | None:
    for which in _names(account, use):
        name = f"omnitui-{account.name}" + (f"-{which}" if which else "")
        found = credential(environ.get("CREDENTIALS_DIRECTORY"), name)
        if found is not None:
            return Secret("systemd credential", found)
    return None


def _command(account: AccountSettings, use: Use) -> Secret | None:
    setting = "password_command"
    argv: tuple[str, ...] = ()
    if use == "client":
        setting = "client_secret_command"
        argv = account.oauth.client_secret_command if account.oauth else ()
    else:
        server = account.imap if use == "imap" else account.smtp
        argv = (server.password_command if server else ()) or account.password_command
    return Secret(f"{setting} ({Path(argv[0]).name})", printed_by(argv, setting)) if argv else None


def _stored(account: AccountSettings, use: Use, stores: Stores) -> Secret | None:
    for which in _names(account, use):
        found = stores.get(entry_name(account.name, which))
        if found is not None:
            return Secret(found[1], found[0])
    return None


def _environment(account: AccountSettings, use: Use, environ: Mapping[str, str]) -> Secret | None:
    for which in _names(account, use):
        name = variable(account.name) + (f"_{which.upper()}" if which else "")
        if environ.get(name):
            return Secret(f"environment ({name})", environ[name])
    return None
