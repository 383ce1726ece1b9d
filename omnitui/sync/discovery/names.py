"""What a domain's name servers say of its mail: services (SRV, RFC 6186 and 8314) and exchangers (MX)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from omnitui.config.schema import HOST, ServerSettings
from omnitui.core.errors import Offline
from omnitui.core.text.clean import safe_text
from omnitui.setup.offers import Offer, Sureness
from omnitui.setup.providers import by_host
from omnitui.sync.discovery.aside import aside

if TYPE_CHECKING:
    from dns.asyncresolver import Resolver

SERVICES = {
    "_imaps._tcp": "tls",
    "_imap._tcp": "starttls",
    "_submissions._tcp": "tls",
    "_submission._tcp": "starttls",
}
"""Service to the way its port is spoken to; TLS from the first byte is preferred (RFC 8314 3)."""


@dataclass(frozen=True)
class NameServer:
    """Another name server than the system's: where it listens."""

    host: str
    port: int


class Names:
    """Asks name servers. Every question raises Offline when none answers within `seconds`."""

    def __init__(self, seconds: float, server: NameServer | None = None) -> None:
        self._seconds = seconds
        self._server = server
        self._made: Resolver | None = None

    async def exchangers(self, domain: str) -> tuple[str, ...]:
        """Where the domain's mail goes, the preferred first; empty when the domain names none."""
        found = await self._ask(domain, "MX")
        order = sorted(found, key=lambda record: int(record.preference))
        return tuple(name for record in order if (name := _host(record.exchange)))

    async def service(self, service: str, domain: str) -> tuple[ServerSettings, ...]:
        """The servers of one of SERVICES; empty when there is none, or when the domain says that it has none (".")."""
        found = await self._ask(f"{service}.{domain}", "SRV")
        order = sorted(found, key=lambda record: (int(record.priority), -int(record.weight)))
        return tuple(
            ServerSettings(host=host, port=int(record.port), security=SERVICES[service])
            for record in order
            if (host := _host(record.target)) and record.port
        )

    async def _ask(self, name: str, kind: str) -> list[Any]:
        import dns.exception
        import dns.name
        import dns.resolver

        try:
            resolver = await self._resolver()
            answer = await resolver.resolve(name, kind, lifetime=self._seconds, search=False)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except (dns.exception.DNSException, OSError) as error:
            words = safe_text(str(error), lines=False)[:200]
            raise Offline(f"the name server gave no answer: {words or type(error).__name__}") from error
        return list(answer)

    async def _resolver(self) -> Resolver:
        if self._made is None:
            self._made = await aside(self._make, self._seconds)
        return self._made

    def _make(self) -> Resolver:
        import dns.asyncresolver
        import dns.exception

        try:
            made = dns.asyncresolver.Resolver(configure=self._server is None)
        except dns.exception.DNSException as error:
            raise Offline("this machine has no name server") from error
        if self._server is not None:
            made.nameservers, made.port = [self._server.host], self._server.port
        return made


def _host(name: object) -> str:
    """A name as hosts are written; empty for "." and for what cannot be one."""
    text = str(name).rstrip(".").lower()
    return text if HOST.pattern.fullmatch(text) and "\\" not in text and len(text) <= 253 else ""


def offer_from(
    reading: tuple[ServerSettings, ...], sending: tuple[ServerSettings, ...], address: str, source: str
) -> Offer | None:
    """The first server of each; None when none can be read from."""
    if not reading:
        return None
    imap, smtp = reading[0], sending[0] if sending else None
    provider = by_host(imap.host)
    return Offer(replace(imap), smtp, source, Sureness.SRV, provider.id if provider else "")
