"""From nothing to a session that is logged in: TLS, greeting, STARTTLS, login, all errors as the three of ours.

IMAPClient does CAPABILITY, login and LIST on a transport of ours; it never sees a byte that came before TLS.
"""

from __future__ import annotations

import imaplib
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from ipaddress import ip_address

from imapclient import IMAPClient
from imapclient.exceptions import LoginError

from omnitui.config.schema import DEFAULT_PORTS, AccountSettings, ServerSettings
from omnitui.core.errors import LoginRefused, Offline, ProtocolError, Refused
from omnitui.core.text.clean import safe_text
from omnitui.sync.imap.responses import code_of
from omnitui.sync.imap.transport import Transport

TIMEOUT = 30.0
"""Seconds without a byte after which a connection counts as dead."""
STILL_REFUSED = (
    "The token is new, so it is not that: either somebody else than {name} signed in, or the mailbox does not allow "
    "this kind of access"
)
"""What a server never says when it refuses a token that was made a second ago."""
TRY_LATER = {"UNAVAILABLE", "INUSE", "LIMIT", "SERVERBUG", "CORRUPTION", "OVERQUOTA"}
"""Codes of a refused login that pass by themselves (RFC 5530)."""


@dataclass(frozen=True)
class Login:
    """Where and as whom to log in; the secret shows in no repr."""

    host: str
    port: int
    security: str
    username: str
    auth: str
    secret: str = field(repr=False)
    ca_file: str = ""
    certificate_sha256: str = ""
    renew: Callable[[str], str] | None = field(default=None, repr=False, compare=False)
    """Gives another token for one that the server has refused; blocks."""


def login_for(
    account: AccountSettings, server: ServerSettings, secret: str, renew: Callable[[str], str] | None = None
) -> Login:
    """The login of an account's IMAP server, defaults filled in."""
    return Login(
        host=server.host,
        port=server.port or DEFAULT_PORTS["imap"][server.security],
        security=server.security,
        username=server.username or account.address,
        auth=server.auth,
        secret=secret,
        ca_file=server.ca_file,
        certificate_sha256=server.certificate_sha256,
        renew=renew,
    )


def log_in(login: Login, timeout: float = TIMEOUT) -> tuple[Transport, IMAPClient, frozenset[str]]:
    """Connect and log in; gives the capabilities too. Raises Offline, LoginRefused or ProtocolError.

    A token that is refused is renewed once: it may have ended sooner than its provider said.
    """
    _check(login)
    try:
        return _connect(login, timeout)
    except LoginRefused:
        if login.renew is None:
            raise
    renewed = replace(login, secret=login.renew(login.secret))
    _check(renewed)
    try:
        return _connect(renewed, timeout)
    except LoginRefused as error:
        raise LoginRefused(f"{error}. {STILL_REFUSED.format(name=login.username)}") from None


def _connect(login: Login, timeout: float) -> tuple[Transport, IMAPClient, frozenset[str]]:
    transport = Transport(login.host, login.port, timeout)
    try:
        return transport, *_log_in(transport, login, timeout)
    except BaseException:
        transport.abort()
        raise


def _log_in(transport: Transport, login: Login, timeout: float) -> tuple[IMAPClient, frozenset[str]]:
    if login.security == "tls":
        transport.encrypt(tls_context(login), login.certificate_sha256)
    greeting = transport.readline()
    _check_greeting(greeting, login)
    if login.security == "starttls":
        _start_tls(transport, login)
    with imap_errors(login.host):
        client: IMAPClient = _Client(transport, timeout)
        quiet(client)
        _authenticate(client, login)
        capabilities = frozenset(c.decode("ascii", "replace") for c in client.capabilities())
    return client, capabilities


def tls_context(login: Login) -> ssl.SSLContext:
    """Certificates and names are checked; with a fingerprint in the config, that one certificate is."""
    context = ssl.create_default_context(cafile=login.ca_file or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if login.certificate_sha256:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def quiet(client: IMAPClient) -> None:
    """IMAPClient 4 formats every protocol line for its log, passwords too: turn that off where it still is so."""
    beneath = getattr(client, "_imap", None)
    if isinstance(beneath, imaplib.IMAP4):
        beneath.debug = 0


def check_argument(*texts: str) -> None:
    """Raises Refused when a text holds CR, LF or NUL: it would start a command of its own on the wire."""
    if any(c in text for text in texts for c in "\r\n\0"):
        raise Refused("a line break or NUL cannot be sent to a mail server here")


@contextmanager
def imap_errors(host: str) -> Iterator[None]:
    """Turn what imaplib, IMAPClient and the socket raise into Offline and ProtocolError."""
    try:
        yield
    except (imaplib.IMAP4.abort, OSError) as error:
        raise Offline(f"the connection to {host} broke: {_words(error)}") from error
    except (imaplib.IMAP4.error, ValueError, AssertionError, IndexError, KeyError) as error:
        raise ProtocolError(f"{host} answered something that cannot be read: {_words(error)}") from error


def _check(login: Login) -> None:
    check_argument(login.username, login.secret)
    if login.security == "plain" and not on_this_machine(login.host):
        raise LoginRefused(
            f"without encryption only this machine may be spoken to; set security = 'tls' for {login.host}"
        )


def on_this_machine(host: str) -> bool:
    """Whether a name is this machine's loopback, by what it resolves to."""
    try:
        found = {entry[4][0] for entry in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)}
    except OSError:
        return False
    return bool(found) and all(ip_address(str(address).partition("%")[0]).is_loopback for address in found)


