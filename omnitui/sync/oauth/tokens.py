"""Tokens as a provider gives them and as they are kept: never in the config, a log, an error or a repr."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from omnitui.core.errors import ProtocolError
from omnitui.core.times import Instant

EARLY = 300_000
"""Milliseconds before its end at which a token is renewed, or a fifth of its life where that is shorter."""
USUAL_LIFE = 3600
"""Seconds, where the provider does not say (RFC 6749 5.1 only recommends that it does)."""


@dataclass(frozen=True)
class Tokens:
    """What a sign-in gave."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    expires_at: Instant
    renew_at: Instant
    scope: str = ""

    def fresh(self, now: Instant) -> bool:
        """Whether it may be used without being renewed."""
        return now < self.renew_at

    def alive(self, now: Instant) -> bool:
        """Whether the provider would still take it."""
        return now < self.expires_at

    def packed(self) -> str:
        """For the secret store."""
        return json.dumps(
            {
                "access": self.access,
                "refresh": self.refresh,
                "expires_at": self.expires_at,
                "renew_at": self.renew_at,
                "scope": self.scope,
            }
        )


def unpacked(text: str) -> Tokens | None:
    """Tokens from the secret store; None for what cannot be read."""
    try:
        found = json.loads(text)
        return Tokens(
            access=str(found["access"]),
            refresh=str(found["refresh"]),
            expires_at=Instant(int(found["expires_at"])),
            renew_at=Instant(int(found["renew_at"])),
            scope=str(found["scope"]),
        )
    except (ValueError, KeyError, TypeError):
        return None


def granted(record: dict[str, Any], now: Instant, *, refresh: str = "") -> Tokens:
    """Tokens from the answer of a token endpoint (RFC 6749 5.1); `refresh` stays where no new one came (6).

    Raises ProtocolError.
    """
    access, new = record.get("access_token"), record.get("refresh_token")
    if not isinstance(access, str) or not access or not access.isascii() or not access.isprintable():
        raise ProtocolError("the provider said yes and gave no token that can be used")
    if str(record.get("token_type", "bearer")).lower() != "bearer":
        raise ProtocolError("the provider gave a token of a kind that mail servers do not take")
    try:
        life = min(max(int(float(record.get("expires_in") or USUAL_LIFE)), 0), 365 * 86400) * 1000
    except (ValueError, TypeError, OverflowError):
        life = USUAL_LIFE * 1000
    return Tokens(
        access=access,
        refresh=new if isinstance(new, str) and new else refresh,
        expires_at=Instant(now + life),
        renew_at=Instant(now + life - min(EARLY, life // 5)),
        scope=str(record.get("scope") or ""),
    )
