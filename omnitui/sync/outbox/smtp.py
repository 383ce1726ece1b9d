"""One mail through one SMTP session, knowing at every byte whether a retry is safe.

Until the final dot is written, nothing has been sent and a retry is safe. Once it may have been written, only a whole
reply line decides; without one the outcome is unknown. No PIPELINING, one mail a session (RFC 5321, RFC 6409).
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import ssl
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from omnitui.core.errors import LoginRefused, Offline, ProtocolError, SecretError
from omnitui.sync.imap.login import STILL_REFUSED, on_this_machine
from omnitui.sync.outbox.login import log_in
from omnitui.sync.outbox.wire import Reply, SmtpWire

_CHUNK = 64 * 1024
_BARE = re.compile(rb"\r(?!\n)|(?<!\r)\n")
"""Line ends that let one mail be read as two (SMTP smuggling)."""


class Outcome(StrEnum):
    """What is known after a session."""

    SENT = "sent"
    """The server took it (2xx to the final dot)."""
    REFUSED = "refused"
    """Not sent, and the same mail will never be (5xx)."""
    DEFERRED = "deferred"
    """Not sent for certain; the same bytes may be tried again."""
    LOGIN = "login"
    """Not sent: the server refuses our login."""
    UNKNOWN = "unknown"
    """The dot may have gone out and no whole answer came back."""


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome with the reason in words, the server's own where it gave one."""

    outcome: Outcome
    detail: str = ""
    refused_for_now: bool = False
    """Deferred by the server itself (4xx), not by the network."""


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds to wait for each step, by default those of RFC 5321 4.5.3.2."""

    connect: float = 30
    greeting: float = 300
    command: float = 300
    data: float = 120
    block: float = 180
    dot: float = 600
    quit: float = 5


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where to hand mail in and how to log in there; `username` empty means without a login."""

    host: str
    port: int
    security: str = "tls"
    """tls, starttls or plain"""
    username: str = ""
    auth: str = "password"
    """password, xoauth2 or oauthbearer"""
    context: Callable[[], ssl.SSLContext] = ssl.create_default_context
    """How to trust the server; by default the system's authorities, with the host name checked. Blocks; OSError."""
    certificate_sha256: str = ""
    """The one certificate to accept, in hex."""
    renew: Callable[[str], str] | None = field(default=None, repr=False)
    """Gives another token for one that the server has refused; blocks."""
    waits: Waits = field(default_factory=Waits)


class _NotSent(Exception):
    """The session ended before the dot."""

    def __init__(self, outcome: Outcome, detail: str) -> None:
        super().__init__(detail)
        self.result = Result(outcome, detail, refused_for_now=outcome is Outcome.DEFERRED)


async def send_mail(
    endpoint: Endpoint,
    secret: str,
    sender: str,
    recipients: Sequence[str],
    raw: bytes,
    before_dot: Callable[[], Awaitable[None]],
) -> Result:
    """Hand `raw` (CRLF line ends) to the server. Never raises for what the other side does.

    `before_dot` is awaited when all but the final dot is written; what it records must be durable when it returns.
    When any recipient is refused, nothing is sent to the others and the refused address is named.
    """
    if _BARE.search(raw):
        return Result(Outcome.REFUSED, "the mail has line ends that other servers read in other ways; it was not sent")
    wire: SmtpWire | None = None
    dot_written = False
    try:
        wire, extensions = await _enter(endpoint, secret)
        await _envelope(wire, endpoint.waits, (sender, recipients), raw, extensions)
        end = await _content(wire, endpoint.waits, raw)
        await before_dot()
        if wire.unread:
            raise _NotSent(Outcome.DEFERRED, f"the server broke off: {(await wire.reply(1)).text}")
        if wire.lost:
            raise Offline("the server closed the connection before the end of the mail")
        dot_written = True
        await wire.send(end, endpoint.waits.block)
        reply = await wire.reply(endpoint.waits.dot)
        return await _verdict(wire, reply, endpoint.waits.quit)
    except _NotSent as stop:
        return stop.result
    except (Offline, ProtocolError) as error:
        if dot_written:
            return Result(
                Outcome.UNKNOWN, f"the connection was lost before the server said whether it took it: {error}"
            )
        return Result(Outcome.DEFERRED, str(error))
    except (LoginRefused, SecretError) as error:
        return Result(Outcome.LOGIN, str(error))
    finally:
        if wire is not None:
            wire.close()


