"""What an account logs in with: a password from where the user keeps it, or the token of a sign-in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from omnitui.config.schema import AccountSettings
from omnitui.config.secrets import Secret, Use, find_secret
from omnitui.config.stores import Stores
from omnitui.core.times import Instant
from omnitui.sync.imap.login import Login, login_for
from omnitui.sync.oauth.keeping import TokenKeeper

TOKENS = ("xoauth2", "oauthbearer")


class Credentials:
    """The credentials of one home's accounts. Everything blocks; raises SecretError, LoginRefused or Offline."""

    def __init__(
        self,
        stores: Stores,
        state: Path,
        clock: Callable[[], Instant],
        hide: Callable[[str], None] = lambda secret: None,
    ) -> None:
        self.stores, self._hide = stores, hide
        self.keeper = TokenKeeper(stores, state, clock, hide)

    def find(self, account: AccountSettings, use: Use) -> Secret:
        """The password or token for one of the account's servers, and where it came from."""
        if by_sign_in(account, use):
            token, source = self.keeper.access_token(account)
            return Secret(f"sign-in kept in {source}", token)
        found = find_secret(account, use, stores=self.stores)
        self._hide(found.value)
        return found

    def secret(self, account: AccountSettings, use: Use = "imap") -> str:
        """The password or token alone."""
        return self.find(account, use).value

    def renewer(self, account: AccountSettings, use: Use) -> Callable[[str], str] | None:
        """What gives another token for one that the server has refused; None for passwords."""
        if not by_sign_in(account, use):
            return None
        return lambda refused: self.keeper.renewed(account, refused)

    def login(self, account: AccountSettings) -> Login:
        """The login of the account's IMAP server."""
        return login_for(account, account.imap, self.secret(account, "imap"), self.renewer(account, "imap"))


def by_sign_in(account: AccountSettings, use: Use) -> bool:
    """Whether a server is logged in to with the token of a sign-in."""
    server = account.imap if use == "imap" else account.smtp
    return account.oauth is not None and server is not None and server.auth in TOKENS


class AccountLogins:
    """The credentials of one account. Everything blocks; raises SecretError, LoginRefused or Offline."""

    def __init__(self, credentials: Credentials, account: AccountSettings) -> None:
        self._credentials, self._account = credentials, account

    def secret(self, use: str) -> str:
        """The password or token for "imap" or "smtp"."""
        return self._credentials.secret(self._account, _use(use))

    def renewer(self, use: str) -> Callable[[str], str] | None:
        """What gives another token for one that the server has refused; None for passwords."""
        return self._credentials.renewer(self._account, _use(use))


def _use(use: str) -> Use:
    if use not in ("imap", "smtp"):
        raise ValueError(f"a mailbox has no login for {use}")
    return "imap" if use == "imap" else "smtp"
