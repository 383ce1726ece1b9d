"""The relay's secrets: from systemd credentials, a program of the user's, or the environment; never from relay.toml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from omnitui.config.programs import credential, printed_by
from omnitui.core.errors import SecretError
from omnitui.relay.settings import RelaySettings, SourceSettings

LEAST_TOKEN = 16
"""Characters of a token that we ourselves ask for: it must not be guessed."""


@dataclass(frozen=True)
class Source:
    """A source with its secrets; none of them shows in a repr."""

    settings: SourceSettings
    secret: str = field(repr=False)
    """With which the vendor signs."""
    token: str = field(repr=False)
    """With which a worker fetches."""
    verify: str = field(default="", repr=False)
    """Meta's verify token."""


def sources(settings: RelaySettings, environ: Mapping[str, str]) -> dict[str, Source]:
    """Every source by name, with its secrets. Blocks. Raises SecretError, which says how to give the missing one."""
    return {one.name: _with_secrets(one, environ) for one in settings.source}


def _with_secrets(source: SourceSettings, environ: Mapping[str, str]) -> Source:
    secret = _secret(source, "secret", source.secret_command, environ)
    token = _secret(source, "token", source.token_command, environ)
    verify = _secret(source, "verify", source.verify_command, environ) if source.kind == "meta" else ""
    for what, value in (("token", token), ("verify", verify)):
        if value and len(value) < LEAST_TOKEN:
            raise SecretError(f"the {what} of source {source.name} is shorter than {LEAST_TOKEN} characters")
    return Source(source, secret, token, verify)


def _secret(source: SourceSettings, what: str, command: tuple[str, ...], environ: Mapping[str, str]) -> str:
    """As the main program looks for passwords: `omnitui-relay-<source>-<what>`, the command, the environment."""
    name = f"omnitui-relay-{source.name}-{what}"
    found = credential(environ.get("CREDENTIALS_DIRECTORY"), name)
    if found is not None:
        return found
    if command:
        return printed_by(command, f"{what}_command")
    variable = "OMNITUI_RELAY_" + re.sub(r"[^A-Z0-9]", "_", f"{source.name}_{what}".upper())
    if environ.get(variable):
        return environ[variable]
    raise SecretError(
        f"source {source.name} has no {what}: give it as the systemd credential {name}, set {what}_command in "
        f"relay.toml, or put it in the environment as {variable}"
    )
