"""`omnitui merge` and `split`: which messages make one conversation."""

from __future__ import annotations

import click

from omnitui.cli.desk import Desk, pass_desk

_JSON = click.option("--json", "as_json", is_flag=True, help="Print the step as JSON.")


@click.command()
@click.argument("others", metavar="ID...", nargs=-1, required=True, type=int)
@click.option("--into", required=True, type=int, metavar="ID", help="The conversation that they become part of.")
@_JSON
@pass_desk
def merge(desk: Desk, others: tuple[int, ...], into: int, as_json: bool) -> None:
    """Make conversations part of another one."""
    from omnitui.cli.deed import do
    from omnitui.triage import joining

    do(desk, lambda cache, agent, now: joining.merge(cache, agent, others, into, now), as_json=as_json)


@click.command()
@click.argument("conversation", metavar="ID", type=int)
@click.argument("messages", metavar="MESSAGE...", nargs=-1, required=True, type=int)
@_JSON
@pass_desk
def split(desk: Desk, conversation: int, messages: tuple[int, ...], as_json: bool) -> None:
    """Make messages (numbers as `show --json` gives them) a conversation of their own."""
    from omnitui.cli.deed import do
    from omnitui.triage import joining

    do(desk, lambda cache, agent, now: joining.split(cache, agent, conversation, messages, now), as_json=as_json)
