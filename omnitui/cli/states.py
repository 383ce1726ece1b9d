"""`omnitui close`, `reopen`, `pending` and `spam`: where conversations stand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from omnitui.cli.desk import Desk, pass_desk
from omnitui.cli.which import which_of, with_which


def _command(name: str, words: str) -> click.Command:
    @click.command(name, help=words)
    @with_which
    @click.option("--json", "as_json", is_flag=True, help="Print the step as JSON.")
    @pass_desk
    def command(desk: Desk, ids: tuple[int, ...], query: str, as_json: bool) -> None:
        from omnitui.cli.deed import do
        from omnitui.triage import state

        which = which_of(desk, ids, query)
        change: Callable[..., Any] = getattr(state, name)
        do(desk, lambda cache, agent, now: change(cache, agent, which, now), as_json=as_json)

    return command


close = _command("close", "Close conversations: done.")
reopen = _command("reopen", "Open conversations again.")
pending = _command("pending", "Set conversations to pending: they wait for the customer or a third party.")
spam = _command("spam", "Mark conversations as spam; their mail moves to the junk folder.")
