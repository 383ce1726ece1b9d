"""Knocking where mail servers mostly are: a server that greets as one does is more than a guess.

Only its greeting is read (RFC 9051 7.1.5, RFC 5321 3.1) and, with TLS, its certificate checked; nothing is said to it.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from omnitui.config.schema import ServerSettings
from omnitui.core.errors import Offline
from omnitui.setup.offers import Offer, Sureness
from omnitui.setup.providers import by_host
from omnitui.sync.discovery.aside import aside

Door = tuple[str, int, str]
"""Name with {} for the domain, port, security."""
_LONGEST = 1024


@dataclass(frozen=True)
class Usual:
    """Where to knock, the best door first. `context` trusts what certificates it trusts; making it blocks."""

    reading: tuple[Door, ...] = (
        ("imap.{}", 993, "tls"),
        ("mail.{}", 993, "tls"),
        ("imap.{}", 143, "starttls"),
        ("mail.{}", 143, "starttls"),
    )
    sending: tuple[Door, ...] = (
        ("smtp.{}", 465, "tls"),
        ("mail.{}", 465, "tls"),
        ("smtp.{}", 587, "starttls"),
        ("mail.{}", 587, "starttls"),
    )
    context: Callable[[], ssl.SSLContext] = ssl.create_default_context

    async def find(self, domain: str, seconds: float) -> Offer:
        """The first door of each kind where somebody is. Raises Offline when nobody is at any for reading."""
        context = await aside(self.context, seconds)
        doors = [(door, b"* OK") for door in self.reading] + [(door, b"220") for door in self.sending]
        answers = await asyncio.gather(*(_greets(door, domain, hello, context, seconds) for door, hello in doors))
        reading = [one for one in answers[: len(self.reading)] if one]
        sending = [one for one in answers[len(self.reading) :] if one]
        if not reading:
            raise Offline("no mail server answers at the usual names")
        provider = by_host(reading[0].host)
        source = f"a mail server answers at {reading[0].host}"
        return Offer(
            reading[0], sending[0] if sending else None, source, Sureness.ANSWERED, provider.id if provider else ""
        )


async def _greets(
    door: Door, domain: str, hello: bytes, context: ssl.SSLContext, seconds: float
) -> ServerSettings | None:
    """The server behind a door, when it says hello within the time and its certificate is right."""
    name, port, security = door
    server = ServerSettings(host=name.format(domain), port=port, security=security)
    writer: asyncio.StreamWriter | None = None
    try:
        async with asyncio.timeout(seconds * 0.8):
            tls = context if security == "tls" else None
            reader, writer = await asyncio.open_connection(server.host, port, ssl=tls, limit=_LONGEST)
            greeting = await reader.readline()
    except (OSError, TimeoutError, ValueError):
        return None
    finally:
        if writer is not None:
            writer.close()
            with suppress(OSError, asyncio.CancelledError):
                writer.transport.abort()
    return server if greeting.startswith(hello) else None
