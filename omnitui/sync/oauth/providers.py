"""Where each provider's pages are and what mail needs of them. The registration is always the user's own."""

from __future__ import annotations

from dataclasses import dataclass, field

from omnitui.config.schema import OAuthSettings
from omnitui.core.errors import Refused

MICROSOFT = "https://login.microsoftonline.com/{tenant}/oauth2/v2.0"


@dataclass(frozen=True)
class Provider:
    """The addresses and habits of one provider, for one registration. `secret` may be empty (a public client)."""

    name: str
    client_id: str
    authorize_url: str
    token_url: str
    device_url: str
    scopes: tuple[str, ...]
    secret: str = field(default="", repr=False)
    extras: tuple[tuple[str, str], ...] = ()
    """More parameters of the page where one signs in."""
    redirect_host: str = "127.0.0.1"
    """RFC 8252 8.3 wants the number; Microsoft registers only the name for desktop programs."""
    redirect_port: int = 0

    @property
    def ways(self) -> tuple[str, ...]:
        """The flows it offers, the simplest first: "device", "browser" (also with the address pasted back)."""
        return tuple(
            way for way, url in (("device", self.device_url), ("browser", self.authorize_url)) if url
        )  # fmt: skip

    def need(self, way: str) -> None:
        """Raises Refused when the provider does not offer this flow."""
        if way not in self.ways:
            offered = " or ".join(self.ways)
            raise Refused(f"{self.name} offers no sign-in by {way} for mail; use {offered}")


def provider_for(settings: OAuthSettings, client_secret: str = "") -> Provider:
    """The provider of an account's `[account.oauth]`; what stands there goes before what we know."""
    base = f"{MICROSOFT}".format(tenant=settings.tenant)
    known: dict[str, tuple[str, str, str, tuple[str, ...], tuple[tuple[str, str], ...]]] = {
        # Google gives no device codes for the scope of mail. A refresh token comes only with offline and consent.
        "gmail": (
            "https://accounts.google.com/o/oauth2/v2/auth",
            "https://oauth2.googleapis.com/token",
            "",
            ("https://mail.google.com/",),
            (("access_type", "offline"), ("prompt", "consent")),
        ),
        "microsoft": (
            f"{base}/authorize",
            f"{base}/token",
            f"{base}/devicecode",
            (
                "https://outlook.office.com/IMAP.AccessAsUser.All",
                "https://outlook.office.com/SMTP.Send",
                "offline_access",
            ),
            (),
        ),
    }
    authorize, token, device, scopes, extras = known.get(settings.provider, ("", "", "", (), ()))
    return Provider(
        name=settings.provider,
        client_id=settings.client_id,
        authorize_url=settings.authorize_url or authorize,
        token_url=settings.token_url or token,
        device_url=settings.device_url or device,
        scopes=settings.scopes or scopes,
        secret=client_secret,
        extras=extras,
        redirect_host="localhost" if settings.provider == "microsoft" else "127.0.0.1",
        redirect_port=settings.redirect_port,
    )
