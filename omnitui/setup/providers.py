"""The large hosters of mail, known by where a domain's mail goes (MX), with their servers and their rules."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from omnitui.config.schema import ServerSettings
from omnitui.setup.offers import Offer, Sureness


@dataclass(frozen=True)
class Provider:
    """A hoster. `takes`: "password", "app" (only a password made for this program) or "oauth"."""

    id: str
    name: str
    mx: tuple[str, ...]
    """Ends of the names of its mail exchangers."""
    imap: str
    smtp: str
    smtp_security: str = "tls"
    takes: str = "app"
    advice: str = ""
    """Where such a password is made, or what else to do."""
    sureness: Sureness = Sureness.KNOWN

    @property
    def offer(self) -> Offer:
        """Its servers."""
        port = 587 if self.smtp_security == "starttls" else 465
        return Offer(
            ServerSettings(host=self.imap, port=993),
            ServerSettings(host=self.smtp, port=port, security=self.smtp_security),
            f"its mail goes to {self.name}",
            self.sureness,
            self.id,
        )


PROVIDERS: tuple[Provider, ...] = (
    Provider(
        "google",
        "Google",
        ("google.com", "googlemail.com"),
        "imap.gmail.com",
        "smtp.gmail.com",
        advice="Google takes OAuth, or an app password: make one at myaccount.google.com/apppasswords (two-step "
        "verification must be on); the password of the Google account itself is refused.",
        sureness=Sureness.HOSTER,
    ),
    Provider(
        "microsoft",
        "Microsoft 365",
        ("mail.protection.outlook.com", "mx.microsoft", "olc.protection.outlook.com"),
        "outlook.office365.com",
        "smtp.office365.com",
        "starttls",
        takes="oauth",
        advice="Microsoft takes OAuth only: it has turned passwords off for IMAP.",
        sureness=Sureness.HOSTER,
    ),
    Provider(
        "icloud",
        "iCloud",
        ("mail.icloud.com",),
        "imap.mail.me.com",
        "smtp.mail.me.com",
        "starttls",
        advice="Apple takes only an app-specific password: make one at account.apple.com.",
    ),
    Provider(
        "yahoo",
        "Yahoo",
        ("yahoodns.net",),
        "imap.mail.yahoo.com",
        "smtp.mail.yahoo.com",
        advice="Yahoo takes only an app password: make one under Account security.",
    ),
    Provider(
        "fastmail",
        "Fastmail",
        ("messagingengine.com",),
        "imap.fastmail.com",
        "smtp.fastmail.com",
        advice="Fastmail takes only an app password: make one under Privacy & Security.",
    ),
    Provider("zoho", "Zoho", ("zoho.com",), "imappro.zoho.com", "smtppro.zoho.com", takes="password"),
    Provider("zoho-eu", "Zoho", ("zoho.eu",), "imappro.zoho.eu", "smtppro.zoho.eu", takes="password"),
)


def by_exchangers(exchangers: Iterable[str]) -> Provider | None:
    """The hoster that the first known of these MX names belongs to."""
    for exchanger in exchangers:
        name = exchanger.lower().rstrip(".")
        for provider in PROVIDERS:
            if any(name == end or name.endswith(f".{end}") for end in provider.mx):
                return provider
    return None


def by_id(id: str) -> Provider | None:
    """The provider of that id."""
    return next((provider for provider in PROVIDERS if provider.id == id), None)


def by_host(host: str) -> Provider | None:
    """The provider that a server belongs to, however the server was found."""
    return next((provider for provider in PROVIDERS if host.lower() in (provider.imap, provider.smtp)), None)
