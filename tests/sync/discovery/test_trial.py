"""What a login that fails is taken for: servers that refuse in their own words, break off, or are not there."""

from __future__ import annotations

import socket
import time

import pytest

from omnitui.config.schema import AccountSettings, OAuthSettings, ServerSettings
from omnitui.setup.faults import Fault, explain
from omnitui.setup.providers import PROVIDERS
from omnitui.sync.discovery import trial
from tests.servers.dovecot import free_port
from tests.servers.scripted import Client, Script, Scripted

SECRET = "planted-s3cret"


def imap(capability: bytes, refusal: bytes = b"") -> Script:
    """An IMAP server that offers this and refuses every login so."""

    def script(client: Client) -> None:
        client.say(b"* OK ready")
        while True:
            tag, rest = client.hear()
            word = rest.split()[0].upper()
            if word == b"CAPABILITY":
                client.say(b"* CAPABILITY IMAP4rev1 " + capability, tag + b" OK done")
            elif word == b"AUTHENTICATE" and refusal:
                client.say(b"+ ")
                client.hear()
                client.say(tag + b" NO " + refusal)
            elif word == b"LOGIN" and refusal:
                client.say(tag + b" NO " + refusal)
            else:
                client.say(tag + b" BAD unknown")

    return script


def smtp(extensions: list[bytes], refusal: bytes = b"") -> Script:
    """An SMTP server that offers this and refuses every login so."""

    def script(client: Client) -> None:
        client.say(b"220 mail.example ESMTP")
        while True:
            word, _ = client.hear()
            if word.upper() == b"EHLO":
                lines = [b"mail.example", *extensions]
                client.say(*(b"250" + (b" " if n == len(lines) else b"-") + line for n, line in enumerate(lines, 1)))
            elif word.upper() == b"AUTH" and refusal:
                client.say(refusal)
            else:
                client.say(b"502 unknown")

    return script


def says(*lines: bytes) -> Script:
    def script(client: Client) -> None:
        client.say(*lines)
        time.sleep(2)

    return script


async def tried(use: str, script: Script | None, security: str, monkeypatch: pytest.MonkeyPatch) -> trial.Trial:
    monkeypatch.setattr(trial, "STEP_SECONDS", 1.5)
    attempt = trial.try_reading if use == "imap" else trial.try_sending
    if script is None:
        server = ServerSettings(host="localhost", port=free_port(), security=security)
        return await attempt(AccountSettings(name="a", address="a@b.example", imap=server, smtp=server), server, SECRET)
    with Scripted(script) as running:
        server = ServerSettings(host="localhost", port=running.port, security=security)
        account = AccountSettings(name="a", address="a@b.example", imap=server, smtp=server)
        return await attempt(account, server, SECRET)


@pytest.mark.parametrize(
    ("use", "script", "security", "fault"),
    [
        ("imap", imap(b"AUTH=PLAIN", b"[AUTHENTICATIONFAILED] no"), "plain", Fault.PASSWORD),
        ("imap", imap(b"", b"LOGIN failed"), "plain", Fault.PASSWORD),
        ("imap", imap(b"AUTH=PLAIN", b"[ALERT] Application-specific password required"), "plain", Fault.APP_PASSWORD),
        ("imap", imap(b"LOGINDISABLED AUTH=XOAUTH2"), "plain", Fault.OAUTH),
        ("imap", imap(b"AUTH=PLAIN", b"[UNAVAILABLE] later"), "plain", Fault.LATER),
        ("imap", imap(b"AUTH=PLAIN"), "starttls", Fault.NO_STARTTLS),
        ("imap", imap(b"AUTH=PLAIN"), "tls", Fault.NOT_TLS),
        ("imap", says(b"220 mail ESMTP"), "plain", Fault.STRANGE),
        ("imap", says(b"* BYE too many"), "plain", Fault.LATER),
        ("imap", says(), "plain", Fault.SLOW),
        ("imap", says(), "tls", Fault.SLOW),
        ("imap", lambda client: client.sock.shutdown(socket.SHUT_RDWR), "plain", Fault.CLOSED),
        ("imap", None, "plain", Fault.CLOSED),
        ("smtp", smtp([b"AUTH PLAIN"], b"535 5.7.8 no"), "plain", Fault.PASSWORD),
        ("smtp", smtp([b"AUTH PLAIN"], b"534 Application-specific password required"), "plain", Fault.APP_PASSWORD),
        ("smtp", smtp([b"AUTH PLAIN"], b"535 5.7.139 basic authentication is disabled"), "plain", Fault.OAUTH),
        ("smtp", smtp([b"AUTH XOAUTH2"]), "plain", Fault.OAUTH),
        ("smtp", smtp([b"AUTH PLAIN"], b"535 SmtpClientAuthentication is disabled"), "plain", Fault.SENDING_OFF),
        ("smtp", smtp([b"AUTH PLAIN"], b"454 4.7.0 later"), "plain", Fault.LATER),
        ("smtp", smtp([b"AUTH PLAIN"]), "starttls", Fault.NO_STARTTLS),
        ("smtp", smtp([b"AUTH PLAIN"]), "tls", Fault.NOT_TLS),
        ("smtp", says(b"* OK IMAP4rev1"), "plain", Fault.STRANGE),
        ("smtp", says(), "plain", Fault.SLOW),
        ("smtp", None, "plain", Fault.CLOSED),
    ],
)  # fmt: skip
async def test_each_failure_is_known(
    use: str, script: Script | None, security: str, fault: Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = await tried(use, script, security, monkeypatch)
    assert found.fault is fault, found
    assert SECRET not in found.words
    assert found.words == found.words.strip() != ""


@pytest.mark.parametrize(
    ("use", "script"),
    [
        ("imap", imap(b"AUTH=XOAUTH2 SASL-IR", b"[AUTHENTICATIONFAILED] invalid token")),
        ("smtp", smtp([b"AUTH XOAUTH2"], b"535 5.7.3 invalid token")),
    ],
)
async def test_a_token_that_is_refused(use: str, script: Script) -> None:
    attempt = trial.try_reading if use == "imap" else trial.try_sending
    with Scripted(script) as running:
        server = ServerSettings(host="localhost", port=running.port, security="plain")
        oauth = OAuthSettings(provider="gmail", client_id="x")
        account = AccountSettings(name="a", address="a@b.example", imap=server, smtp=server, oauth=oauth)
        found = await attempt(account, server, SECRET)
    assert found.fault is Fault.TOKEN, found
    assert SECRET not in found.words


def test_each_failure_has_words_and_a_next_step() -> None:
    hosts = ["mail.example", *(provider.imap for provider in PROVIDERS)]
    for fault in Fault:
        for host in hosts:
            happened, step = explain(fault, ServerSettings(host=host, port=993), "a@b.example")
            assert happened.endswith(".")
            assert host in happened
            assert len(step) > 10
