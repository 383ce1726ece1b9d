"""Device code and browser sign-in against our provider: all that RFC 8628 lets it say, and pages that are not ours."""

from __future__ import annotations

import asyncio
import json
import socket
import urllib.request
from collections.abc import AsyncIterator
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from omnitui.config.schema import OAuthSettings
from omnitui.core.errors import LoginRefused, Offline, ProtocolError, Refused
from omnitui.core.times import Instant
from omnitui.sync.http.client import Client
from omnitui.sync.oauth.browser import BrowserLogin
from omnitui.sync.oauth.device import await_device, start_device
from omnitui.sync.oauth.endpoint import Denied, refreshed
from omnitui.sync.oauth.providers import Provider, provider_for
from omnitui.sync.oauth.tokens import Tokens, granted, unpacked
from tests.servers.identity import CLIENT, CLIENT_SECRET, IdentityProvider

NOW = Instant(1_700_000_000_000)


def clock() -> Instant:
    return NOW


def known(provider: IdentityProvider, secret: str = "") -> Provider:
    settings = OAuthSettings(
        provider="other",
        client_id=CLIENT,
        authorize_url=f"{provider.url}/authorize",
        token_url=f"{provider.url}/token",
        device_url=f"{provider.url}/device",
        scopes=("mail", "offline_access"),
    )
    return provider_for(settings, secret)


@pytest.fixture
async def http() -> AsyncIterator[Client]:
    async with Client() as one:
        yield one


class Sleeps:
    """How long was slept, and what happens meanwhile."""

    def __init__(self, *then: object) -> None:
        self.slept: list[float] = []
        self._then = list(then)

    async def __call__(self, seconds: float) -> None:
        self.slept.append(seconds)
        act = self._then.pop(0) if self._then else None
        if callable(act):
            act()


def test_the_addresses_of_the_known_providers() -> None:
    gmail = provider_for(OAuthSettings(provider="gmail", client_id="c"), "s3cret")
    assert gmail.ways == ("browser",)
    assert gmail.scopes == ("https://mail.google.com/",)
    assert dict(gmail.extras) == {"access_type": "offline", "prompt": "consent"}
    assert "s3cret" not in repr(gmail)
    microsoft = provider_for(OAuthSettings(provider="microsoft", client_id="c", tenant="shop.example"))
    assert microsoft.ways == ("device", "browser")
    assert microsoft.token_url == "https://login.microsoftonline.com/shop.example/oauth2/v2.0/token"
    assert microsoft.redirect_host == "localhost"
    assert "https://outlook.office.com/SMTP.Send" in microsoft.scopes
    with pytest.raises(Refused, match="no sign-in by device"):
        gmail.need("device")


async def test_device_code_pending_slow_and_then_agreed(http: Client, provider: IdentityProvider) -> None:
    asked = await start_device(http, known(provider))
    assert asked.url == "https://id.example/device"
    assert asked.secret not in repr(asked)
    provider.plan_polls = ["authorization_pending", "slow_down", "authorization_pending", "slow_down"]
    sleeps = Sleeps(*[None] * 4, lambda: provider.approve(asked.user_code, "ana"))
    tokens = await await_device(http, known(provider), asked, clock, sleeps)
    assert sleeps.slept == [1, 1, 6, 6, 11]
    assert tokens.expires_at == NOW + 3_600_000
    assert tokens.renew_at == NOW + 3_300_000
    assert tokens.refresh == provider.grants[0].refresh
    assert tokens.access not in repr(tokens)
    assert tokens.refresh not in repr(tokens)


async def test_without_an_interval_it_is_five_seconds(http: Client, provider: IdentityProvider) -> None:
    provider.interval = None
    assert (await start_device(http, known(provider))).interval == 5


async def test_a_network_that_fails_meanwhile_is_waited_for(http: Client, provider: IdentityProvider) -> None:
    asked = await start_device(http, known(provider))
    provider.plan = [(503, {}, b"")] * 2
    sleeps = Sleeps(None, None, lambda: provider.approve(asked.user_code, "ana"))
    await await_device(http, known(provider), asked, clock, sleeps)
    assert sleeps.slept == [1, 2, 4]


