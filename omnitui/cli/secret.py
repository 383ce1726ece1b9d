"""`omnitui secret`: passwords of accounts, in the keyring."""

from __future__ import annotations

import sys

import click

from omnitui.cli.desk import Desk, pass_desk
from omnitui.cli.output import say
from omnitui.config.load import account_named
from omnitui.config.secrets import Use, forget_secret, store_secret

_use = click.option("--only", type=click.Choice(["imap", "smtp"]), help="For one server of the account only.")


@click.group()
def secret() -> None:
    """Keep passwords of accounts in the keyring."""


@secret.command("set")
@click.argument("account")
@_use
@pass_desk
def set_(desk: Desk, account: str, only: Use | None) -> None:
    """Store an account's password; asked for, or read from stdin when that is no terminal."""
    known = account_named(desk.settings, account)
    if sys.stdin.isatty():
        value = click.prompt("Password", hide_input=True, err=True)
    else:
        value = sys.stdin.readline().rstrip("\r\n")
    if not value:
        raise click.UsageError("the password is empty; nothing was stored")
    say(f"Stored the password of {known.name} in {store_secret(known.name, value, only)}.")


@secret.command()
@click.argument("account")
@_use
@pass_desk
def forget(desk: Desk, account: str, only: Use | None) -> None:
    """Take an account's password out of the keyring."""
    known = account_named(desk.settings, account)
    say(f"Forgot the password of {known.name}." if forget_secret(known.name, only) else "There was none.")