def _check_greeting(greeting: bytes, login: Login) -> None:
    word = greeting[:10].upper()
    if word.startswith(b"* BYE"):
        raise Offline(f"{login.host} refuses connections now: {_words(greeting[5:])}")
    if word.startswith(b"* PREAUTH"):
        raise ProtocolError(
            f"{login.host} says we are logged in before we are; nothing was sent: somebody may stand in between"
        )
    if not word.startswith(b"* OK"):
        raise ProtocolError(f"{login.host} does not speak IMAP on port {login.port}")


def _start_tls(transport: Transport, login: Login) -> None:
    transport.send(b"tls1 STARTTLS\r\n")
    for _ in range(20):
        line = transport.readline()
        if line[:5].lower() == b"tls1 ":
            if line[5:8].upper() != b"OK ":
                raise ProtocolError(f"{login.host} does not offer STARTTLS; no password was sent")
            transport.encrypt(tls_context(login), login.certificate_sha256)
            return
    raise ProtocolError(f"{login.host} does not answer STARTTLS")


def _authenticate(client: IMAPClient, login: Login) -> None:
    offered = {c.decode("ascii", "replace") for c in client.capabilities()}
    try:
        if login.auth == "xoauth2":
            client.oauth2_login(login.username, login.secret)
        elif login.auth == "oauthbearer":
            client.oauthbearer_login(login.username, login.secret)
        elif "AUTH=PLAIN" in offered:
            client.plain_login(login.username, login.secret)
        elif "LOGINDISABLED" not in offered and (login.username + login.secret).isascii():
            client.login(login.username, login.secret)
        else:
            raise LoginRefused(f"{login.host} offers no way to log in with a password")
    except LoginError as error:
        words = str(error)
        if words.startswith(("b'", 'b"')):
            words = words[2:-1]
        if code_of(words.encode("ascii", "replace"))[0] in TRY_LATER:
            raise Offline(f"{login.host} cannot log {login.username} in now: {_words(words)}") from error
        raise LoginRefused(f"{login.host} refuses the login of {login.username}: {_words(words)}") from error


def _words(what: object) -> str:
    text = what.decode("utf-8", "replace") if isinstance(what, bytes) else str(what)
    return safe_text(text, lines=False).strip()[:300]


class _Client(IMAPClient):
    """IMAPClient over a transport that is there already."""

    def __init__(self, transport: Transport, timeout: float) -> None:
        self._transport = transport
        super().__init__(transport.host, transport.sock.getpeername()[1], ssl=False, timeout=timeout)

    def _create_IMAP4(self) -> imaplib.IMAP4:
        return _Wire(self._transport)


class _Wire(imaplib.IMAP4):
    """imaplib over our transport, by the methods imaplib documents for that. The greeting has been read and checked."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._greeting: bytes | None = b"* OK ready\r\n"
        super().__init__(transport.host)

    def open(self, host: str = "", port: int = 143, timeout: float | None = None) -> None:
        """The transport is open."""
        self.host, self.port, self.sock = host, port, self._transport.sock

    def read(self, size: int) -> bytes:
        """A literal."""
        return self._transport.read(size)

    def readline(self) -> bytes:
        """A line; the first is the greeting, read before."""
        if self._greeting is not None:
            greeting, self._greeting = self._greeting, None
            return greeting
        return self._transport.readline()

    def send(self, data: bytes) -> None:  # type: ignore[override]
        """One command line or one answer to a challenge, never two."""
        body = data.removesuffix(b"\r\n")
        if any(c in body for c in (b"\r", b"\n", b"\0")):
            raise Refused("a line break or NUL cannot be sent to a mail server here")
        self._transport.send(data)

    def shutdown(self) -> None:
        """Close."""
        self._transport.abort()

    def socket(self) -> socket.socket:
        """For IMAPClient's timeouts."""
        return self._transport.sock
