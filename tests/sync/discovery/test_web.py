"""Autoconfig pages over real HTTP: what comes, and what is left after its time."""

from __future__ import annotations

import time

import pytest

from omnitui.core.errors import NotFound, Offline, OmnituiError, ProtocolError
from omnitui.setup.autoconfig import LARGEST
from omnitui.setup.offers import Look
from omnitui.sync.discovery.names import Names
from omnitui.sync.discovery.search import Search
from omnitui.sync.discovery.web import fetch
from tests.servers.nameserver import nameserver
from tests.servers.web import Act, Web, dripping, hang_up, nonsense, say, silent, torn

PAGE = (
    b'<?xml version="1.0"?><clientConfig version="1.1"><emailProvider id="shop.example"><incomingServer type="imap">'
    b"<hostname>imap.shop.example</hostname><port>993</port><socketType>SSL</socketType></incomingServer>"
    b"</emailProvider></clientConfig>"
)


@pytest.mark.parametrize(
    ("act", "error"),
    [
        (say(404), NotFound),
        (say(403), NotFound),
        (say(302, location="http://elsewhere.example/x.xml"), NotFound),
        (say(302, location="file:///etc/passwd"), NotFound),
        (say(200, b"x" * (LARGEST + 1)), ProtocolError),
        (say(503), NotFound),
        (hang_up, Offline),
        (torn, Offline),
        (nonsense, OmnituiError),
        (silent(3), Offline),
        (dripping(50, 0.1), None),
    ],
)
async def test_every_other_answer_ends_soon(act: Act, error: type[Exception] | None) -> None:
    started = time.monotonic()
    with Web(always=act) as web:
        looks: list[Look] = []

        async def here(url: str, most: int, seconds: float) -> bytes:
            if error is not None and "/.well-known/" in url:
                with pytest.raises(error):
                    await fetch(web.url + "/page", most, seconds)
            return await fetch(web.url + "/page", most, seconds)

        async with nameserver({}) as server:
            found = await Search(Names(0.5, server), here, 1.0).run("help@shop.example", looks.append)
        assert [offer.source for offer in found.offers] == ["a guess", "a guess"]
        assert len(looks) == 4
        assert len(web.asked) <= 3
    assert time.monotonic() - started < 10


async def test_a_page_is_fetched_and_read() -> None:
    with Web(plan=[say(302, location="/other"), say(200, PAGE)], always=say(404)) as web:

        async def here(url: str, most: int, seconds: float) -> bytes:
            if "autoconfig.shop.example" not in url:
                raise NotFound("no such page")
            return await fetch(url.replace("https://autoconfig.shop.example", web.url), most, seconds)

        async with nameserver({}) as server:
            found = await Search(Names(0.5, server), here, 2.0).run("help@shop.example", lambda look: None)
        assert found.offers[0].imap.host == "imap.shop.example"
        assert found.offers[0].source == "the autoconfig of autoconfig.shop.example"
        assert web.asked[0].path == "/mail/config-v1.1.xml?emailaddress=help%40shop.example"
