"""Knocking at doors: who greets as a mail server does is found, all others are passed over in time."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from omnitui.core.errors import Offline
from omnitui.setup.offers import Look, described
from omnitui.sync.discovery.names import Names
from omnitui.sync.discovery.search import Search
from omnitui.sync.discovery.usual import Usual
from tests.servers.dovecot import free_port
from tests.servers.nameserver import nameserver
from tests.servers.smtp_sink import certificate, client_tls, server_tls


async def test_the_best_door_with_somebody_behind_it(tmp_path: Path) -> None:
    pem = certificate(tmp_path)
    said: list[bytes] = []

    async def listen(greeting: bytes, *, tls: bool = False) -> asyncio.Server:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(greeting)
            said.append(await reader.read())
            writer.close()

        return await asyncio.start_server(serve, "127.0.0.1", 0, ssl=server_tls(pem) if tls else None)

    servers = [
        await listen(b"HTTP/1.1 400 Bad Request\r\n"),
        await listen(b""),
        await listen(b"* OK ready\r\n", tls=True),
        await listen(b"* OK ready\r\n"),
        await listen(b"220 mail ESMTP\r\n"),
        await listen(b"x" * 5000),
    ]
    web, silent, imaps, imap, submission, endless = (server.sockets[0].getsockname()[1] for server in servers)
    usual = Usual(
        reading=(("local{}", free_port(), "tls"), ("local{}", web, "starttls"), ("local{}", silent, "starttls"),
                 ("local{}", endless, "tls"), ("local{}", imaps, "tls"), ("local{}", imap, "starttls")),
        sending=(("nobody.{}.invalid", 465, "tls"), ("local{}", imaps, "tls"), ("local{}", submission, "starttls")),
        context=lambda: client_tls(pem),
    )  # fmt: skip
    try:
        started = time.monotonic()
        found = await usual.find("host", 2)
        assert time.monotonic() - started < 8
        assert described(found.imap) == f"localhost:{imaps} tls"
        assert described(found.smtp) == f"localhost:{submission} starttls"
        assert not [one for one in said if one and one[0] != 0x16], "but for the hello of TLS nothing is said"
        strict = Usual(usual.reading[4:5], ())
        with pytest.raises(Offline, match="no mail server answers"):
            await strict.find("host", 2)
        looks: list[Look] = []
        async with nameserver({}) as names:
            search = Search(Names(4, names), seconds=4, usual=Usual((("localhost", imap, "starttls"),), ()))
            offers = (await search.run("help@shop.example", looks.append)).offers
        assert [offer.sureness.name for offer in offers] == ["ANSWERED", "GUESS", "GUESS"]
        assert {look.place: look.found for look in looks} == {"MX": False, "SRV": False, "usual names": True}
    finally:
        for server in servers:
            server.close()