async def try_login(endpoint: Endpoint, secret: str) -> dict[str, str]:
    """Log in, send nothing, and give what the server offers (RFC 5321 4.1.1.1).

    Raises Offline, LoginRefused or ProtocolError.
    """
    wire: SmtpWire | None = None
    try:
        wire, extensions = await _enter(endpoint, secret)
        with contextlib.suppress(Offline, ProtocolError):
            await wire.command("QUIT", endpoint.waits.quit)
    except _NotSent as stop:
        raise (LoginRefused if stop.result.outcome is Outcome.LOGIN else Offline)(stop.result.detail) from stop
    finally:
        if wire is not None:
            wire.close()
    return extensions


async def _verdict(wire: SmtpWire, reply: Reply, seconds: float) -> Result:
    if 300 <= reply.code < 400:
        return Result(Outcome.UNKNOWN, f"the server's answer says neither yes nor no: {reply.text}")
    outcome = Outcome.SENT if reply.code < 300 else Outcome.DEFERRED if reply.code < 500 else Outcome.REFUSED
    with contextlib.suppress(Offline, ProtocolError):
        await wire.command("QUIT", seconds)
    return Result(outcome, reply.text, refused_for_now=outcome is Outcome.DEFERRED)


async def _enter(endpoint: Endpoint, secret: str) -> tuple[SmtpWire, dict[str, str]]:
    """Connect and log in; a token that is refused is renewed once, and tried on a connection of its own."""
    try:
        return await _session(endpoint, secret)
    except LoginRefused:
        if endpoint.renew is None:
            raise
    renewed = await asyncio.to_thread(endpoint.renew, secret)
    try:
        return await _session(endpoint, renewed)
    except LoginRefused as error:
        raise LoginRefused(f"{error}. {STILL_REFUSED.format(name=endpoint.username)}") from None


async def _session(endpoint: Endpoint, secret: str) -> tuple[SmtpWire, dict[str, str]]:
    wire, extensions = await _open(endpoint)
    try:
        await _log_in(wire, endpoint, secret, extensions)
    except BaseException:
        wire.close()
        raise
    return wire, extensions


async def _open(endpoint: Endpoint) -> tuple[SmtpWire, dict[str, str]]:
    """Connect, and agree on TLS; returns the wire and the server's extensions as told inside the TLS."""
    waits = endpoint.waits
    if endpoint.security == "plain" and not await asyncio.to_thread(on_this_machine, endpoint.host):
        raise _NotSent(Outcome.LOGIN, f"{endpoint.host}: without TLS mail goes only to this machine itself")
    try:
        context = await asyncio.to_thread(endpoint.context)
    except (OSError, ssl.SSLError) as error:
        raise Offline(f"the certificates to trust for {endpoint.host} cannot be read: {error}") from error
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(waits.connect):
            _, wire = await loop.create_connection(
                SmtpWire,
                endpoint.host,
                endpoint.port,
                ssl=context if endpoint.security == "tls" else None,
                server_hostname=endpoint.host if endpoint.security == "tls" else None,
            )
    except (OSError, TimeoutError) as error:
        raise Offline(f"no connection to {endpoint.host}:{endpoint.port}: {error or 'no answer'}") from error
    try:
        if endpoint.security == "tls":
            wire.check_pin(endpoint.certificate_sha256)
        _must(await wire.reply(waits.greeting), "greeting")
        extensions = await _hello(wire, waits)
        if endpoint.security == "starttls":
            if "STARTTLS" not in extensions:
                raise _NotSent(Outcome.LOGIN, f"{endpoint.host} offers no STARTTLS; nothing was sent in clear text")
            _must(await wire.command("STARTTLS", waits.command), "STARTTLS")
            await wire.start_tls(context, endpoint.host, waits.connect)
            wire.check_pin(endpoint.certificate_sha256)
            extensions = await _hello(wire, waits)
    except BaseException:
        wire.close()
        raise
    return wire, extensions


