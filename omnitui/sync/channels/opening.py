"""From an account in the config to a connector at work: its settings, its secrets, its place for notes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from omnitui.config.schema import AccountSettings, ChannelAccountSettings
from omnitui.config.secrets import Secret, channel_secret, variable
from omnitui.config.stores import Stores
from omnitui.core.channels import EMAIL
from omnitui.core.errors import ConfigError, SecretError
from omnitui.core.times import Instant
from omnitui.sync.channels.contract import Channel, Connector, Logins, Setup
from omnitui.sync.channels.registry import channel_named, options_of

if TYPE_CHECKING:
    from omnitui.sync.http.client import Client

Account: TypeAlias = AccountSettings | ChannelAccountSettings
"""An `[[account]]` of the config."""


def settings_of(account: Account) -> tuple[Channel, Any]:
    """The channel of an account and its settings there: for a mailbox those of the account. Raises ConfigError."""
    if isinstance(account, AccountSettings):
        return channel_named(EMAIL), account
    channel = channel_named(account.channel)
    made, mistakes = options_of(account)
    if made is None:
        raise ConfigError(f"account {account.name}: " + "; ".join(mistake.words for mistake in mistakes))
    return channel, made


def find_secrets(
    account: Account, channel: Channel, settings: Any, stores: Stores | None, environ: Mapping[str, str]
) -> dict[str, Secret]:
    """Every secret that the channel needs; none for a mailbox, which has `logins`.

    Blocks. Raises SecretError, which says how to give a missing one.
    """
    found: dict[str, Secret] = {}
    if isinstance(account, AccountSettings):
        return found
    for spec in channel.secrets:
        command = getattr(settings, f"{spec.name}_command", ())
        secret = channel_secret(account, spec.name, command, environ, stores)
        if secret is not None:
            found[spec.name] = secret
        elif not spec.optional:
            raise SecretError(
                f"no {spec.title} for account {account.name}: run `omnitui secret set {account.name} --only"
                f" {spec.name}`, or put it in the environment as {variable(account.name)}_{spec.name.upper()}"
            )
    return found


def open_connector(
    account: Account,
    channel: Channel,
    settings: Any,
    secrets: Mapping[str, str],
    *,
    http: Client | None,
    clock: Callable[[], Instant],
    notes: Path,
    logins: Logins | None = None,
) -> Connector:
    """The connector of an account; nothing is asked of the other side yet."""
    if http is None and channel.speaks_http:
        raise ValueError(f"the channel {channel.name} speaks HTTP")
    return channel.connect(
        Setup(
            name=account.name,
            settings=settings,
            secrets=secrets,
            http=http,  # type: ignore[arg-type]
            clock=clock,
            notes=notes,
            logins=logins,
        )
    )
