"""Signing in with a browser (RFC 6749 4.1 with PKCE, RFC 7636), which comes back to this machine (RFC 8252 7.3).

Where the browser is on another machine it comes back to nothing, and its address is pasted here instead.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import hmac
import secrets
from collections.abc import Callable
from types import TracebackType
from urllib.parse import parse_qs, urlencode, urlsplit

from omnitui.core.errors import LoginRefused, Refused
from omnitui.core.times import Instant
from omnitui.sync.http.client import Client
from omnitui.sync.http.messages import said
from omnitui.sync.oauth.endpoint import ask_for_tokens
from omnitui.sync.oauth.providers import Provider
from omnitui.sync.oauth.tokens import Tokens, granted

LONGEST_HEAD = 16 * 1024
HEAD_SECONDS = 10.0
_PAGE = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>omnitui</title>'
    '<body style="font-family:sans-serif;margin:4em auto;max-width:30em"><p>{words}</p></body></html>'
)
DONE = "omnitui has got the answer. You may close this window and go back to the terminal."
STRANGE = "This is not the sign-in that omnitui waits for. Nothing was done."


class BrowserLogin:
    """One sign-in: `async with`, show `url`, then await `finish`, which `paste` may bring about as well."""

    def __init__(self, http: Client, provider: Provider, clock: Callable[[], Instant], hint: str = "") -> None:
        """`hint`: the address to sign in with. Raises Refused when the provider has no such flow."""
        provider.need("browser")
        self._http, self._provider, self._clock, self._hint = http, provider, clock, hint
        self._state = secrets.token_urlsafe(32)
        self._verifier = secrets.token_urlsafe(64)
        self._server: asyncio.Server | None = None
        self._redirect = ""
        self._came: asyncio.Future[dict[str, str]] | None = None
        self._open: set[asyncio.StreamWriter] = set()

    async def __aenter__(self) -> BrowserLogin:
        """Begin to listen. Raises Refused when the port of the config is taken."""
        self._came = asyncio.get_running_loop().create_future()
        provider = self._provider
        try:
            self._server = await asyncio.start_server(
                self._serve, "127.0.0.1", provider.redirect_port, limit=LONGEST_HEAD
            )
        except OSError as error:
            raise Refused(f"port {provider.redirect_port} (redirect_port) cannot be used: {error.strerror}") from None
        port = self._server.sockets[0].getsockname()[1]
        self._redirect = f"http://{provider.redirect_host}:{port}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.close()
            # Browsers open connections ahead and say nothing on them.
            for writer in list(self._open):
                writer.close()
            await self._server.wait_closed()
        if self._came is not None:
            self._came.cancel()

    @property
    def url(self) -> str:
        """The page to open; holds nothing secret (the state is of use only to whoever has it first)."""
        challenge = base64.urlsafe_b64encode(hashlib.sha256(self._verifier.encode()).digest()).rstrip(b"=").decode()
        fields = {
            "response_type": "code",
            "client_id": self._provider.client_id,
            "redirect_uri": self._redirect,
            "scope": " ".join(self._provider.scopes),
            "state": self._state,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            **dict(self._provider.extras),
            **({"login_hint": self._hint} if self._hint else {}),
        }
        base = self._provider.authorize_url
        return f"{base}{'&' if '?' in base else '?'}{urlencode(fields)}"

    def paste(self, text: str) -> None:
        """The address that the browser came back to, pasted by hand. Raises Refused when it is another one."""
        text = "".join(text.split())
        found = _fields(urlsplit(text).query if "?" in text else text)
        if "state" not in found or not ("code" in found or "error" in found):
            raise Refused("that is not the whole address; copy all of the line from the browser, with code= and state=")
        if not self._is_ours(found):
            raise Refused("that address belongs to another sign-in (its state differs); open the page once more")
        self._take(found)

    async def finish(self, seconds: float = 600.0) -> Tokens:
        """Wait for the browser and get the tokens. Raises LoginRefused, Offline or ProtocolError."""
        assert self._came is not None  # noqa: S101 - set on entering
        try:
            async with asyncio.timeout(seconds):
                found = await asyncio.shield(self._came)
        except TimeoutError:
            raise LoginRefused(f"nobody signed in within {seconds / 60:.0f} minutes; nothing was changed") from None
        if "code" not in found:
            words = said(found.get("error_description") or found["error"])
            if found["error"] == "access_denied":
                raise LoginRefused(f"the sign-in was declined; nothing was changed ({words})")
            raise LoginRefused(f"{self._provider.name} did not sign you in: {words}")
        fields = {
            "grant_type": "authorization_code",
            "code": found["code"],
            "redirect_uri": self._redirect,
            "code_verifier": self._verifier,
        }
        hidden = (found["code"], self._verifier)
        return granted(await ask_for_tokens(self._http, self._provider, fields, hidden), self._clock())

    def _is_ours(self, found: dict[str, str]) -> bool:
        return hmac.compare_digest(found.get("state", "").encode(), self._state.encode())

    def _take(self, found: dict[str, str]) -> None:
        if self._came is not None and not self._came.done():
            self._came.set_result(found)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request of the browser; whatever is not our sign-in is answered and changes nothing."""
        self._open.add(writer)
        try:
            async with asyncio.timeout(HEAD_SECONDS):
                head = await reader.readuntil(b"\r\n\r\n")
            found = _asked(head)
            ours = found is not None and self._is_ours(found) and ("code" in found or "error" in found)
            await _answer(writer, 200 if ours else 404, DONE if ours else STRANGE)
            if ours and found is not None:
                self._take(found)
        except (TimeoutError, OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            self._open.discard(writer)
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()


def _asked(head: bytes) -> dict[str, str] | None:
    """The parameters of a GET of ours; None for anything else, such as another site's page that guesses the port."""
    first, *lines = head.decode("latin-1").split("\r\n")
    words = first.split(" ")
    hosts = [line[5:].strip() for line in lines if line[:5].lower() == "host:"]
    if len(words) != 3 or words[0] != "GET" or len(hosts) != 1:
        return None
    if hosts[0].rpartition(":")[0] not in ("127.0.0.1", "localhost", "[::1]"):
        return None
    parts = urlsplit(words[1])
    return _fields(parts.query) if parts.path == "/" else None


def _fields(query: str) -> dict[str, str]:
    """Each parameter once; one that stands twice counts as missing (RFC 6749 3.1)."""
    try:
        found = parse_qs(query, max_num_fields=50)
    except ValueError:
        return {}
    return {name: values[0] for name, values in found.items() if len(values) == 1}


async def _answer(writer: asyncio.StreamWriter, status: int, words: str) -> None:
    body = _PAGE.format(words=words).encode()
    reason = "OK" if status == 200 else "Not Found"
    head = (
        f"HTTP/1.1 {status} {reason}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {len(body)}\r\n"
        "Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nConnection: close\r\n\r\n"
    )
    writer.write(head.encode() + body)
    await writer.drain()
