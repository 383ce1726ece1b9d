"""Finding servers: real questions to a name server of our own, and what is made of its answers."""

from __future__ import annotations

import time

import pytest

from omnitui.core.errors import NotFound, Offline, Refused
from omnitui.setup.offers import Look, Sureness, described
from omnitui.sync.discovery.names import Names
from omnitui.sync.discovery.search import Fetch, Search
from tests.servers.nameserver import Zone, nameserver

ADDRESS = "help@shop.example"


async def nothing(url: str, most: int, seconds: float) -> bytes:
    raise NotFound("404")


async def looked(
    zone: Zone, fetch: Fetch = nothing, patience: float = 5.0, **how: bool
) -> tuple[list[str], bool, list[Look]]:
    looks: list[Look] = []
    async with nameserver(zone, **how) as server:
        found = await Search(Names(0.6 if how else 4.0, server), fetch, patience).run(ADDRESS, looks.append)
    shown = [f"{o.sureness.name} {described(o.imap)} {described(o.smtp)}" for o in found.offers]
    return shown, found.offline, looks


SRV: Zone = {
    ("_imaps._tcp.shop.example", "SRV"): ["20 0 993 second.shop.example.", "10 1 993 imap.shop.example."],
    ("_imap._tcp.shop.example", "SRV"): ["0 0 0 ."],
    ("_submission._tcp.shop.example", "SRV"): ["0 5 587 few.shop.example.", "0 50 587 Many.Shop.example."],
}
GUESSES = [
    "GUESS imap.shop.example:993 tls smtp.shop.example:465 tls",
    "GUESS mail.shop.example:993 tls mail.shop.example:465 tls",
]


@pytest.mark.parametrize(
    ("zone", "wanted"),
    [
        ({}, GUESSES),
        (SRV, ["SRV imap.shop.example:993 tls many.shop.example:587 starttls", *GUESSES]),
        (
            {
                ("_imap._tcp.shop.example", "SRV"): ["0 1 143 a.example."],
                ("_submissions._tcp.shop.example", "SRV"): ["0 1 465 b.example."],
            },
            ["SRV a.example:143 starttls b.example:465 tls", *GUESSES],
        ),
        ({("_imaps._tcp.shop.example", "SRV"): ["0 0 0 ."]}, GUESSES),
        ({("_submission._tcp.shop.example", "SRV"): ["0 1 587 b.example."]}, GUESSES),
        ({("shop.example", "MX"): ["10 mx.somebody.example."]}, GUESSES),
        ({("shop.example", "MX"): ["0 ."]}, GUESSES),
        (
            {("shop.example", "MX"): ["20 mx.other.example.", "1 aspmx.l.google.com."], **SRV},
            [
                "HOSTER imap.gmail.com:993 tls smtp.gmail.com:465 tls",
                "SRV imap.shop.example:993 tls many.shop.example:587 starttls",
                *GUESSES,
            ],
        ),
        (
            {("shop.example", "MX"): ["0 shop-example.mail.protection.outlook.com."]},
            ["HOSTER outlook.office365.com:993 tls smtp.office365.com:587 starttls", *GUESSES],
        ),
    ],
)
async def test_what_name_servers_say(zone: Zone, wanted: list[str]) -> None:
    shown, offline, _ = await looked(zone)
    assert shown == wanted
    assert not offline


async def test_autoconfig_goes_before_srv_and_after_the_hoster() -> None:
    asked: list[str] = []

    async def fetch(url: str, most: int, seconds: float) -> bytes:
        asked.append(url)
        if "/.well-known/" not in url:
            raise NotFound("404")
        return (
            b'<clientConfig><emailProvider><incomingServer type="imap"><hostname>a.example</hostname><port>993</port>'
            b"<socketType>SSL</socketType></incomingServer></emailProvider></clientConfig>"
        )

    shown, _, looks = await looked({**SRV, ("shop.example", "MX"): ["1 aspmx.l.google.com."]}, fetch)
    assert [one.split()[0] for one in shown] == ["HOSTER", "AUTOCONFIG", "SRV", "GUESS", "GUESS"]
    assert sorted(asked) == [
        "https://autoconfig.shop.example/mail/config-v1.1.xml?emailaddress=help%40shop.example",
        "https://shop.example/.well-known/autoconfig/mail/config-v1.1.xml?emailaddress=help%40shop.example",
    ]
    assert {look.place: look.found for look in looks} == {
        "MX": True, "SRV": True, "autoconfig.shop.example": False, "shop.example": True,
    }  # fmt: skip


@pytest.mark.parametrize("how", ["silent", "broken"])
async def test_without_a_network_it_says_so_in_time_and_guesses(how: str) -> None:
    async def away(url: str, most: int, seconds: float) -> bytes:
        raise Offline("no network")

    started = time.monotonic()
    shown, offline, looks = await looked({}, away, **{how: True})
    assert time.monotonic() - started < 10
    assert shown == GUESSES
    assert offline
    assert len(looks) == 4
    assert all(look.failed for look in looks)


async def test_one_place_that_hangs_is_left_after_its_time() -> None:
    import asyncio

    async def hangs(url: str, most: int, seconds: float) -> bytes:
        await asyncio.sleep(60)
        raise AssertionError

    started = time.monotonic()
    shown, offline, looks = await looked(SRV, hangs, 1.5)
    assert time.monotonic() - started < 8
    assert shown[0].startswith(Sureness.SRV.name)
    assert not offline
    assert sum("no answer within" in look.words for look in looks) == 2


async def test_a_strange_domain_is_refused_before_anybody_is_asked() -> None:
    with pytest.raises(Refused, match="not a domain"):
        await Search(Names(1), nothing).run("help@localhost", lambda look: None)
