"""Every answer a server can give, and every way it can leave, ends in the one outcome that is safe."""

from __future__ import annotations

import asyncio
import dataclasses
import hashlib
import ssl
from functools import partial
from pathlib import Path

import pytest

from omnitui.sync.outbox.smtp import Endpoint, Outcome, Result, Waits, send_mail
from tests.servers.smtp_sink import SmtpSink, certificate, client_tls, server_tls, smtp_sink

RAW = b"From: a@lab.test\r\nTo: b@lab.test\r\nMessage-ID: <1@lab.test>\r\nSubject: x\r\n\r\n.dot\r\n..two\r\nend\r\n"
QUICK = Waits(connect=2, greeting=2, command=2, data=2, block=2, dot=0.5, quit=1)


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("tls"))


async def send(endpoint: Endpoint, to: tuple[str, ...] = ("b@lab.test",), raw: bytes = RAW) -> tuple[Result, int]:
    dots = 0

    async def before_dot() -> None:
        nonlocal dots
        dots += 1

    return await send_mail(endpoint, "secret", "a@lab.test", to, raw, before_dot), dots


def plain(sink: SmtpSink) -> Endpoint:
    return Endpoint("127.0.0.1", sink.port, "plain", waits=QUICK)


async def test_a_mail_arrives_byte_for_byte() -> None:
    async with smtp_sink() as sink:
        result, dots = await send(plain(sink), ("b@lab.test", "c@lab.test"))
        assert (result.outcome, dots) == (Outcome.SENT, 1)
        assert [(m.recipients, m.content) for m in sink.taken] == [(["b@lab.test", "c@lab.test"], RAW)]


@pytest.mark.parametrize(
    ("fault", "outcome", "dots"),
    [
        ({"MAIL": "451 later"}, Outcome.DEFERRED, 0),
        ({"MAIL": "550 never"}, Outcome.REFUSED, 0),
        ({"RCPT": "450 greylisted"}, Outcome.DEFERRED, 0),
        ({"RCPT c@lab.test": "550 no such user"}, Outcome.REFUSED, 0),
        ({"DOT": "452 full"}, Outcome.DEFERRED, 1),
        ({"DOT": "554 spam"}, Outcome.REFUSED, 1),
        ({"DOT": "354 what"}, Outcome.UNKNOWN, 1),
    ],
)
async def test_refusals(fault: dict[str, str], outcome: Outcome, dots: int) -> None:
    async with smtp_sink(SmtpSink(faults=fault)) as sink:
        result, counted = await send(plain(sink), ("b@lab.test", "c@lab.test"))
        assert (result.outcome, counted, sink.taken) == (outcome, dots, [])
        assert next(iter(fault.values())) in result.detail


async def test_one_refused_recipient_is_named_and_nobody_gets_it() -> None:
    async with smtp_sink(SmtpSink(faults={"RCPT c@lab.test": "550 no such user"})) as sink:
        result, _ = await send(plain(sink), ("b@lab.test", "c@lab.test"))
        assert "c@lab.test" in result.detail
        assert sink.taken == []


@pytest.mark.parametrize(
    ("wrong", "taken"),
    [({"drop": "after"}, 1), ({"drop": "before"}, 0), ({"slow_dot": 2}, 1), ({"torn": b"2"}, 1),
     ({"torn": b"250"}, 1), ({"torn": b"250 taken\r"}, 1), ({"torn": b"199 x\r\n"}, 1), ({"torn": b"hello\r\n"}, 1),
     ({"torn": b"250-one\r\n"}, 1), ({"torn": b"250-one\r\n550 two\r\n"}, 1)],
)  # fmt: skip
async def test_without_a_whole_answer_to_the_dot_it_is_unknown(wrong: dict[str, object], taken: int) -> None:
    async with smtp_sink(dataclasses.replace(SmtpSink(), **wrong)) as sink:
        result, dots = await send(plain(sink))
        assert (result.outcome, dots, len(sink.taken)) == (Outcome.UNKNOWN, 1, taken)


async def test_nobody_there_is_safe_to_retry() -> None:
    async with smtp_sink() as sink:
        gone = plain(sink)
    result, dots = await send(gone)
    assert (result.outcome, dots) == (Outcome.DEFERRED, 0)


async def test_a_crash_before_the_dot_has_sent_nothing() -> None:
    async def before_dot() -> None:
        raise asyncio.CancelledError

    async with smtp_sink() as sink:
        with pytest.raises(asyncio.CancelledError):
            await send_mail(plain(sink), "", "a@lab.test", ["b@lab.test"], RAW, before_dot)
        await asyncio.sleep(0.05)
        assert sink.taken == []


