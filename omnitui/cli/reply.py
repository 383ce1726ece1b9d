"""`omnitui reply`: answer or pass on a conversation's mail."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from omnitui.cli.at_work import agent_of
from omnitui.cli.desk import Desk, pass_desk
from omnitui.cli.writing import send, with_options, with_text, writing_options

if TYPE_CHECKING:
    from omnitui.core.models import Draft
    from omnitui.store.connection import Cache
    from omnitui.triage.agent import Agent


@click.command()
@click.argument("conversation", metavar="ID", type=int)
@click.argument("source", metavar="[-]", default="")
@click.option("--all", "everyone", is_flag=True, help="Answer everybody on the mail, not only its sender.")
@click.option("--forward", is_flag=True, help="Pass it on to --to, with its files, instead of answering.")
@click.option("--message", "message_id", type=int, metavar="N", help="Answer this message instead of the newest.")
@click.option("--through", metavar="ACCOUNT", help="Answer through another account that reaches the same person.")
@click.option("--template", metavar="NAME", help="The text is this approved template of the chat's account.")
@click.option("--value", "values", multiple=True, metavar="NAME=TEXT", help="What stands for a template's variable.")
@click.option("--no-quote", is_flag=True, help="Leave out what they wrote.")
@writing_options
@pass_desk
def reply(desk: Desk, /, conversation: int, source: str, **given: Any) -> None:
    """Answer conversation ID, with the text from standard input (-) or from your editor.

    It goes into the outbox and can be taken back with `omnitui undo` for the account's undo seconds.
    """
    from omnitui.cli.ways import from_template
    from omnitui.store.connection import Role

    _check(source, given)
    cache = desk.cache(Role.OPERATIONS)
    try:
        draft = with_options(_begun(cache, agent_of(desk), conversation, given), given)
        draft = replace(draft, quote=draft.quote and not given["no_quote"])
        if given["template"]:
            draft = from_template(cache, draft, given["template"], given["values"])
        else:
            draft = with_text(desk, cache, draft, source, given)
        send(desk, cache, draft, given)
    finally:
        cache.close()


def _check(source: str, given: dict[str, Any]) -> None:
    """Raises UsageError for options that exclude each other."""
    if given["through"] and (given["forward"] or given["message_id"] is not None):
        raise click.UsageError("--through goes with neither --forward nor --message")
    if given["template"] and (source or given["saved"]):
        raise click.UsageError("--template is the whole text: leave out - and --saved")
    if given["values"] and not given["template"]:
        raise click.UsageError("--value needs --template")


def _begun(cache: Cache, agent: Agent, conversation: int, given: dict[str, Any]) -> Draft:
    """The answer without its text: passed on, through another account, or as usual."""
    from omnitui.cli.ways import draft_through
    from omnitui.triage import drafting

    message_id = given["message_id"]
    if given["forward"]:
        return drafting.forward(cache, agent, conversation, message_id=message_id)
    if given["through"]:
        return draft_through(cache, agent, conversation, given["through"])
    return drafting.reply(cache, agent, conversation, everyone=given["everyone"], message_id=message_id)
