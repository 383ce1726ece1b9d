"""`omnitui setup`: adding an account in plain prompts, or by options alone."""

from __future__ import annotations

import asyncio
import os
import shlex
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from omnitui.cli.desk import Desk, pass_desk
from omnitui.cli.exits import Exit
from omnitui.cli.first_run import tell_worker
from omnitui.cli.output import say
from omnitui.cli.prompts import BACK, Prompts
from omnitui.config.schema import OAuthSettings
from omnitui.core.errors import Refused, SecretError
from omnitui.setup.answers import Answers
from omnitui.setup.face import WentAway, WentBack
from omnitui.setup.offers import parse_server

if TYPE_CHECKING:
    from omnitui.setup.channels import ChannelAnswers, ChannelForm


@click.command()
@click.option("--address", default="", help="The mailbox's address; its servers are looked for by it.")
@click.option("--imap", help="Server that holds the mail: HOST, HOST:PORT, with `starttls` or `plain` behind it.")
@click.option("--smtp", help="Server that sends, written the same way; - for none.")
@click.option("--username", default="", help="Name to log in with, where it is not the address.")
@click.option("--password-stdin", is_flag=True, help="Read the password from the first line of stdin.")
@click.option("--password-command", default="", help="Program and arguments that print the password.")
@click.option("--password-environment", is_flag=True, help="The password is in the environment at each start.")
@click.option("--store", default="", help="Where to keep it: keyring, file, environment.")
@click.option("--name", default="", help="Short name of the account.")
@click.option("--display-name", default=None, help="Name that customers see.")
@click.option("--oauth", type=click.Choice(["gmail", "microsoft"]), help="Sign in with the provider; see login.")
@click.option("--client-id", default="", help="Of your registration with the provider.")
@click.option("--tenant", default="common", help="Microsoft only: your organisation's id or domain.")
@click.option("--ca-file", default="", help="PEM file of the certificates to trust instead of the system's.")
@click.option("--untested", is_flag=True, help="Save without logging in first.")
@click.option("--channel", default="", help="Set up this messaging channel (`omnitui channels`), or email.")
@click.option("--set", "options", multiple=True, metavar="NAME=VALUE", help="A setting of the channel.")
@click.option("--secret-environment", is_flag=True, help="The channel's secrets are in the environment now.")
@click.option("--non-interactive", is_flag=True, help="Ask nothing; what is missing is an error.")
@pass_desk
def setup(desk: Desk, /, non_interactive: bool, **given: Any) -> int:
    """Set up an account: find its servers, try both logins, keep the password, write the config.

    What an option answers is not asked. `<` goes back to the question before; Ctrl+C leaves, and nothing is saved then.
    No account that is there already is changed.
    """
    from omnitui.setup import channels
    from omnitui.setup.steps import conduct
    from omnitui.sync.discovery.edges import real_edges

    channel, options = given.pop("channel"), given.pop("options")
    from_environment = given.pop("secret_environment")
    answers = _answers(given)
    if non_interactive:
        answers = replace(answers, display_name=answers.display_name or "")
    else:
        say(f"Setting up an account. {BACK} goes back, Ctrl+C leaves; nothing is saved before the end.")
    edges = real_edges(desk.places, desk.settings.secrets)
    face = Prompts(ask=not non_interactive)
    try:
        form = asyncio.run(channels.choose(face, edges.forms(), _meant(channel, answers, non_interactive)))
        if form is not None:
            asked = _channel_answers(form, answers, options, from_environment)
            chat = asyncio.run(channels.conduct(face, edges, form, asked))
            desk.passphrase = edges.passphrase
            tell_worker(desk)
            say(f"\nDone. `omnitui` opens the inbox; `omnitui sync --once` fetches what {chat.name} has now.")
            return Exit.OK
        account = asyncio.run(conduct(face, edges, answers))
    except (WentBack, WentAway, KeyboardInterrupt):
        say("\nNothing was saved.")
        return Exit.INTERRUPTED
    desk.passphrase = edges.passphrase
    tell_worker(desk)
    say(f"\nDone. `omnitui` opens the inbox; `omnitui sync --once` fetches the mail of {account.name} now.")
    return Exit.OK


def _meant(channel: str, answers: Answers, non_interactive: bool) -> str:
    """Options of a mailbox mean a mailbox."""
    return channel or ("email" if answers.address or answers.imap or non_interactive else "")


def _channel_answers(
    form: ChannelForm, answers: Answers, options: tuple[str, ...], from_environment: bool
) -> ChannelAnswers:
    from omnitui.config.secrets import variable
    from omnitui.setup.channels import ChannelAnswers, read_option

    secrets = {}
    if from_environment:
        keys = {spec.name: f"{variable(answers.name or form.name)}_{spec.name.upper()}" for spec in form.secrets}
        secrets = {name: os.environ[key] for name, key in keys.items() if os.environ.get(key)}
    return ChannelAnswers(
        form.name,
        answers.name,
        answers.store or ("environment" if from_environment else ""),
        dict(read_option(form, text) for text in options),
        secrets,
        answers.untested,
    )


def _program(line: str) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(line))
    except ValueError:
        raise Refused("--password-command: a quotation mark in it is not closed") from None


def _answers(given: dict[str, Any]) -> Answers:
    servers: dict[str, Any] = {}
    for use in ("imap", "smtp"):
        if given[use] and given[use] != "-":
            servers[use] = replace(parse_server(given[use], use), ca_file=given["ca_file"])
    if given["smtp"] and not given["imap"]:
        raise Refused("--smtp needs --imap beside it")
    secret = ""
    oauth = None
    if given["oauth"]:
        oauth = OAuthSettings(provider=given["oauth"], client_id=given["client_id"], tenant=given["tenant"])
    if given["password_stdin"]:
        secret = sys.stdin.readline().rstrip("\r\n")
        if not secret:
            raise SecretError("there was no password on stdin; nothing was saved")
    return Answers(
        address=given["address"],
        username=given["username"],
        reads_only=given["smtp"] == "-",
        secret=secret,
        password_command=_program(given["password_command"]),
        from_environment=given["password_environment"],
        oauth=oauth,
        store=given["store"],
        untested=given["untested"],
        name=given["name"],
        display_name=given["display_name"],
        **servers,
    )
