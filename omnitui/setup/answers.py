"""What has been answered so far, and the account that the answers make."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field, replace

from omnitui.config.schema import ADDRESS, NAME, AccountSettings, OAuthSettings, ServerSettings
from omnitui.core.errors import Refused
from omnitui.setup.face import SignIn
from omnitui.setup.providers import Provider, by_host

_HOST_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-._")


@dataclass(frozen=True)
class Answers:
    """Frozen, so that going back is taking an older one. What is given here already is not asked."""

    address: str = ""
    username: str = ""
    imap: ServerSettings | None = None
    smtp: ServerSettings | None = None
    reads_only: bool = False
    secret: str = field(default="", repr=False)
    password_command: tuple[str, ...] = ()
    by_token: bool = False
    """What the program prints is a token of OAuth 2."""
    oauth: OAuthSettings | None = None
    client_secret: str = field(default="", repr=False)
    signed_in: SignIn | None = field(default=None, repr=False)
    """The sign-in whose tokens are kept once all is saved."""
    from_environment: bool = False
    store: str = ""
    untested: bool = False
    """The person goes on without a test."""
    name: str = ""
    display_name: str | None = None

    @property
    def provider(self) -> Provider | None:
        """The hoster of the servers, where it is a known one."""
        return by_host(self.imap.host) if self.imap else None

    def account(self) -> AccountSettings:
        """The account as it would stand in the config. Raises Refused while servers are missing."""
        if self.imap is None:
            raise Refused("the server that holds the mail is not known yet")
        return AccountSettings(
            name=self.name or account_name(self.address, ()),
            address=self.address,
            display_name=self.display_name or "",
            password_command=self.password_command,
            oauth=self.oauth,
            imap=self._named(self.imap),
            smtp=None if self.reads_only or self.smtp is None else self._named(self.smtp),
        )

    def _named(self, server: ServerSettings) -> ServerSettings:
        username = self.username or server.username
        auth = "xoauth2" if self.by_token and server.auth == "auto" else server.auth
        return replace(server, username="" if username == self.address else username, auth=auth)


def account_name(address: str, taken: Collection[str]) -> str:
    """A short name for an address that no other account has."""
    local, _, domain = address.partition("@")
    lower = {name.lower() for name in taken}
    base = re.sub(r"[^A-Za-z0-9._-]+", "-", local).strip("-._")[:40] or "mail"
    names = [base, f"{base}-{domain.partition('.')[0]}"[:60], *(f"{base}-{n}" for n in range(2, len(lower) + 4))]
    return next(name for name in names if name.lower() not in lower and NAME.pattern.fullmatch(name))


def wrong_name(name: str, taken: Collection[str]) -> str:
    """What is wrong with a name for an account; empty when nothing is."""
    if not NAME.pattern.fullmatch(name):
        return f"{name or 'nothing'} is not {NAME.words}"
    if name.lower() in {other.lower() for other in taken}:
        return f"there is already an account named {name}; it stays as it is, so choose another name"
    return ""


def wrong_address(address: str, taken: Collection[str]) -> str:
    """What is wrong with an address for an account; empty when nothing is."""
    if not ADDRESS.pattern.fullmatch(address) or not address.isprintable():
        return f"{address or 'nothing'} is not {ADDRESS.words}"
    if address.lower() in taken:
        return f"there is already an account for {address}; it stays as it is"
    try:
        domain_of(address)
    except Refused as error:
        return str(error)
    return ""


def domain_of(address: str) -> str:
    """The domain as name servers know it (in ASCII, RFC 5891). Raises Refused."""
    domain = address.rpartition("@")[2].rstrip(".").lower()
    try:
        ascii_only = domain.encode("idna").decode("ascii")
    except UnicodeError:
        ascii_only = ""
    if "." not in ascii_only.strip(".") or ".." in ascii_only or not _HOST_LETTERS.issuperset(ascii_only):
        raise Refused(f"{domain or 'nothing'} is not a domain, such as shop.example")
    return ascii_only
