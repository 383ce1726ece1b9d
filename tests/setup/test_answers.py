"""What people type for addresses, names and servers, and what is made of it."""

from __future__ import annotations

import pytest

from omnitui.core.errors import Refused
from omnitui.setup.answers import account_name, domain_of, wrong_address, wrong_name
from omnitui.setup.offers import Offer, Sureness, best_first, guesses, parse_server
from omnitui.setup.providers import by_exchangers


@pytest.mark.parametrize(
    ("typed", "use", "found"),
    [
        ("mail.x.example", "imap", ("mail.x.example", 993, "tls")),
        (" mail.x.example ", "smtp", ("mail.x.example", 465, "tls")),
        ("mail.x.example:587", "smtp", ("mail.x.example", 587, "starttls")),
        ("mail.x.example:143", "imap", ("mail.x.example", 143, "starttls")),
        ("mail.x.example:143 tls", "imap", ("mail.x.example", 143, "tls")),
        ("mail.x.example starttls", "imap", ("mail.x.example", 143, "starttls")),
        ("mail.x.example:2525,STARTTLS", "smtp", ("mail.x.example", 2525, "starttls")),
        ("mail.x.example:993 ssl", "imap", ("mail.x.example", 993, "tls")),
        ("localhost:3143 plain", "imap", ("localhost", 3143, "plain")),
        ("[::1]:3143 plain", "imap", ("::1", 3143, "plain")),
        ("::1 plain", "imap", ("::1", 143, "plain")),
    ],
)
def test_servers(typed: str, use: str, found: tuple[str, int, str]) -> None:
    server = parse_server(typed, use)
    assert (server.host, server.port, server.security) == found


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "type the name"),
        ("a@b.example", "not the name"),
        ("https://x.example", "not the name|not a port"),
        ("x.example:0", "not a port"),
        ("x.example:65536", "not a port"),
        ("x.example:", "not a port"),
        ("x.example:imap", "not a port"),
        ("x.example tls now", "only tls"),
        ("x.example plain", "would send the password readable"),
    ],
)
def test_servers_that_cannot_be(typed: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        parse_server(typed, "imap")


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("a@Shop.Example", "shop.example"),
        ("a@bücher.example", "xn--bcher-kva.example"),
        ("a@例え.jp", "xn--r8jz45g.jp"),
    ],
)
def test_domains(address: str, domain: str) -> None:
    assert domain_of(address) == domain


@pytest.mark.parametrize(
    "address",
    [
        "",
        "a",
        "a@",
        "@b.example",
        "a b@c.example",
        "a@localhost",
        "a@b..example",
        "a@\x1b.example",
        "a@" + "b" * 70 + ".example",
    ],
)
def test_addresses_that_cannot_be(address: str) -> None:
    assert wrong_address(address, ())


def test_no_account_is_made_twice() -> None:
    assert "stays as it is" in wrong_address("Help@Shop.example", {"help@shop.example"})
    assert "choose another" in wrong_name("HELP", {"help"})
    assert wrong_name("help me", ())
    assert account_name("help@shop.example", ()) == "help"
    assert account_name("help@shop.example", {"Help"}) == "help-shop"
    assert account_name("help@shop.example", {"Help", "help-shop"}) == "help-2"
    assert account_name("+%@shop.example", ()) == "mail"


@pytest.mark.parametrize(
    ("exchangers", "provider"),
    [
        (["aspmx.l.google.com.", "alt1.aspmx.l.google.com."], "google"),
        (["shop-example.mail.protection.outlook.com."], "microsoft"),
        (["shop-example.l-v1.mx.microsoft."], "microsoft"),
        (["mx.filter.example.", "ALT2.ASPMX.L.GOOGLE.COM"], "google"),
        (["notgoogle.com.", "google.com.evil.example."], ""),
        ([], ""),
    ],
)
def test_hosters_are_known_by_where_the_mail_goes(exchangers: list[str], provider: str) -> None:
    found = by_exchangers(exchangers)
    assert (found.id if found else "") == provider


def test_the_surest_offer_stands_first_and_each_pair_once() -> None:
    guess = guesses("shop.example")[0]
    read = Offer(guess.imap, guess.smtp, "autoconfig", Sureness.AUTOCONFIG)
    other = Offer(parse_server("imap.b.example", "imap"), None, "SRV", Sureness.SRV)
    assert best_first([guess, other, read]) == (read, other)
