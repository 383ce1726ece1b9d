"""`omnitui secret`: passwords of accounts, in the keyring or the encrypted file."""

from __future__ import annotations

import sys
from dataclasses import asdict

import click

from omnitui.cli.desk import Desk, pass_desk
from omnitui.cli.output import emit, say, write
from omnitui.config.load import any_account_named
from omnitui.config.schema import AccountSettings, ChannelAccountSettings
from omnitui.config.secrets import forget_secret, store_secret
from omnitui.core.errors import Refused

_use = click.option(
    "--only",
    help="imap or smtp: for that server; client: of its OAuth registration; on a channel: its name, as bot_token.",
)


def _check_use(account: AccountSettings | ChannelAccountSettings, only: str | None) -> None:
    """Raises Refused for a secret that the account has not."""
    if isinstance(account, AccountSettings):
        known = ("imap", "smtp", "client")
        if only is not None and only not in known:
            raise Refused(f"{only} is no secret of a mailbox; it is one of {', '.join(known)}")
        return
    from omnitui.sync.channels.registry import channel_named

    names = [spec.name for spec in channel_named(account.channel).secrets]
    if only not in names:
        raise Refused(f"say which secret of {account.channel}: --only {' or '.join(names) or 'nothing: it has none'}")


@click.group()
def secret() -> None:
    """Keep passwords of accounts in the keyring, or in the encrypted file."""


@secret.command("set")
@click.argument("account")
@_use
@pass_desk
def set_(desk: Desk, account: str, only: str | None) -> None:
    """Store an account's password; asked for, or read from stdin when that is no terminal."""
    known = any_account_named(desk.settings, account)
    _check_use(known, only)
    if sys.stdin.isatty():
        value = click.prompt("Password", hide_input=True, err=True)
    else:
        value = sys.stdin.readline().rstrip("\r\n")
    if not value:
        raise click.UsageError("the password is empty; nothing was stored")
    say(f"Stored the password of {known.name} in {store_secret(known.name, value, only, desk.stores)}.")


@secret.command()
@click.argument("account")
@_use
@pass_desk
def forget(desk: Desk, account: str, only: str | None) -> None:
    """Take an account's password out of where it is kept."""
    known = any_account_named(desk.settings, account)
    found = forget_secret(known.name, only, desk.stores)
    say(f"Forgot the password of {known.name}." if found else "There was none.")


@secret.command("stores")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@pass_desk
def stores_(desk: Desk, as_json: bool) -> None:
    """Say which ways of keeping secrets work on this machine, and why the others do not."""
    from omnitui.config.stores import standings

    found = standings(desk.stores)
    if as_json:
        emit({"stores": [asdict(one) for one in found]})
        return
    for one in found:
        write(f"{'yes' if one.works else 'no ':<4} {one.name:<20} {one.words}")


@secret.command()
@pass_desk
def unlock(desk: Desk) -> None:
    """Give the running worker the pass phrase of the encrypted file; asked for, or read from stdin."""
    from omnitui.cli.passphrase import ask
    from omnitui.sync.wire import ask_worker

    vault, passphrase = desk.stores.vault, desk.stores.passphrase
    if vault is None or passphrase is None or not vault.exists:
        raise Refused("there is no encrypted file of secrets here; nothing needs to be unlocked")
    value = ask(new=False) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    passphrase.give(value)
    vault.entries()
    ask_worker(desk.places.socket, "unlock", "unlocked", 60.0, {"passphrase": value})
    say("The worker has the pass phrase until it ends.")


@secret.command()
@pass_desk
def passphrase(desk: Desk) -> None:
    """Change the pass phrase of the encrypted file."""
    from omnitui.cli.passphrase import ask

    vault = desk.stores.vault
    if vault is None or not vault.exists:
        raise Refused("there is no encrypted file of secrets here")
    vault.entries()
    vault.change_passphrase(ask(new=True))
    say("Changed. Give it anew wherever the old one is kept; a running worker needs `omnitui secret unlock`.")