async def test_declined_run_out_and_never_answered(http: Client, provider: IdentityProvider) -> None:
    asked = await start_device(http, known(provider))
    provider.decline(asked.user_code)
    with pytest.raises(LoginRefused, match="declined"):
        await await_device(http, known(provider), asked, clock, Sleeps())
    provider.plan_polls = ["expired_token"]
    with pytest.raises(LoginRefused, match="before the code ran out"):
        await await_device(http, known(provider), asked, clock, Sleeps())
    asked = replace(await start_device(http, known(provider)), seconds=30.0)
    sleeps = Sleeps()
    with pytest.raises(LoginRefused, match="before the code ran out"):
        await await_device(http, known(provider), asked, clock, sleeps)
    assert 29 <= sum(sleeps.slept) <= 31


@pytest.mark.parametrize(
    "record",
    [
        {},
        {"user_code": "X", "verification_uri": "https://id.example"},
        {"device_code": "d", "user_code": "X", "verification_uri": "javascript:alert(1)"},
        {"device_code": "d", "user_code": "\u202e\x1b", "verification_uri": "https://id.example"},
        {"device_code": 7, "user_code": "X", "verification_uri": "https://id.example"},
    ],
)
async def test_a_device_answer_that_cannot_be_used(
    http: Client, provider: IdentityProvider, record: dict[str, object]
) -> None:
    provider.plan = [(200, {}, json.dumps(record).encode())]
    with pytest.raises(ProtocolError, match="gave no code"):
        await start_device(http, known(provider))


async def test_what_a_provider_says_cannot_drive_the_terminal(http: Client, provider: IdentityProvider) -> None:
    record = {"device_code": "d", "user_code": "AB\x1b[31mCD\u202e", "verification_uri": "https://id.example/\x1b]0;x"}
    provider.plan = [
        (200, {}, json.dumps(record).encode()),
        (400, {}, json.dumps({"error": "no\x1b[2J", "error_description": "\x1b]52;c;eA==\x07 gone\u202e"}).encode()),
    ]
    asked = await start_device(http, known(provider))
    with pytest.raises(Denied) as refusal:
        await start_device(http, known(provider))
    for words in (asked.user_code, asked.url, str(refusal.value), refusal.value.code):
        assert words.isprintable(), ascii(words)


async def test_the_browser_comes_back_with_the_code(http: Client, provider: IdentityProvider) -> None:
    async with BrowserLogin(http, known(provider), clock, "ana@shop.example") as login:
        asked = parse_qs(urlsplit(login.url).query)
        assert asked["login_hint"] == ["ana@shop.example"]
        assert asked["scope"] == ["mail offline_access"]
        finishing = asyncio.create_task(login.finish(10))
        page = await asyncio.to_thread(get, provider.visit(login.url, "ana"))
        assert "may close this window" in page
        assert (await finishing).refresh == provider.grants[0].refresh


async def test_the_address_is_pasted_back(http: Client, provider: IdentityProvider) -> None:
    async with BrowserLogin(http, known(provider), clock) as login:
        back = provider.visit(login.url, "ana")
        for wrong in ("", "hello", "4/0AbCdEf", "http://127.0.0.1/?code=x", back.replace("state=", "state=x")):
            with pytest.raises(Refused, match=r"whole address|another sign-in"):
                login.paste(wrong)
        login.paste(f"  {back[:40]}\n{back[40:]} \r\n")
        assert (await login.finish(10)).access in provider.access


async def test_what_comes_to_the_port_and_is_not_ours_changes_nothing(http: Client, provider: IdentityProvider) -> None:
    async with BrowserLogin(http, known(provider), clock) as login:
        good = provider.visit(login.url, "ana")
        parts = urlsplit(good)
        host = parts.netloc.encode()
        target = f"/?{parts.query}".encode()
        strangers = [
            b"GET /?code=evil&state=guessed HTTP/1.1\r\nHost: " + host + b"\r\n\r\n",
            b"GET " + target + b"&state=again HTTP/1.1\r\nHost: " + host + b"\r\n\r\n",
            b"GET " + target + b" HTTP/1.1\r\nHost: evil.example\r\n\r\n",
            b"GET " + target + b" HTTP/1.1\r\n\r\n",
            b"POST " + target + b" HTTP/1.1\r\nHost: " + host + b"\r\n\r\n",
            b"GET /favicon.ico HTTP/1.1\r\nHost: " + host + b"\r\n\r\n",
            b"\x16\x03\x01\x02\x00\r\n\r\n",
            b"GET /" + b"a" * 50_000 + b"\r\n\r\n",
        ]
        for stranger in strangers:
            answer = await asyncio.to_thread(send, parts.port or 0, stranger)
            assert b" 200 " not in answer.split(b"\r\n")[0]
        finishing = asyncio.create_task(login.finish(10))
        await asyncio.sleep(0.05)
        assert not finishing.done()
        login.paste(good)
        await finishing


