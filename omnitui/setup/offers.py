"""What discovery can find: pairs of servers with where they were read, the surest first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import IntEnum

from omnitui.config.load import is_loopback
from omnitui.config.schema import DEFAULT_PORTS, HOST, ServerSettings
from omnitui.core.errors import Refused


class Sureness(IntEnum):
    """How an offer was found; a smaller number is surer.

    Google and Microsoft are known by where the domain's mail goes (MX) and stand first: the web space of such a domain
    often answers with an autoconfig of its own that speaks of mailboxes which nobody uses.
    """

    HOSTER = 0
    AUTOCONFIG = 1
    SRV = 2
    KNOWN = 3
    ANSWERED = 4
    """A guess at a name where a mail server answered."""
    GUESS = 5


@dataclass(frozen=True)
class Offer:
    """Two servers that may be the mailbox's; `source` says in words where this was read."""

    imap: ServerSettings
    smtp: ServerSettings | None
    source: str
    sureness: Sureness
    provider: str = ""
    """Id of a provider of `providers.py`; empty for any other."""


@dataclass(frozen=True)
class Look:
    """What one place said, for whoever waits: `found` False is an answer too, `failed` is none."""

    place: str
    words: str
    found: bool = False
    failed: bool = False


@dataclass(frozen=True)
class Found:
    """All that discovery found; `offline`: no place could be reached."""

    offers: tuple[Offer, ...] = ()
    offline: bool = False


def best_first(offers: Iterable[Offer]) -> tuple[Offer, ...]:
    """The surest first, each pair of servers once."""
    seen: set[tuple[object, object]] = set()
    kept = []
    for offer in sorted(offers, key=lambda offer: offer.sureness):
        pair = (_place(offer.imap), offer.smtp and _place(offer.smtp))
        if pair not in seen:
            seen.add(pair)
            kept.append(offer)
    return tuple(kept)


def _place(server: ServerSettings) -> tuple[str, int, str]:
    return server.host.lower(), server.port, server.security


def guesses(domain: str) -> tuple[Offer, ...]:
    """What mail servers of a domain are mostly called."""
    names = (("imap", "smtp"), ("mail", "mail"))
    return tuple(
        Offer(
            ServerSettings(host=f"{imap}.{domain}", port=993),
            ServerSettings(host=f"{smtp}.{domain}", port=465),
            "a guess",
            Sureness.GUESS,
        )
        for imap, smtp in names
    )


def described(server: ServerSettings | None) -> str:
    """A server in a few words."""
    if server is None:
        return "none: it only reads"
    return f"{server.host}:{server.port or '?'} {server.security}"


def parse_server(text: str, use: str) -> ServerSettings:
    """`mail.example.org`, with `:587` or `starttls` behind it where it is not TLS on the usual port.

    Raises Refused, in words.
    """
    words = text.replace(",", " ").split()
    if not words:
        raise Refused("type the name of the server, such as mail.example.org")
    place, *rest = words
    host, colon, digits = place.rpartition(":") if place.count(":") == 1 or "]" in place else (place, "", "")
    host = host.strip("[]")
    if not HOST.pattern.fullmatch(host) or len(host) > 253:
        raise Refused(f"{place} is not {HOST.words}")
    if colon and not (digits.isascii() and digits.isdigit() and 0 < int(digits) < 65536):
        raise Refused(f"{digits or 'nothing'} is not a port; a port is a number from 1 to 65535")
    if len(rest) > 1 or any(word.lower() not in ("tls", "ssl", "starttls", "plain") for word in rest):
        raise Refused(f"{' '.join(rest)}: only tls, starttls or plain may stand behind the name")
    port = int(digits or 0)
    security = _security(rest[0].lower() if rest else "", port, use)
    if security == "plain" and not is_loopback(host):
        raise Refused(f"plain would send the password readable to {host}; use tls or starttls")
    return ServerSettings(host=host, port=port or DEFAULT_PORTS[use][security], security=security)


def _security(word: str, port: int, use: str) -> str:
    if word:
        return "tls" if word == "ssl" else word
    return "starttls" if port in (25, DEFAULT_PORTS[use]["starttls"]) else "tls"


def with_username(server: ServerSettings, username: str, address: str) -> ServerSettings:
    """The server for a login by that name; the address itself need not be written down."""
    return replace(server, username="" if username == address else username)
