"""The relay as an ASGI application: webhooks come in at `/in/<source>`, a worker fetches at `/events`.

Nobody without a right signature or token learns anything: whatever else is asked is answered 404, empty. Genuine
webhooks are answered after they are on the disk; 429 and 503 make the vendor send them again later.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any

from omnitui.core.errors import CacheError
from omnitui.core.times import Instant
from omnitui.relay.bounds import Pace, Seldom
from omnitui.relay.intake import Intake
from omnitui.relay.keys import Source
from omnitui.relay.pulling import Pulls
from omnitui.relay.settings import RelaySettings
from omnitui.relay.signatures import Forged, digest, meta_challenge, slack_challenge, verify
from omnitui.relay.store import Arrival

KEPT_HEADERS = (
    "content-type",
    "user-agent",
    "x-slack-retry-num",
    "x-twilio-signature",
    "i-twilio-idempotency-token",
    "x-hub-signature-256",
)
"""Of what a webhook says in its headers, what is kept with it."""
TWIML = b'<?xml version="1.0" encoding="UTF-8"?><Response/>'
"""Twilio takes an empty answer for an error, and any text for a message to the customer."""
Message = MutableMapping[str, Any]
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered."""

    status: int
    body: bytes = b""
    type: str = "text/plain; charset=utf-8"
    retry: int = 0
    """Seconds after which it may be asked again."""


NOTHING = Reply(404)


class Refusal(Exception):
    """A request that is answered at once."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(str(reply.status))
        self.reply = reply


class Relay:
    """The application. `intake` is started and closed with it (lifespan)."""

    def __init__(
        self,
        settings: RelaySettings,
        sources: Mapping[str, Source],
        intake: Intake,
        clock: Callable[[], Instant],
    ) -> None:
        self._settings, self._sources, self._intake, self._clock = settings, sources, intake, clock
        self._pulls = Pulls(sources, intake)
        self._paces = {name: Pace(one.settings.per_minute, time.monotonic) for name, one in sources.items()}
        self._warn = Seldom(log.warning, time.monotonic)

    async def __call__(
        self,
        scope: Message,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        """One request, or the life of the server."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        if scope["type"] != "http":
            return
        try:
            reply = await self._answer(scope, receive)
        except Refusal as refusal:
            reply = refusal.reply
        except CacheError as error:
            self._warn(f"answered 503: {error}")
            reply = Reply(503, retry=30)
        headers = [
            (b"content-type", reply.type.encode("ascii")),
            (b"content-length", str(len(reply.body)).encode("ascii")),
            (b"cache-control", b"no-store"),
        ]
        if reply.retry:
            headers.append((b"retry-after", str(reply.retry).encode("ascii")))
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        await send({"type": "http.response.body", "body": reply.body if scope["method"] != "HEAD" else b""})

    async def _live(
        self, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
    ) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self._intake.start(self._settings.keep_days, self._settings.replay_days)
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                await self._intake.close()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _answer(self, scope: Message, receive: Callable[[], Awaitable[Message]]) -> Reply:
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        query = scope["query_string"].decode("latin-1")
        method, path = scope["method"], scope["path"]
        if path == "/events":
            found = await self._pulls.answer(method, headers, query)
            return NOTHING if found is None else Reply(found.status, found.body, "application/json")
        source = self._sources.get(path[4:]) if path.startswith("/in/") else None
        if source is None or method not in ("GET", "POST"):
            return NOTHING
        try:
            if method == "GET":
                return self._entered(source, query)
            body = await self._body(headers, receive)
            verify(source, headers, query, body, self._clock())
        except Forged as error:
            self._warn(f"{source.settings.name}: refused a webhook: {error}")
            return NOTHING
        return await self._take(source, headers, query, body)

    def _entered(self, source: Source, query: str) -> Reply:
        """The address is being entered at the vendor's."""
        if source.settings.kind != "meta":
            return NOTHING
        challenge = meta_challenge(source, query)
        log.info("%s: Meta has asked for the verify token, and it was right", source.settings.name)
        return Reply(200, challenge.encode("utf-8"))

    async def _take(self, source: Source, headers: Mapping[str, str], query: str, body: bytes) -> Reply:
        name = source.settings.name
        challenge = slack_challenge(body) if source.settings.kind == "slack" else None
        if challenge is not None:
            return Reply(200, challenge.encode("utf-8"))
        if not self._paces[name].take():
            self._intake.refused(name, "fast")
            self._warn(f"{name}: more than {source.settings.per_minute} webhooks a minute; answered 429")
            return Reply(429, retry=10)
        kept = {header: headers[header] for header in KEPT_HEADERS if header in headers}
        if query:
            kept["query"] = query
        number = await self._intake.keep(Arrival(name, self._clock(), body, digest(source, headers, query, body), kept))
        if number is None:
            self._warn(f"{name}: no room for more webhooks until a worker has fetched some; answered 503")
            return Reply(503, retry=60)
        if source.settings.kind == "twilio":
            return Reply(200, TWIML, "text/xml")
        return Reply(200)

    async def _body(self, headers: Mapping[str, str], receive: Callable[[], Awaitable[Message]]) -> bytes:
        most = self._settings.most_body
        told = headers.get("content-length", "0")
        if not told.isdigit() or len(told) > 12 or int(told) > most:
            raise Refusal(NOTHING)
        parts, size = [], 0
        try:
            async with asyncio.timeout(self._settings.slow_seconds):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise Refusal(NOTHING)
                    part = message.get("body", b"")
                    size += len(part)
                    if size > most:
                        raise Refusal(NOTHING)
                    parts.append(part)
                    if not message.get("more_body", False):
                        return b"".join(parts)
        except TimeoutError:
            raise Refusal(NOTHING) from None
