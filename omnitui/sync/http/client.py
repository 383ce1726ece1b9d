"""The one HTTP client; no other file imports httpx. TLS is checked, and nothing secret is in an error or a log.

Retries are those of `policy.py`; how often a credential is used is up to its `Budget`. A redirect never carries our
headers to another host, and never leads from TLS to clear text. Clear text goes to this machine only.
"""

from __future__ import annotations

import asyncio
import logging
import re
import ssl
from types import TracebackType
from typing import BinaryIO
from urllib.parse import urljoin, urlsplit

import httpx

from omnitui import __version__
from omnitui.core.errors import Offline, ProtocolError, Refused
from omnitui.sync.backoff import Backoff
from omnitui.sync.http.budget import Budget
from omnitui.sync.http.messages import Answer, Request, TooMany, Unanswered, said, shown
from omnitui.sync.http.policy import Broken, retry_after, try_again
from omnitui.sync.http.reading import CODINGS, read_body, save_body

CONNECT = 15.0
"""Seconds for a connection, TLS included."""
LONGEST = 600.0
"""Seconds for one try from start to end, beside what it may be silent: a server that drips bytes ends here."""
HOPS = 5
"""Redirects that are followed."""
LOCAL = ("127.0.0.1", "::1", "localhost")
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
_NUMBER = re.compile(r"\[Errno -?\d+\] ")
_REDIRECTS = (301, 302, 303, 307, 308)


class _Break(Exception):
    """A try ended without an answer."""

    def __init__(self, how: Broken, words: str) -> None:
        super().__init__(words)
        self.how = how


