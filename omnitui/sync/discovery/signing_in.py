"""One sign-in by OAuth 2 while an account is set up: begun, waited for, and its tokens kept once all is saved."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack
from pathlib import Path

from omnitui.config.schema import AccountSettings
from omnitui.config.secrets import store_secret
from omnitui.config.stores import Stores
from omnitui.core.errors import Refused
from omnitui.core.times import Instant
from omnitui.sync.http.client import Client
from omnitui.sync.oauth.browser import BrowserLogin
from omnitui.sync.oauth.device import DeviceCode, await_device, start_device
from omnitui.sync.oauth.keeping import TokenKeeper
from omnitui.sync.oauth.providers import provider_for
from omnitui.sync.oauth.tokens import Tokens


def ways(account: AccountSettings) -> tuple[str, ...]:
    """The flows that the account's provider offers."""
    return provider_for(account.oauth).ways if account.oauth else ()


class PendingSignIn:
    """A sign-in on its way (`setup/face.py: SignIn`). `begin` first; `close` lets go of what it holds, at any time."""

    def __init__(self, account: AccountSettings, client_secret: str, way: str) -> None:
        self._account, self._client_secret, self._way = account, client_secret, way
        self._held = AsyncExitStack()
        self._browser: BrowserLogin | None = None
        self._device: DeviceCode | None = None
        self._http: Client | None = None
        self._tokens: Tokens | None = None
        self.url = ""
        self.code = ""

    async def begin(self) -> PendingSignIn:
        """Ask for a code, or listen for the browser. Raises Refused, LoginRefused, Offline or ProtocolError."""
        if self._account.oauth is None:
            raise Refused("the account signs in with a password")
        self._provider = provider_for(self._account.oauth, self._client_secret)
        try:
            self._http = await self._held.enter_async_context(Client())
            if self._way == "device":
                self._device = await start_device(self._http, self._provider)
                self.url, self.code = self._device.url, self._device.user_code
            else:
                who = self._account.imap.username or self._account.address
                waiting = BrowserLogin(self._http, self._provider, _now, who)
                self._browser = await self._held.enter_async_context(waiting)
                self.url = self._browser.url
        except BaseException:
            await self.close()
            raise
        return self

    def paste(self, text: str) -> None:
        """The address at which a browser elsewhere ended. Raises Refused."""
        if self._browser is None:
            raise Refused("a code is waited for, not an address")
        self._browser.paste(text)

    async def finish(self) -> str:
        """The access token, once a person has agreed. Raises LoginRefused, Offline or ProtocolError."""
        try:
            if self._browser is not None:
                self._tokens = await self._browser.finish()
            elif self._device is not None and self._http is not None:
                self._tokens = await await_device(self._http, self._provider, self._device, _now)
        finally:
            await self.close()
        if self._tokens is None:
            raise Refused("the sign-in was not begun")
        return self._tokens.access

    async def close(self) -> None:
        """Stop listening."""
        await asyncio.shield(self._held.aclose())

    def keep(self, account: AccountSettings, stores: Stores, state: Path) -> str:
        """Keep the tokens and the registration's secret; gives where. Blocks. Raises SecretError or LoginRefused."""
        if self._tokens is None:
            raise Refused("nobody has signed in")
        if self._client_secret:
            store_secret(account.name, self._client_secret, "client", stores)
        return TokenKeeper(stores, state, _now).keep(account, self._tokens)


def _now() -> Instant:
    """The edge, where a clock may be read."""
    return Instant(time.time_ns() // 1_000_000)