async def test_a_sign_in_that_is_declined_or_forgotten(http: Client, provider: IdentityProvider) -> None:
    async with BrowserLogin(http, known(provider), clock) as login:
        state = parse_qs(urlsplit(login.url).query)["state"][0]
        login.paste(f"http://127.0.0.1/?error=access_denied&state={state}")
        with pytest.raises(LoginRefused, match="declined"):
            await login.finish(5)
    async with BrowserLogin(http, known(provider), clock) as login:
        with pytest.raises(LoginRefused, match="nobody signed in"):
            await login.finish(0.05)


async def test_a_port_that_is_taken_is_said(http: Client, provider: IdentityProvider) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(Refused, match="redirect_port"):
        async with BrowserLogin(http, replace(known(provider), redirect_port=taken.getsockname()[1]), clock):
            pass


async def test_refusals_of_the_token_endpoint_say_what_to_do_and_hold_no_secret(
    http: Client, provider: IdentityProvider
) -> None:
    provider.secret = CLIENT_SECRET
    old = Tokens("old-access", "refresh-planted", NOW, NOW)
    with pytest.raises(Denied, match="secret set NAME --only client") as wrong:
        await refreshed(http, known(provider, "wrong-planted"), old, NOW)
    with pytest.raises(Denied) as revoked:
        await refreshed(http, known(provider, CLIENT_SECRET), old, NOW)
    assert revoked.value.code == "invalid_grant"
    for error in (wrong.value, revoked.value):
        assert "planted" not in str(error)
    provider.plan = [(503, {}, b"busy"), (400, {}, b"<html>"), (200, {}, b"[]"), (200, {}, b"{}"), (429, {}, b"")]
    for expected in (Offline, ProtocolError, ProtocolError, ProtocolError):
        with pytest.raises(expected):
            await refreshed(http, known(provider, CLIENT_SECRET), old, NOW)


@pytest.mark.parametrize(
    ("record", "life"),
    [
        ({"expires_in": 3599}, 3599),
        ({"expires_in": "3599"}, 3599),
        ({}, 3600),
        ({"expires_in": None}, 3600),
        ({"expires_in": "soon"}, 3600),
        ({"expires_in": -5}, 0),
        ({"expires_in": 1e300}, 365 * 86400),
    ],
)
def test_how_long_a_token_lives(record: dict[str, object], life: int) -> None:
    tokens = granted({"access_token": "a", **record}, NOW, refresh="r")
    assert tokens.expires_at == NOW + life * 1000
    assert tokens.renew_at <= tokens.expires_at
    assert tokens.refresh == "r"
    assert unpacked(tokens.packed()) == tokens


@pytest.mark.parametrize("record", [{}, {"access_token": 5}, {"access_token": "a\r\nX"}, {"access_token": "é"}])
def test_a_token_that_could_not_be_sent_is_refused(record: dict[str, object]) -> None:
    with pytest.raises(ProtocolError):
        granted(record, NOW)


@pytest.mark.parametrize("text", ["", "null", "[]", "{}", '{"access": 1}', '{"access": "a", "refresh": "b"}'])
def test_tokens_that_cannot_be_read_are_none(text: str) -> None:
    assert unpacked(text) is None


def get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=5) as page:  # noqa: S310 - our own listener
        return str(page.read().decode())


def send(port: int, raw: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), 5) as sock:
        sock.sendall(raw)
        found = b""
        try:
            while chunk := sock.recv(4096):
                found += chunk
        except ConnectionError:
            pass
        return found