class Client:
    """`async with Client() as http: answer = await http.ask(Request(url=...))`. Belongs to one event loop.

    `ca_file`: a PEM file of certificates to trust instead of the system's.
    """

    def __init__(self, *, ca_file: str = "", backoff: type[Backoff] = Backoff) -> None:
        self._ca_file = ca_file
        self._backoff = backoff
        self._http: httpx.AsyncClient | None = None

    async def __aenter__(self) -> Client:
        """Raises Offline when the certificates to trust cannot be read."""
        # Their own messages hold whole addresses and headers.
        for name in ("httpx", "httpcore", "h11"):
            logging.getLogger(name).setLevel(logging.WARNING)
        try:
            context = await asyncio.to_thread(ssl.create_default_context, cafile=self._ca_file or None)
        except (OSError, ssl.SSLError) as error:
            raise Offline(f"the certificates to trust cannot be read: {said(str(error))}") from None
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        # What is meant for this machine never goes through a proxy: it may be in clear text.
        direct = {f"all://{'[::1]' if host == '::1' else host}": None for host in LOCAL}
        self._http = httpx.AsyncClient(
            verify=context,
            follow_redirects=False,
            mounts=direct,
            headers={"User-Agent": f"omnitui/{__version__}", "Accept-Encoding": CODINGS},
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._http is not None:
            await self._http.aclose()
            self._http = None

    async def ask(self, request: Request, budget: Budget | None = None, into: BinaryIO | None = None) -> Answer:
        """The server's answer, whatever its status; tried again where that is safe and within the patience.

        `into`: a file for the body of a good answer (a download), instead of memory; OSError is what its disk says.

        Raises Offline when it cannot be reached, its heirs Unanswered when the request may have been done and TooMany
        when the credential must wait longer; ProtocolError for what cannot be read; Refused for an address that may
        not be used.
        """
        _check(request.url, request.secrets)
        turns = budget or Budget()
        backoff, patience, tries = self._backoff(first=0.5, most=20.0), request.patience, 0
        while True:
            patience -= await turns.turn(urgent=request.urgent, patience=patience)
            tries += 1
            answer: Answer | None = None
            failure: Offline | None = None
            outcome: int | Broken
            asked: float | None = None
            try:
                answer = await self._follow(request, into)
                outcome, asked = answer.status, turns.heed(answer)
            except _Break as broken:
                outcome, failure = broken.how, _failure(request, broken)
            wait = asked if asked is not None else backoff.next()
            if wait <= patience and try_again(outcome, may_repeat=request.may_repeat, tries=tries):
                await asyncio.sleep(wait)
                patience -= wait
                continue
            if failure is not None:
                raise failure
            assert answer is not None  # noqa: S101 - one of the two is there
            return _last(answer, asked)

    async def _follow(self, request: Request, into: BinaryIO | None) -> Answer:
        """One try, redirects followed. Raises _Break."""
        url, own = request.whole_url, True
        for _ in range(HOPS):
            answer = await self._once(request, url, own=own, into=into)
            if answer.status not in _REDIRECTS or "location" not in answer.headers:
                return answer
            new = urljoin(url, answer.headers["location"])
            if request.method not in ("GET", "HEAD"):
                raise ProtocolError(
                    f"{shown(url, request.secrets)} leads elsewhere, which is not followed for what changes something"
                )
            _check(new, request.secrets)
            if urlsplit(url).scheme == "https" and urlsplit(new).scheme != "https":
                raise ProtocolError(
                    f"{shown(url, request.secrets)} leads to an address without encryption; it was not followed"
                )
            if _origin(new) != _origin(url):
                if not request.elsewhere:
                    raise ProtocolError(
                        f"{shown(url, request.secrets)} leads to another host ({_origin(new)[1]}); it was not followed"
                    )
                own = False
            url = new
        raise ProtocolError(f"{shown(request.url, request.secrets)} leads from one address to the next without end")

    async def _once(self, request: Request, url: str, *, own: bool, into: BinaryIO | None) -> Answer:
        if self._http is None:
            raise Refused("the HTTP client is not open")
        host = urlsplit(url).hostname or ""
        silence = httpx.Timeout(CONNECT, read=request.silence, write=request.silence, pool=CONNECT)
        asked = self._http.build_request(
            request.method,
            url,
            headers=dict(request.headers) if own else {},
            content=request.body or None,
            timeout=silence,
        )
        try:
            async with asyncio.timeout(LONGEST + request.silence):
                reply = await self._http.send(asked, stream=True)
                try:
                    coding = reply.headers.get("content-encoding", "")
                    if into is not None and reply.is_success:
                        await save_body(reply.aiter_raw(), coding, request.largest, host, into)
                        body = b""
                    else:
                        body = await read_body(reply.aiter_raw(), coding, request.largest, host)
                finally:
                    await reply.aclose()
        except _NOT_SENT as error:
            raise _Break(Broken.NOT_SENT, str(error) or type(error).__name__) from None
        except httpx.TimeoutException:
            raise _Break(Broken.UNKNOWN, f"no answer within {request.silence:.0f} s") from None
        except TimeoutError:
            raise _Break(Broken.UNKNOWN, "the answer did not come to an end") from None
        except httpx.TransportError as error:
            raise _Break(Broken.UNKNOWN, str(error) or type(error).__name__) from None
        headers = {name.lower(): value for name, value in reply.headers.items()}
        self._http.cookies.clear()
        return Answer(reply.status_code, headers, body, host)


def _failure(request: Request, broken: _Break) -> Offline:
    words = _NUMBER.sub("", said(str(broken), request.secrets))
    host = urlsplit(request.url).hostname or ""
    if broken.how is Broken.NOT_SENT or request.may_repeat:
        return Offline(f"{host} cannot be reached: {words}")
    return Unanswered(f"{host} did not answer ({words}); whether it did what was asked is not known")


def _last(answer: Answer, asked: float | None) -> Answer:
    """What is handed over in the end. Raises TooMany for a 429."""
    if answer.status == 429:
        wait = asked if asked is not None else retry_after(answer.headers) or 60.0
        raise TooMany(f"{answer.host} allows no more calls now; the next is in {wait:.0f} s", wait)
    return answer


def _check(url: str, secrets: tuple[str, ...]) -> None:
    """Raises Refused for an address that may not be asked."""
    parts = urlsplit(url)
    if parts.username is not None or parts.password is not None:
        raise Refused("an address with a name or password in it is not used")
    if any(ord(c) <= 32 or ord(c) == 127 for c in url):
        raise Refused("an address with blanks or control characters in it is not used")
    if parts.scheme == "http" and parts.hostname in LOCAL:
        return
    if parts.scheme != "https" or not parts.hostname:
        raise Refused(
            f"{shown(url, secrets)} is not an https address; only this machine is spoken to without encryption"
        )


def _origin(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or {"https": 443, "http": 80}.get(parts.scheme)
