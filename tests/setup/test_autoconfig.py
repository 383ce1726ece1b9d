"""Autoconfig files as strangers write them: what they name, and that none of them does harm."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnitui.core.errors import ProtocolError
from omnitui.setup.autoconfig import LARGEST, read_autoconfig

ADDRESS = "help@shop.example"


def server(
    kind: str = "imap", host: str = "imap.%EMAILDOMAIN%", port: str = "993", socket: str = "SSL", **more: str
) -> str:
    tag = "outgoingServer" if kind == "smtp" else "incomingServer"
    user = more.get("user", "%EMAILADDRESS%")
    ways = "".join(f"<authentication>{w}</authentication>" for w in more.get("ways", "password-cleartext").split())
    return (
        f'<{tag} type="{kind}"><hostname>{host}</hostname><port>{port}</port><socketType>{socket}</socketType>'
        f"<username>{user}</username>{ways}</{tag}>"
    )


def page(*servers: str, head: str = '<?xml version="1.0" encoding="UTF-8"?>') -> bytes:
    inner = "".join(servers)
    return f'{head}<clientConfig version="1.1"><emailProvider id="x">{inner}</emailProvider></clientConfig>'.encode()


def read(*servers: str) -> tuple[str, str]:
    offer = read_autoconfig(page(*servers), ADDRESS, "test")
    if offer is None:
        return "", ""
    shown = [
        f"{s.host}:{s.port} {s.security} {s.username or '-'} {s.auth}" if s else "" for s in (offer.imap, offer.smtp)
    ]
    return shown[0], shown[1]


@pytest.mark.parametrize(
    ("servers", "imap", "smtp"),
    [
        (
            [server("pop3"), server(), server("smtp", "smtp.x.example", "587", "STARTTLS", user="%EMAILLOCALPART%")],
            "imap.shop.example:993 tls - auto",
            "smtp.x.example:587 starttls help auto",
        ),
        (
            [server(port="143", socket="plain"), server(port="143", socket="STARTTLS")],
            "imap.shop.example:143 starttls - auto",
            "",
        ),
        ([server(ways="OAuth2")], "imap.shop.example:993 tls - xoauth2", ""),
        ([server(ways="OAuth2 password-cleartext")], "imap.shop.example:993 tls - auto", ""),
        (
            [server(ways="GSSAPI"), server(host="b.example", ways="NTLM password-encrypted")],
            "b.example:993 tls - auto",
            "",
        ),
        ([server(port="0"), server(port="99999"), server(port="-1"), server(port="٣")], "", ""),
        (
            [server(host="a b"), server(host="a@b"), server(host=""), server(host="a/b"), server(host="a\u202eb")],
            "",
            "",
        ),
        ([server("smtp")], "", ""),
        ([], "", ""),
    ],
)
def test_the_first_server_that_is_safe_is_taken(servers: list[str], imap: str, smtp: str) -> None:
    assert read(*servers) == (imap, smtp)


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (page(server(host="&l9;"), head=f'<!DOCTYPE x [<!ENTITY l0 "ha">{LAUGHS}]>'), "document type"),
        (page(server(host="&e;"), head='<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'), "document type"),
        (page(head='<!DOCTYPE clientConfig SYSTEM "http://evil.example/x.dtd">'), "document type"),
        (page(server(host="&unknown;")), "not right"),
        (b"<clientConfig>" * 20, "too deep"),
        (page("<a/>" * 2000), "too large"),
        (page("x" * LARGEST), "too large"),
        (b"<!doctype html><html><body>404</body></html>", "document type|not right"),
        (b"<html></html>", "no autoconfig"),
        (b"", "not right"),
        (b"\xff\xfe\x00", "not right"),
        (b'<?xml version="1.0" encoding="utf-7"?><clientConfig/>', "not right"),
    ],
)
def test_hostile_and_broken_files_are_refused(data: bytes, words: str) -> None:
    with pytest.raises(ProtocolError, match=words):
        read_autoconfig(data, ADDRESS, "test")


@given(st.binary(max_size=300), st.text(max_size=80))
def test_nothing_but_a_protocol_error_comes_out(noise: bytes, text: str) -> None:
    for data in (noise, page(server(host="&#105;map", user="x")) + noise, page(server())[: len(noise)], page(text)):
        try:
            read_autoconfig(data, ADDRESS, "test")
        except ProtocolError:
            continue
