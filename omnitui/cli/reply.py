"""`omnitui reply`: answer or pass on a conversation's mail."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import click

from omnitui.cli.at_work import agent_of
from omnitui.cli.desk import Desk, pass_desk
from omnitui.cli.writing import send, with_options, with_text, writing_options


@click.command()
@click.argument("conversation", metavar="ID", type=int)
@click.argument("source", metavar="[-]", default="")
@click.option("--all", "everyone", is_flag=True, help="Answer everybody on the mail, not only its sender.")
@click.option("--forward", is_flag=True, help="Pass it on to --to, with its files, instead of answering.")
@click.option("--message", "message_id", type=int, metavar="N", help="Answer this message instead of the newest.")
@click.option("--no-quote", is_flag=True, help="Leave out what they wrote.")
@writing_options
@pass_desk
def reply(
    desk: Desk, /, conversation: int, source: str, everyone: bool, forward: bool, message_id: int | None, **given: Any
) -> None:
    """Answer conversation ID, with the text from standard input (-) or from your editor.

    It goes into the outbox and can be taken back with `omnitui undo` for the account's undo seconds.
    """
    from omnitui.store.connection import Role
    from omnitui.triage import drafting

    agent = agent_of(desk)
    cache = desk.cache(Role.OPERATIONS)
    try:
        if forward:
            draft = drafting.forward(cache, agent, conversation, message_id=message_id)
        else:
            draft = drafting.reply(cache, agent, conversation, everyone=everyone, message_id=message_id)
        draft = replace(with_options(draft, given), quote=not given["no_quote"])
        send(desk, cache, with_text(desk, cache, draft, source, given), given)
    finally:
        cache.close()
