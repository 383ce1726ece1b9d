"""Mending an account that cannot log in, from the page of accounts: the commands for it run on the bare terminal.

The screen stands still meanwhile, as it does for an editor; passwords are typed into a process of their own and never
pass through the screen.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence

from textual.app import App

from omnitui.core.errors import Refused
from omnitui.screens.handlers import Call, handles
from omnitui.screens.pages import SyncPage
from omnitui.store import accounts
from omnitui.widgets.choices import Choice

SIGN_IN = "Sign in with the provider"
PASSWORD = "Give the password anew"  # noqa: S105 - a title
UNLOCK = "Unlock the secrets for the worker"


@handles("row.open", page="sync")
async def mend(page: SyncPage, call: Call) -> None:
    """What can be done about an account."""
    found = await page.session.reader.all(accounts.statuses())
    account = next((one for one in found if one.id == page.sheet.chosen), None)
    if account is None or account.name not in page.session.settings.names:
        raise Refused("this account stands in no config: put it back there under this name, or leave it")
    mailbox = next((one for one in page.session.settings.accounts if one.name == account.name), None)
    ways: list[Choice] = []
    if mailbox is not None:
        ways.append(
            Choice(("login", account.name), SIGN_IN, f"omnitui login {account.name}", key="l")
            if mailbox.oauth is not None
            else Choice(("secret", "set", account.name), PASSWORD, f"omnitui secret set {account.name}", key="p")
        )
    if page.session.places.vault.exists():
        ways.append(Choice(("secret", "unlock"), UNLOCK, "omnitui secret unlock", key="u"))
    ways.append(Choice((), "Try again now", "after a change elsewhere", key="r"))
    words = await page.choose(f"{account.name}: {account.state}", ways, account.detail)
    if words is None:
        return
    if words:
        code = on_terminal(page.app, page.session.places.home_words, words)
        page.say("Done" if code == 0 else "It was not done; the account is as it was", "ok" if code == 0 else "warn")
    page.session.sync()


def on_terminal(app: App[None], home: Sequence[str], words: Sequence[str]) -> int:
    """Run a command of ours on the bare terminal and wait for Enter; gives its exit code.

    Ctrl+C ends the command, not the screen.
    """
    path = os.pathsep.join(part for part in sys.path if part)
    with app.suspend():
        before = signal.signal(signal.SIGINT, lambda number, frame: None)
        try:
            done = subprocess.run(  # noqa: S603 - ourselves
                [sys.executable, "-m", "omnitui", *home, *words], check=False, env={**os.environ, "PYTHONPATH": path}
            )
            print("\nEnter goes back to the screen.", end="", flush=True)  # noqa: T201 - the screen is suspended
            sys.stdin.readline()
        finally:
            signal.signal(signal.SIGINT, before)
    return done.returncode
