"""Asking the token endpoint (RFC 6749 3.2), and what its refusals mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from omnitui.core.errors import LoginRefused, Offline, ProtocolError
from omnitui.core.times import Instant
from omnitui.sync.http.client import Client
from omnitui.sync.http.messages import Answer, form, said
from omnitui.sync.oauth.providers import Provider
from omnitui.sync.oauth.tokens import Tokens, granted

LARGEST = 256 * 1024
_AGAIN = {"temporarily_unavailable", "server_error"}
_CLIENT = {"invalid_client", "unauthorized_client", "unsupported_grant_type", "invalid_scope"}


class Denied(LoginRefused):
    """The provider's refusal; `code` is its `error` (RFC 6749 5.2, RFC 8628 3.5)."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code = code


async def refreshed(http: Client, provider: Provider, tokens: Tokens, now: Instant) -> Tokens:
    """New tokens for old ones (RFC 6749 6). Raises Denied, with `invalid_grant` when one must sign in anew; Offline."""
    fields = {"grant_type": "refresh_token", "refresh_token": tokens.refresh}
    # A POST, so the client does not repeat it by itself: some take a second use for a theft (RFC 9700 4.14.2).
    record = await ask_for_tokens(http, provider, fields, (tokens.refresh,))
    return granted(record, now, refresh=tokens.refresh)


async def ask_for_tokens(
    http: Client, provider: Provider, fields: Mapping[str, str], secrets: tuple[str, ...]
) -> dict[str, Any]:
    """What the token endpoint gives. Raises Denied, Offline or ProtocolError."""
    return read(await _post(http, provider, provider.token_url, fields, secrets), provider, secrets)


async def ask_for_device(http: Client, provider: Provider) -> dict[str, Any]:
    """What the device endpoint gives (RFC 8628 3.2). Raises as `ask_for_tokens`."""
    fields = {"scope": " ".join(provider.scopes)}
    return read(await _post(http, provider, provider.device_url, fields, ()), provider, ())


async def _post(
    http: Client, provider: Provider, url: str, fields: Mapping[str, str], secrets: tuple[str, ...]
) -> Answer:
    own = {"client_id": provider.client_id} | ({"client_secret": provider.secret} if provider.secret else {})
    hidden = (*secrets, provider.secret)
    return await http.ask(form(url, {**own, **fields}, secrets=hidden, largest=LARGEST, urgent=True))


def read(answer: Answer, provider: Provider, secrets: tuple[str, ...]) -> dict[str, Any]:
    """The record of a good answer. Raises Denied with what the provider says, Offline for what passes."""
    if answer.good:
        return answer.record()
    if answer.status >= 500:
        raise Offline(f"{answer.host} cannot give a token now (HTTP {answer.status})")
    try:
        record = answer.record()
    except ProtocolError:
        record = {}
    code = record.get("error")
    if not isinstance(code, str) or not code:
        raise ProtocolError(f"{answer.host} refuses (HTTP {answer.status}) and does not say why")
    hidden = (*secrets, provider.secret)
    code = said(code, hidden)[:60]
    words = said(str(record.get("error_description") or ""), hidden)
    if code in _AGAIN:
        raise Offline(f"{answer.host} cannot give a token now: {words or code}")
    if code in _CLIENT:
        what = "check client_id, scopes and the client secret (`omnitui secret set NAME --only client`)"
        raise Denied(code, f"{provider.name} does not accept the registration ({code}): {what}. {words}".strip())
    raise Denied(code, f"{provider.name} says {code}" + (f": {words}" if words else ""))
