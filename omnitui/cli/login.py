"""`omnitui login`: signing an account in with its provider (OAuth 2), in plain prompts."""

from __future__ import annotations

import asyncio
import os
from functools import partial
from typing import TYPE_CHECKING

import click

from omnitui.cli.desk import Desk, pass_desk
from omnitui.cli.output import say
from omnitui.cli.pasting import pasted_lines
from omnitui.config.load import account_named
from omnitui.config.schema import AccountSettings
from omnitui.core.errors import OmnituiError, Refused

if TYPE_CHECKING:
    from omnitui.sync.oauth.browser import BrowserLogin
    from omnitui.sync.oauth.providers import Provider
    from omnitui.sync.oauth.tokens import Tokens


@click.command()
@click.argument("account")
@click.option("--device", "way", flag_value="device", help="By a code that you type on any other device.")
@click.option("--browser", "way", flag_value="browser", help="In a browser; over SSH its last address is pasted here.")
@click.option("--forget", is_flag=True, help="Sign out: throw the account's tokens on this machine away.")
@pass_desk
def login(desk: Desk, account: str, way: str | None, forget: bool) -> None:
    """Sign an account in with its provider. Needs [account.oauth] in the config; see docs/guide/oauth.md.

    The tokens go into the keyring or the encrypted file, and are renewed by the worker.
    """
    from omnitui.sync.oauth.keeping import TokenKeeper

    known = account_named(desk.settings, account)
    keeper = TokenKeeper(desk.stores, desk.places.state, desk.now)
    provider = keeper.provider(known)
    if forget:
        say(f"Signed {known.name} out here." if keeper.forget(known) else "Nobody was signed in.")
        return
    if way is None:
        over_ssh = bool(os.environ.get("SSH_CONNECTION"))
        way = "browser" if "browser" in provider.ways and not over_ssh else provider.ways[0]
    tokens = asyncio.run(_signed_in(desk, known, provider, way))
    say(f"Signed in. The tokens of {known.name} are in {keeper.keep(known, tokens)}.")
    _tell_worker(desk)


async def _signed_in(desk: Desk, account: AccountSettings, provider: Provider, way: str) -> Tokens:
    from omnitui.sync.http.client import Client

    async with Client() as http:
        if way == "device":
            from omnitui.sync.oauth.device import await_device, start_device

            code = await start_device(http, provider)
            say(f"Open {code.url} on any device and type this code: {code.user_code}")
            say(f"Waiting for you to agree there, at most {code.seconds / 60:.0f} minutes ...")
            return await await_device(http, provider, code, desk.now)
        from omnitui.sync.oauth.browser import BrowserLogin

        who = account.imap.username or account.address
        async with BrowserLogin(http, provider, desk.now, who) as attempt:
            say(f"Open this page in a browser and sign in as {who}:\n\n{attempt.url}\n")
            say(
                "A browser on this machine finishes it by itself. One elsewhere ends at a page that cannot be opened: "
                "copy the whole address of that page, and paste it here."
            )
            with pasted_lines(partial(_pasted, attempt)):
                return await attempt.finish()


def _pasted(attempt: BrowserLogin, line: str) -> None:
    try:
        attempt.paste(line)
    except Refused as error:
        say(str(error))


def _tell_worker(desk: Desk) -> None:
    """A worker that has given up on the account tries again."""
    from omnitui.sync.wire import ask_worker

    try:
        ask_worker(desk.places.socket, "retry", "retrying", 5.0)
    except OmnituiError:
        return
