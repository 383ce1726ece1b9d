"""`omnitui message`: what is done to a single message of a chat; every change can be undone."""

from __future__ import annotations

import click

from omnitui.cli.desk import Desk, pass_desk

_JSON = click.option("--json", "as_json", is_flag=True, help="Print the step as JSON.")


@click.group()
def message() -> None:
    """React to a message of a chat, change one of ours, take it back."""


@message.command()
@click.argument("number", metavar="MESSAGE", type=int)
@click.argument("emoji")
@click.option("--off", is_flag=True, help="Take it away again.")
@_JSON
@pass_desk
def react(desk: Desk, number: int, emoji: str, off: bool, as_json: bool) -> None:
    """Put EMOJI to MESSAGE (a number as `omnitui show --json` gives it)."""
    from omnitui.cli.deed import do
    from omnitui.triage import chatting

    do(desk, lambda cache, agent, now: chatting.react(cache, agent, number, emoji, not off, now), as_json=as_json)


@message.command()
@click.argument("number", metavar="MESSAGE", type=int)
@click.argument("words", nargs=-1, metavar="[TEXT|-]")
@_JSON
@pass_desk
def edit(desk: Desk, number: int, words: tuple[str, ...], as_json: bool) -> None:
    """Give MESSAGE of ours another text: TEXT, standard input (-), or what you make of it in your editor."""
    from omnitui.cli.at_work import typed_text
    from omnitui.cli.deed import do
    from omnitui.cli.reading import opened
    from omnitui.store import messages
    from omnitui.triage import chatting

    if words:
        text = typed_text("-") if words == ("-",) else " ".join(words)
    else:
        with opened(desk) as cache:
            body = messages.bodies([number]).first(cache)
        text = click.edit(body.text if body else "", extension=".txt") or ""
    do(desk, lambda cache, agent, now: chatting.edit(cache, agent, number, text, now), as_json=as_json)


@message.command()
@click.argument("number", metavar="MESSAGE", type=int)
@_JSON
@pass_desk
def delete(desk: Desk, number: int, as_json: bool) -> None:
    """Take MESSAGE of ours back at the other side, after the account's undo seconds; what it said stays here."""
    from omnitui.cli.deed import do
    from omnitui.triage import chatting

    do(desk, lambda cache, agent, now: chatting.delete(cache, agent, number, now), as_json=as_json)
