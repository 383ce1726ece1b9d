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
    old_secret: str = field(default="", repr=False)
    old_token: str = field(default="", repr=False)
    """Those that are being replaced: right as well, until they are taken away."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every one with which the vendor may sign."""
        return (self.secret, self.old_secret) if self.old_secret else (self.secret,)

    @property
    def tokens(self) -> tuple[str, ...]:
        """Every one with which a worker may fetch."""
        return (self.token, self.old_token) if self.old_token else (self.token,)


def sources(settings: RelaySettings, environ: Mapping[str, str]) -> dict[str, Source]:
    """Every source by name, with its secrets. Blocks. Raises SecretError, which says how to give the missing one."""
    return {one.name: _with_secrets(one, environ) for one in settings.source}


def _with_secrets(source: SourceSettings, environ: Mapping[str, str]) -> Source:
    secret = _secret(source, "secret", source.secret_command, environ)
    token = _secret(source, "token", source.token_command, environ)
    verify = _secret(source, "verify", source.verify_command, environ) if source.kind == "meta" else ""
    old_secret = _given(source, "secret-old", source.secret_old_command, environ)
    old_token = _given(source, "token-old", source.token_old_command, environ)
    for what, value in (("token", token), ("verify", verify), ("token-old", old_token)):
        if value and len(value) < LEAST_TOKEN:
            raise SecretError(f"the {what} of source {source.name} is shorter than {LEAST_TOKEN} characters")
    return Source(source, secret, token, verify, old_secret, old_token)


def _secret(source: SourceSettings, what: str, command: tuple[str, ...], environ: Mapping[str, str]) -> str:
    found = _given(source, what, command, environ)
    if found:
        return found
    raise SecretError(
        f"source {source.name} has no {what}: give it as the systemd credential {_credential(source, what)}, set "
        f"{what}_command in relay.toml, or put it in the environment as {_variable(source, what)}"
    )


def _given(source: SourceSettings, what: str, command: tuple[str, ...], environ: Mapping[str, str]) -> str:
    """As the main program looks for passwords: `omnitui-relay-<source>-<what>`, the command, the environment."""
    found = credential(environ.get("CREDENTIALS_DIRECTORY"), _credential(source, what))
    if found is not None:
        return found
    if command:
        return printed_by(command, f"{what.replace('-', '_')}_command")
    return environ.get(_variable(source, what), "")


def _credential(source: SourceSettings, what: str) -> str:
    return f"omnitui-relay-{source.name}-{what}"


def _variable(source: SourceSettings, what: str) -> str:
    return "OMNITUI_RELAY_" + re.sub(r"[^A-Z0-9]", "_", f"{source.name}_{what}".upper())
