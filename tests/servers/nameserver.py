"""A name server on loopback that answers from a table: real packets, no network."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import cast

import dns.flags
import dns.message
import dns.rcode
import dns.rrset

from omnitui.sync.discovery.names import NameServer

Zone = Mapping[tuple[str, str], Sequence[str]]
"""(name without the last dot, "MX" or "SRV") to records as zone files write them."""


class _Answers(asyncio.DatagramProtocol):
    def __init__(self, zone: Zone, *, silent: bool, broken: bool) -> None:
        self._zone, self._silent, self._broken = zone, silent, broken
        self.asked: list[tuple[str, str]] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        question = dns.message.from_wire(data)
        name = str(question.question[0].name).rstrip(".").lower()
        kind = dns.rdatatype.to_text(question.question[0].rdtype)
        self.asked.append((name, kind))
        if self._silent:
            return
        answer = dns.message.make_response(question)
        answer.flags |= dns.flags.RA
        records = self._zone.get((name, kind))
        if self._broken:
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif records:
            answer.answer.append(dns.rrset.from_text_list(question.question[0].name, 60, "IN", kind, list(records)))
        elif not any(known == name for known, _ in self._zone):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        self._transport.sendto(answer.to_wire(), addr)


@asynccontextmanager
async def nameserver(zone: Zone, *, silent: bool = False, broken: bool = False) -> AsyncIterator[NameServer]:
    """Serve the zone on a free port; `silent` answers nothing, `broken` only failures."""
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(
        lambda: _Answers(zone, silent=silent, broken=broken), ("127.0.0.1", 0)
    )
    try:
        yield NameServer("127.0.0.1", transport.get_extra_info("sockname")[1])
    finally:
        transport.close()
