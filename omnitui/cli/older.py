"""`omnitui older`: order what was said in a chat before its first message here."""

from __future__ import annotations

import click

from omnitui.cli.desk import Desk, pass_desk
from omnitui.cli.output import emit, say
from omnitui.cli.reading import opened
from omnitui.core.errors import NotFound, Refused


@click.command()
@click.argument("conversation", metavar="ID", type=int)
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@pass_desk
def older(desk: Desk, conversation: int, as_json: bool) -> None:
    """Ask the channel for what was said in conversation ID before the first message here.

    The worker brings a page as soon as the channel gives it; ask again for the page before.
    """
    from omnitui.core.models import OlderState
    from omnitui.store import conversations
    from omnitui.store.chat import older as history
    from omnitui.store.connection import Role

    with opened(desk, Role.OPERATIONS) as cache:
        row = conversations.by_id(conversation).first(cache)
        if row is None:
            raise NotFound("There is no such conversation")
        stands = history.order(cache, row.id, desk.now(), again=True)
    if as_json:
        emit({"older": {"state": stands.state.value, "words": stands.words}})
    elif stands.state is OlderState.ENDED:
        say("There are no older messages")
    elif stands.state is not OlderState.ASKED:
        raise Refused(f"{row.channel} gives no older messages of this conversation")
    else:
        say("Older messages are asked for; `omnitui sync` brings them")
