"""Who does it, and what of their settings matters for it."""

from __future__ import annotations

from dataclasses import field

from omnitui.config.schema import AccountSettings, ChannelAccountSettings
from omnitui.core.dataclass import dataclass
from omnitui.core.errors import Refused
from omnitui.core.operations import Source


@dataclass
class Part:
    """What a step that is done in slices has come to."""

    step: int = 0
    """Its id; 0 before its first change."""
    changed: int = 0
    """Conversations changed so far."""


@dataclass(frozen=True)
class Agent:
    """A person (or a rule) at work. `zone` is the IANA name of the zone in which they read times."""

    name: str
    accounts: tuple[AccountSettings, ...] = ()
    zone: str = "UTC"
    source: Source = Source.AGENT
    part: Part | None = field(default=None, compare=False)
    """What is done now belongs to this step (`bulk.py`)."""
    channels: tuple[ChannelAccountSettings, ...] = ()
    """Accounts on messaging channels."""

    def channel(self, name: str) -> ChannelAccountSettings | None:
        """The account of this name on a messaging channel; None for a mailbox, or one that is not set up here."""
        return next((settings for settings in self.channels if settings.name == name), None)

    def archives(self, account: str) -> bool:
        """Closed mail of this account goes to its archive folder."""
        return any(settings.name == account and settings.archive_on_close for settings in self.accounts)

    def account(self, name: str) -> AccountSettings:
        """The settings of an account to write from. Raises Refused when it is not set up here, or cannot send."""
        for settings in self.accounts:
            if settings.name == name:
                if settings.smtp is None:
                    raise Refused(f"The account {name} has no server to send with: add [account.smtp] to the config")
                return settings
        raise Refused(f"The account {name or '(none)'} is not in the config: nothing can be sent from it")
