"""The tokens of accounts: kept in the secret store, renewed before they end, by one process at a time."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from omnitui.config.schema import AccountSettings
from omnitui.config.secrets import entry_name, look_for_secret
from omnitui.config.stores import Stores
from omnitui.core.errors import LoginRefused, Offline, Refused, SecretError
from omnitui.core.times import Instant
from omnitui.sync.oauth.providers import Provider, provider_for
from omnitui.sync.oauth.tokens import Tokens, unpacked

LEASE_SECONDS = 90.0
"""How long another process may take to renew before we say that it does not."""
_LOOK = 0.05
ENTRY = "oauth"


class TokenKeeper:
    """The tokens of one home's accounts. Every method blocks: call it in a thread without an event loop."""

    def __init__(
        self,
        stores: Stores,
        state: Path,
        clock: Callable[[], Instant],
        hide: Callable[[str], None] = lambda secret: None,
    ) -> None:
        """`state`: the folder of the leases; `hide` is told every secret, for the log."""
        self._stores, self._state, self._clock, self._hide = stores, state, clock, hide

    def provider(self, account: AccountSettings) -> Provider:
        """The account's provider, with the registration's secret. Raises SecretError; Refused without OAuth."""
        if account.oauth is None:
            raise Refused(f"account {account.name} has no [account.oauth] in the config")
        secret = look_for_secret(account, "client", stores=self._stores)
        if secret is not None:
            self._hide(secret.value)
        return provider_for(account.oauth, secret.value if secret else "")

    def keep(self, account: AccountSettings, tokens: Tokens) -> str:
        """Keep what a sign-in gave; the store's name. Raises SecretError, or LoginRefused when it cannot be renewed."""
        self._told(tokens)
        if not tokens.refresh:
            raise LoginRefused(
                f"the provider gave no refresh token, so the sign-in would end within the hour: allow offline access "
                f"for the registration of {account.name}"
            )
        with self._lease(account):
            return self._write(account, tokens)

    def tokens(self, account: AccountSettings) -> Tokens | None:
        """What is kept, or None. Raises SecretError."""
        return self._read(account)[0]

    def forget(self, account: AccountSettings) -> bool:
        """Sign out here; whether there was anything."""
        with self._lease(account):
            return self._stores.drop(entry_name(account.name, ENTRY))

    def access_token(self, account: AccountSettings) -> tuple[str, str]:
        """A token that is good now, and where it is kept; renewed first when its end is near.

        Raises SecretError when nobody has signed in, LoginRefused when one must do so anew, Offline when the provider
        cannot be reached and the old one has ended.
        """
        tokens, source = self._need(account)
        if tokens.fresh(self._clock()):
            return tokens.access, source
        try:
            return self._renew(account, lambda kept: kept.fresh(self._clock())).access, source
        except Offline:
            if tokens.alive(self._clock()):
                return tokens.access, source
            raise

    def renewed(self, account: AccountSettings, refused: str) -> str:
        """Another token, for one that a server has refused. Raises as `access_token`."""
        return self._renew(account, lambda kept: kept.access != refused and kept.alive(self._clock())).access

    def _renew(self, account: AccountSettings, good: Callable[[Tokens], bool]) -> Tokens:
        """New tokens, kept before they are used; what another process has renewed meanwhile will do."""
        with self._lease(account):
            kept, _ = self._need(account)
            if good(kept):
                return kept
            new = asyncio.run(self._refresh(account, kept))
            self._told(new)
            self._write(account, new)
            return new

    async def _refresh(self, account: AccountSettings, kept: Tokens) -> Tokens:
        # Loaded when a token has to be renewed, not with the worker.
        from omnitui.sync.http.client import Client
        from omnitui.sync.oauth.endpoint import Denied, refreshed

        try:
            async with Client() as http:
                return await refreshed(http, self.provider(account), kept, self._clock())
        except Denied as denied:
            if denied.code != "invalid_grant":
                raise
            raise LoginRefused(
                f"the sign-in of account {account.name} has ended ({denied}): run `omnitui login {account.name}`. "
                "Mail that is here stays, and what waits to be sent stays queued"
            ) from None

    def _need(self, account: AccountSettings) -> tuple[Tokens, str]:
        tokens, source = self._read(account)
        if tokens is None:
            raise SecretError(f"nobody has signed in for account {account.name}: run `omnitui login {account.name}`")
        self._told(tokens)
        return tokens, source

    def _read(self, account: AccountSettings) -> tuple[Tokens | None, str]:
        found = self._stores.get(entry_name(account.name, ENTRY))
        return (None, "") if found is None else (unpacked(found[0]), found[1])

    def _write(self, account: AccountSettings, tokens: Tokens) -> str:
        return self._stores.put(entry_name(account.name, ENTRY), tokens.packed())

    def _told(self, tokens: Tokens) -> None:
        for secret in (tokens.access, tokens.refresh):
            if secret:
                self._hide(secret)

    @contextlib.contextmanager
    def _lease(self, account: AccountSettings) -> Iterator[None]:
        """One process and thread at a time; the system lets go of it when its holder dies."""
        file = os.open(self._state / f"oauth-{account.name.lower()}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            until = time.monotonic() + LEASE_SECONDS
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > until:
                        raise Offline(
                            f"another process has been renewing {account.name}'s token for too long"
                        ) from None
                    time.sleep(_LOOK)
            yield
        finally:
            os.close(file)
