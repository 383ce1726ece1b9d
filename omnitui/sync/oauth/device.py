"""Signing in with a code typed on any other device (RFC 8628): the way over SSH."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from omnitui.core.errors import LoginRefused, Offline, ProtocolError
from omnitui.core.text.clean import safe_text
from omnitui.core.text.links import safe_url
from omnitui.core.times import Instant
from omnitui.sync.http.client import Client
from omnitui.sync.oauth.endpoint import Denied, ask_for_device, ask_for_tokens
from omnitui.sync.oauth.providers import Provider
from omnitui.sync.oauth.tokens import Tokens, granted

GRANT = "urn:ietf:params:oauth:grant-type:device_code"
SLOWER = 5.0
"""Seconds more between two questions after `slow_down` (RFC 8628 3.5)."""
LONGEST = 1800.0


@dataclass(frozen=True)
class DeviceCode:
    """What to show: open `url` on any device and type `user_code`. Both are fit to be shown."""

    user_code: str
    url: str
    whole_url: str
    """The address with the code in it, for a QR code; may be empty."""
    interval: float
    seconds: float
    """How long it is good for."""
    secret: str = field(repr=False)


async def start_device(http: Client, provider: Provider) -> DeviceCode:
    """Ask for a code. Raises Refused when the provider has no such flow; Denied, Offline or ProtocolError."""
    provider.need("device")
    record = await ask_for_device(http, provider)
    # Google and old drafts call it verification_url.
    url = _url(record.get("verification_uri") or record.get("verification_url"))
    user_code = safe_text(str(record.get("user_code") or ""), lines=False).strip()
    secret = record.get("device_code")
    if not url or not user_code or not isinstance(secret, str) or not secret:
        raise ProtocolError(f"{provider.name} gave no code to sign in with")
    return DeviceCode(
        user_code=user_code[:40],
        url=url,
        whole_url=_url(record.get("verification_uri_complete")),
        interval=_seconds(record.get("interval"), 5.0, 60.0),
        seconds=_seconds(record.get("expires_in"), 900.0, LONGEST),
        secret=secret,
    )


async def await_device(
    http: Client,
    provider: Provider,
    code: DeviceCode,
    clock: Callable[[], Instant],
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> Tokens:
    """Ask until the user has agreed. Raises LoginRefused when they did not, or not in time; ProtocolError."""
    interval, left = code.interval, code.seconds
    while left > 0:
        await sleep(interval)
        left -= interval
        try:
            fields = {"grant_type": GRANT, "device_code": code.secret}
            return granted(await ask_for_tokens(http, provider, fields, (code.secret,)), clock())
        except Denied as denied:
            if denied.code == "authorization_pending":
                continue
            if denied.code == "slow_down":
                interval += SLOWER
                continue
            if denied.code == "expired_token":
                break
            if denied.code == "access_denied":
                raise LoginRefused("the sign-in was declined; nothing was changed") from None
            raise
        except Offline:
            # A time-out is answered by asking less often (RFC 8628 3.5).
            interval = min(interval * 2, 60.0)
    raise LoginRefused("nobody signed in before the code ran out; nothing was changed. Begin again") from None


def _url(given: object) -> str:
    return safe_url(str(given)) or "" if given else ""


def _seconds(given: object, usual: float, most: float) -> float:
    try:
        return min(max(float(str(given)), 1.0), most) if given is not None else usual
    except ValueError:
        return usual
