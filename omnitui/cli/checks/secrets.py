"""Where secrets are kept on this machine, and sign-ins that nobody uses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from omnitui.cli.checks.finding import Finding, good, note, problem
from omnitui.config.schema import AccountSettings

if TYPE_CHECKING:
    from omnitui.config.stores import Stores


def kept(stores: Stores) -> Iterator[Finding]:
    """Which of the places that omnitui itself can write to works. Asks nobody."""
    from omnitui.config.stores import standings

    for one in standings(stores):
        if one.writable:
            yield (good if one.works else note)("secrets", f"{one.name}: {one.words}")
    if stores.needs_passphrase:
        yield note(
            "secrets",
            "a worker that nobody starts by hand cannot open the encrypted file",
            "passphrase_command under [secrets], or `omnitui secret unlock` after each start",
        )


def unused(account: AccountSettings) -> Iterator[Finding]:
    """A sign-in that no server asks for."""
    from omnitui.sync.credentials import by_sign_in

    if account.oauth is not None and not by_sign_in(account, "imap") and not by_sign_in(account, "smtp"):
        yield problem(
            f"account {account.name}",
            "has [account.oauth], and both servers are logged in to with a password",
            'take `auth = "password"` away from the servers, or the table',
        )
