"""Logging in to a real Dovecot by every way, and to servers that cheat before TLS."""

from __future__ import annotations

import imaplib
from dataclasses import replace

import pytest

from omnitui.core.errors import LoginRefused, Offline, OmnituiError, ProtocolError, Refused
from omnitui.sync.imap.connection import Connection
from omnitui.sync.imap.login import Login, log_in
from tests.servers.dovecot import PASSWORD, TOKEN, Dovecot
from tests.servers.scripted import Client, Scripted

pytestmark = pytest.mark.servers


@pytest.mark.parametrize("security", ["plain", "starttls", "tls"])
@pytest.mark.parametrize(("auth", "secret"), [("password", PASSWORD), ("xoauth2", TOKEN), ("oauthbearer", TOKEN)])
def test_every_way_in(dovecot: Dovecot, user: str, security: str, auth: str, secret: str) -> None:
    port = dovecot.tls_port if security == "tls" else dovecot.port
    secret = secret if auth == "password" else f"{secret}:{user}"
    connection = Connection(Login(dovecot.name, port, security, user, auth, secret, str(dovecot.certificate)))
    assert connection.can("QRESYNC", "MOVE", "UIDPLUS")
    assert connection.select("INBOX").exists == 0
    connection.close()


@pytest.mark.parametrize("auth", ["password", "xoauth2", "oauthbearer"])
def test_a_wrong_secret_is_refused_for_good_and_not_repeated_in_words(login: Login, auth: str) -> None:
    with pytest.raises(LoginRefused) as refusal:
        Connection(replace(login, auth=auth, secret="wrong-one"))
    assert "wrong-one" not in str(refusal.value)
    assert "wrong-one" not in repr(replace(login, secret="wrong-one"))


def test_certificates_and_names_are_checked(dovecot: Dovecot, login: Login) -> None:
    tls = replace(login, security="tls", port=dovecot.tls_port)
    with pytest.raises(Offline, match="cannot be trusted"):
        Connection(tls)
    with pytest.raises(Offline, match="cannot be trusted"):
        Connection(replace(tls, host="127.0.0.1", ca_file=str(dovecot.certificate)))
    with pytest.raises(Offline, match="not the one in the config") as wrong:
        Connection(replace(tls, host="127.0.0.1", certificate_sha256="ab" * 32))
    found = str(wrong.value).rpartition(" ")[2].strip("()")
    Connection(replace(tls, host="127.0.0.1", certificate_sha256=found)).close()


def test_clear_text_only_on_this_machine() -> None:
    with pytest.raises(LoginRefused, match="without encryption"):
        Connection(Login("192.0.2.7", 143, "plain", "u", "password", "p"))


@pytest.mark.parametrize("bad", ["p\r\nX1 DELETE INBOX", "p\nx", "p\0x"])
def test_a_secret_or_name_cannot_hold_a_command(login: Login, bad: str) -> None:
    with pytest.raises(Refused):
        Connection(replace(login, secret=bad))
    with pytest.raises(Refused):
        Connection(replace(login, username=bad))


def test_imapclient_does_not_log_the_wire(login: Login) -> None:
    """A private attribute of IMAPClient 4: this fails when a new version moves it."""
    transport, client, _ = log_in(login)
    assert isinstance(client._imap, imaplib.IMAP4)
    assert client._imap.debug == 0
    transport.abort()


INJECTED = [
    [b"* CAPABILITY IMAP4rev1 AUTH=XOAUTH2"],
    [b"a1 OK [CAPABILITY IMAP4rev1] logged in"],
    [b"* BYE go away"],
    [b"* 1 EXISTS", b'* LIST () "/" evil'],
    [b"+ send your password"],
]


@pytest.mark.parametrize("injected", INJECTED)
def test_what_came_before_tls_is_thrown_away(dovecot: Dovecot, login: Login, injected: list[bytes]) -> None:
    """Answers put in with the STARTTLS reply never reach the session under TLS, which asks for CAPABILITY anew."""

    def script(client: Client) -> None:
        client.say(b"* OK [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED] hi")
        tag, _ = client.hear()
        client.say(tag + b" OK go", *injected)
        client.start_tls(dovecot.certificate, dovecot.top / "key.pem")
        while True:
            tag, rest = client.hear()
            if rest.upper() == b"CAPABILITY":
                client.say(b"* CAPABILITY IMAP4rev1 AUTH=PLAIN X-REAL", tag + b" OK done")
            elif rest.upper().startswith(b"AUTHENTICATE"):
                client.say(b"+ ")
                client.hear()
                client.say(tag + b" OK in")
            else:
                client.say(tag + b" OK done")

    with Scripted(script) as server:
        given = replace(login, security="starttls", port=server.port, ca_file=str(dovecot.certificate))
        connection = Connection(given, timeout=5)
        assert connection.can("X-REAL")
        assert connection.passing == []
        connection.abort()
    assert server.clients[0].seen[0].upper().endswith(b"STARTTLS\r\n")


@pytest.mark.parametrize(
    ("greeting", "answer"),
    [
        (b"* PREAUTH you are in", b""),
        (b"* OK hi", b" NO not here"),
        (b"* OK hi", b" BAD what"),
        (b"* OK hi", b" OK go, but then no TLS"),
        (b"* BYE full", b""),
        (b"220 smtp.example ESMTP", b""),
        (b"* OK hi", b" PREAUTH"),
    ],
)
@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_no_password_before_tls(login: Login, greeting: bytes, answer: bytes, security: str) -> None:
    def script(client: Client) -> None:
        client.say(greeting)
        tag, _ = client.hear()
        client.say(tag + answer)
        for _ in range(5):
            tag, _ = client.hear()
            client.say(tag + b" OK done")

    with Scripted(script) as server:
        with pytest.raises(OmnituiError) as stopped:
            Connection(replace(login, security=security, port=server.port), timeout=3)
        assert isinstance(stopped.value, Offline | ProtocolError)
    heard = server.heard()
    assert PASSWORD.encode() not in heard
    assert b"AUTHENTICATE" not in heard.upper()
    assert b"LOGIN" not in heard.upper()


def test_preauth_is_refused_even_in_clear_text_on_this_machine(login: Login) -> None:
    with Scripted(lambda client: client.say(b"* PREAUTH in")) as server, pytest.raises(ProtocolError, match="before"):
        Connection(replace(login, port=server.port), timeout=3)


@pytest.mark.parametrize(("code", "error"), [(b"[UNAVAILABLE]", Offline), (b"[AUTHENTICATIONFAILED]", LoginRefused)])
def test_a_login_refused_for_now_is_tried_again(login: Login, code: bytes, error: type[OmnituiError]) -> None:
    def script(client: Client) -> None:
        client.say(b"* OK hi")
        tag, _ = client.hear()
        client.say(b"* CAPABILITY IMAP4rev1 AUTH=PLAIN", tag + b" OK done")
        tag, _ = client.hear()
        client.say(b"+ ")
        client.hear()
        client.say(tag + b" NO " + code + b" no")

    with Scripted(script) as server, pytest.raises(error):
        Connection(replace(login, port=server.port), timeout=3)
