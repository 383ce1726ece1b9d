"""Asking for the pass phrase of the encrypted file on the terminal; it goes to a worker by a pipe, never as a word."""

from __future__ import annotations

import sys

import click

from omnitui.cli.output import say
from omnitui.config.stores import Stores
from omnitui.core.errors import SecretError

LEAST = 10
"""Letters of a new pass phrase: somebody who has the file can try as long as they like."""
TRIES = 3


def ask(new: bool) -> str:
    """The pass phrase, typed unseen; a new one twice. Raises SecretError when nothing is typed."""
    if not new:
        if value := _typed("Pass phrase of your secrets"):
            return value
        raise SecretError("no pass phrase was given; nothing was opened")
    say(
        "Choose a pass phrase for the encrypted file of your secrets. omnitui asks for it at each start, and nobody "
        "can open the file without it."
    )
    while True:
        value = str(click.prompt("New pass phrase", hide_input=True, err=True, confirmation_prompt=True))
        if len(value) >= LEAST:
            return value
        say(f"That is too short: at least {LEAST} letters, better four words.")


def ask_on_terminal(new: bool) -> str:
    """As `ask`, where there is somebody to ask; else nothing."""
    return ask(new) if sys.stdin.isatty() else ""


def opened(stores: Stores) -> str:
    """The pass phrase for a worker that is about to start; asked for and tried where nothing else would give it.

    Empty when none is needed, or when nobody gives one: everything that is here can be used without.
    """
    if stores.passphrase is None or stores.vault is None or not stores.needs_passphrase or not sys.stdin.isatty():
        return ""
    for _ in range(TRIES):
        value = _typed("Pass phrase of your secrets (Enter goes on without)")
        if not value:
            break
        stores.passphrase.give(value)
        try:
            stores.vault.entries()
        except SecretError as error:
            say(str(error))
            stores.passphrase.give("")
            continue
        return value
    say("Going on without: mail is neither received nor sent until `omnitui secret unlock`.")
    return ""


def _typed(question: str) -> str:
    return str(click.prompt(question, hide_input=True, err=True, default="", show_default=False))