@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_login_over_tls(pem: Path, security: str) -> None:
    sink = SmtpSink(users={"anna": "secret"})
    async with smtp_sink(sink, tls=server_tls(pem), starttls=security == "starttls"):
        good = Endpoint("localhost", sink.port, security, "anna", context=lambda: client_tls(pem), waits=QUICK)
        assert (await send(good))[0] == Result(Outcome.SENT, "250 taken")
        wrong = dataclasses.replace(good, username="bert")
        result, dots = await send(wrong)
        assert (result.outcome, dots) == (Outcome.LOGIN, 0)
        assert "secret" not in result.detail
        stranger = dataclasses.replace(good, context=ssl.create_default_context)
        assert (await send(stranger))[0].outcome == Outcome.DEFERRED
        assert len(sink.taken) == 1
        blind = ssl.create_default_context()
        blind.check_hostname, blind.verify_mode = False, ssl.CERT_NONE
        der = ssl.PEM_cert_to_DER_cert((pem.parent / "cert.pem").read_text())
        pinned = dataclasses.replace(good, context=lambda: blind, certificate_sha256=hashlib.sha256(der).hexdigest())
        assert (await send(pinned))[0].outcome == Outcome.SENT
        result, _ = await send(dataclasses.replace(pinned, certificate_sha256="0" * 64))
        assert (result.outcome, len(sink.taken)) == (Outcome.DEFERRED, 2)


async def test_certificates_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    lost = partial(ssl.create_default_context, cafile=str(tmp_path / "gone.pem"))
    result, _ = await send(Endpoint("localhost", 1, context=lost, waits=QUICK))
    assert (result.outcome, "cannot be read" in result.detail) == (Outcome.DEFERRED, True)


async def test_no_clear_text_beyond_this_machine() -> None:
    result, _ = await send(Endpoint("mail.lab.test", 25, "plain", waits=QUICK))
    assert result.outcome == Outcome.LOGIN


async def test_starttls_not_offered_ends_before_the_login() -> None:
    async with smtp_sink() as sink:
        result, _ = await send(Endpoint("127.0.0.1", sink.port, "starttls", "anna", waits=QUICK))
        assert result.outcome == Outcome.LOGIN
        assert sink.commands == []


async def scripted(lines: list[bytes]) -> tuple[asyncio.Server, int]:
    """A server that says the next of `lines` after each line it reads."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for line in lines:
            writer.write(line)
            await writer.drain()
            if not await reader.readline():
                break
        writer.transport.abort()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    return server, server.sockets[0].getsockname()[1]


async def test_an_answer_slipped_in_before_tls_is_an_attack() -> None:
    server, port = await scripted([b"220 x\r\n", b"250-x\r\n250 STARTTLS\r\n", b"220 go\r\n250 AUTH PLAIN\r\n"])
    result, _ = await send(Endpoint("127.0.0.1", port, "starttls", "anna", waits=QUICK))
    server.close()
    await asyncio.sleep(0.02)
    assert result.outcome == Outcome.DEFERRED
    assert "not trusted" in result.detail


async def test_an_early_answer_is_not_taken_for_the_answer_to_the_dot() -> None:
    server, port = await scripted(
        [b"220 x\r\n", b"250 x\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n250 taken\r\n"]
    )
    result, _ = await send(Endpoint("127.0.0.1", port, "plain", waits=QUICK))
    server.close()
    await asyncio.sleep(0.02)
    assert result.outcome == Outcome.DEFERRED


async def test_oauth_tokens(pem: Path) -> None:
    for auth, first in (("xoauth2", b"dXNlcj1hbm5h"), ("oauthbearer", b"bixhPWFubmEs")):
        seen: list[bytes] = []

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seen: list[bytes] = seen) -> None:
            for line in (b"220 x\r\n", b"250-x\r\n250 AUTH XOAUTH2 OAUTHBEARER\r\n", b"334 e30=\r\n", b"535 no\r\n"):
                writer.write(line)
                seen.append(await reader.readline())
            writer.transport.abort()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        result, _ = await send(Endpoint("127.0.0.1", port, "plain", "anna", auth, waits=QUICK))
        server.close()
        await asyncio.sleep(0.02)
        assert result.outcome == Outcome.LOGIN
        assert seen[1].split(b" ")[2].startswith(first)
        assert seen[2] in (b"\r\n", b"AQ==\r\n")


async def test_bare_line_ends_never_leave() -> None:
    async with smtp_sink() as sink:
        for raw in (b"a\nb\r\n", b"a\rb\r\n", b"x\r\n\n.\r\nMAIL FROM:<>\r\n"):
            assert (await send(plain(sink), raw=raw))[0].outcome == Outcome.REFUSED
        assert sink.taken == []
