"""Looking for the servers of an address in every place at once, each for five seconds at most."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from omnitui.config.schema import ServerSettings
from omnitui.core.errors import NotFound, Offline, OmnituiError, ProtocolError
from omnitui.setup.answers import domain_of
from omnitui.setup.autoconfig import LARGEST, read_autoconfig
from omnitui.setup.offers import Found, Look, Offer, best_first, described, guesses
from omnitui.setup.providers import by_exchangers
from omnitui.sync.discovery.names import Names, offer_from
from omnitui.sync.discovery.usual import Usual

SECONDS = 5.0
"""The longest that one place is waited for."""

Fetch = Callable[[str, int, float], Awaitable[bytes]]
"""Address, most bytes and seconds to a body. Raises NotFound (it says it has none), Offline or ProtocolError."""
Told = Callable[[Look], None]
_SENDING = ("_submissions._tcp", "_submission._tcp")
_READING = ("_imaps._tcp", "_imap._tcp")


@dataclass(frozen=True)
class Search:
    """Where to ask."""

    names: Names
    fetch: Fetch | None = None
    seconds: float = SECONDS
    usual: Usual | None = None
    """Knocks at the usual names, where given."""

    async def run(self, address: str, told: Told) -> Found:
        """Everything found for the address, guesses last; `told` hears each place's answer as it comes.

        Raises Refused when the part behind the @ cannot be a domain.
        """
        domain = domain_of(address)
        places: list[tuple[str, Awaitable[Offer | None]]] = [
            ("MX", self._exchangers(domain)),
            ("SRV", self._services(domain, address)),
            *self._autoconfigs(domain, address),
            *([("usual names", self.usual.find(domain, self.seconds))] if self.usual else []),
        ]
        looks = await asyncio.gather(*(self._look(place, work, told) for place, work in places))
        offers = [offer for _, offer in looks if offer is not None]
        return Found(best_first([*offers, *guesses(domain)]), offline=all(look.failed for look, _ in looks))

    async def _look(self, place: str, work: Awaitable[Offer | None], told: Told) -> tuple[Look, Offer | None]:
        offer: Offer | None = None
        try:
            async with asyncio.timeout(self.seconds):
                offer = await work
            words = f"{described(offer.imap)}, {described(offer.smtp)}" if offer else "nothing"
            look = Look(place, words, found=offer is not None)
        except TimeoutError:
            look = Look(place, f"no answer within {self.seconds:.0f} seconds", failed=True)
        except (Offline, ProtocolError) as error:
            look = Look(place, str(error), failed=isinstance(error, Offline))
        told(look)
        return look, offer

    async def _exchangers(self, domain: str) -> Offer | None:
        provider = by_exchangers(await self.names.exchangers(domain))
        return provider.offer if provider else None

    async def _services(self, domain: str, address: str) -> Offer | None:
        services = (*_READING, *_SENDING)
        found = await asyncio.gather(*(self._service(one, domain) for one in services), return_exceptions=False)
        if all(isinstance(one, OmnituiError) for one in found):
            raise next(one for one in found if isinstance(one, OmnituiError))
        servers = [() if isinstance(one, OmnituiError) else one for one in found]
        reading, sending = _chosen(servers[:2]), _chosen(servers[2:])
        return offer_from(reading, sending, address, f"the name servers of {domain}")

    async def _service(self, service: str, domain: str) -> tuple[ServerSettings, ...] | OmnituiError:
        try:
            return await self.names.service(service, domain)
        except Offline as error:
            return error

    def _autoconfigs(self, domain: str, address: str) -> Iterator[tuple[str, Awaitable[Offer | None]]]:
        if self.fetch is not None:
            for host, url in autoconfig_places(domain, address):
                yield host, self._autoconfig(self.fetch, url, address, host)

    async def _autoconfig(self, fetch: Fetch, url: str, address: str, host: str) -> Offer | None:
        try:
            data = await fetch(url, LARGEST, self.seconds)
        except NotFound:
            return None
        return read_autoconfig(data, address, f"the autoconfig of {host}")


def _chosen(servers: Sequence[tuple[ServerSettings, ...]]) -> tuple[ServerSettings, ...]:
    return tuple(server for found in servers for server in found)


def autoconfig_places(domain: str, address: str) -> tuple[tuple[str, str], ...]:
    """Host and address of each place, over HTTPS only: what came in clear could name anybody's server."""
    query = f"?emailaddress={quote(address)}"
    return (
        (f"autoconfig.{domain}", f"https://autoconfig.{domain}/mail/config-v1.1.xml{query}"),
        (domain, f"https://{domain}/.well-known/autoconfig/mail/config-v1.1.xml{query}"),
    )