async def _hello(wire: SmtpWire, waits: Waits) -> dict[str, str]:
    reply = await wire.command(f"EHLO {wire.own_address}", waits.command)
    if reply.code >= 500:
        _must(await wire.command(f"HELO {wire.own_address}", waits.command), "HELO")
        return {}
    _must(reply, "EHLO")
    # Some old servers write "AUTH=LOGIN"; what they also write the right way stands later and wins.
    pairs = (line.replace("AUTH=", "AUTH ").partition(" ") for line in sorted(reply.lines[1:], reverse=True))
    return {keyword.upper(): rest for keyword, _, rest in pairs}


async def _log_in(wire: SmtpWire, endpoint: Endpoint, secret: str, extensions: dict[str, str]) -> None:
    if endpoint.username and ("AUTH" in extensions or endpoint.security != "plain"):
        methods = extensions.get("AUTH", "").upper().split()
        await log_in(wire, methods, endpoint.auth, endpoint.username, secret, endpoint.waits.command)


async def _envelope(
    wire: SmtpWire, waits: Waits, envelope: tuple[str, Sequence[str]], raw: bytes, extensions: dict[str, str]
) -> None:
    sender, recipients = envelope
    options = _mail_options(envelope, raw, extensions)
    _must(await wire.command(f"MAIL FROM:<{sender}>{options}", waits.command), "sender")
    for recipient in recipients:
        reply = await wire.command(f"RCPT TO:<{recipient}>", waits.command)
        if reply.code >= 300:
            await wire.command("RSET", waits.command)
            _must(reply, recipient)
    reply = await wire.command("DATA", waits.data)
    if reply.code != 354:
        _must(reply if reply.code >= 400 else Reply(451, ("DATA was not answered as it must be",)), "DATA")


def _mail_options(envelope: tuple[str, Sequence[str]], raw: bytes, extensions: dict[str, str]) -> str:
    """What MAIL FROM must announce. Raises _NotSent when the server cannot carry this mail."""
    options = ""
    if "SIZE" in extensions:
        most = extensions["SIZE"].strip()
        if most.isdecimal() and 0 < int(most) < len(raw):
            words = f"the mail has {len(raw) // 1024} KiB and the server takes at most {int(most) // 1024} KiB"
            raise _NotSent(Outcome.REFUSED, words)
        options += f" SIZE={len(raw)}"
    if not raw.isascii():
        if "8BITMIME" not in extensions:
            raise _NotSent(Outcome.REFUSED, "the server takes no 8-bit mail; forward it within the text instead")
        options += " BODY=8BITMIME"
    if not "".join([envelope[0], *envelope[1]]).isascii():
        if "SMTPUTF8" not in extensions:
            raise _NotSent(Outcome.REFUSED, "the server takes no addresses with letters beyond ASCII before the @")
        options += " SMTPUTF8"
    return options


async def _content(wire: SmtpWire, waits: Waits, raw: bytes) -> bytes:
    """Write all but the end of the mail; returns the end, which must not be written before that is on record."""
    stuffed = re.sub(rb"(?m)^\.", b"..", raw)
    stuffed = stuffed.removesuffix(b"\r\n")
    for at in range(0, len(stuffed), _CHUNK):
        await wire.send(stuffed[at : at + _CHUNK], waits.block)
    return b"\r\n.\r\n"


def _must(reply: Reply, what: str) -> None:
    if reply.code >= 300:
        outcome = Outcome.REFUSED if reply.code >= 500 else Outcome.DEFERRED
        raise _NotSent(outcome, f"{what}: {reply.text}")
