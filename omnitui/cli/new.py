"""`omnitui new`: write to somebody who has not written."""

from __future__ import annotations

from typing import Any

import click

from omnitui.cli.at_work import agent_of
from omnitui.cli.desk import Desk, pass_desk
from omnitui.cli.writing import people, send, with_options, with_text, writing_options
from omnitui.core.errors import Refused


@click.command()
@click.argument("source", metavar="[-]", default="")
@click.option("--account", metavar="NAME", help="Account to send from; needed when there are several.")
@writing_options
@pass_desk
def new(desk: Desk, /, source: str, account: str | None, **given: Any) -> None:
    """Write a new mail, with the text from standard input (-) or from your editor."""
    from omnitui.store.connection import Role
    from omnitui.triage import drafting

    able = [known.name for known in desk.settings.accounts if known.smtp is not None]
    if not account and len(able) != 1:
        raise Refused(f"Say which account it leaves from with --account: {', '.join(able) or 'none can send'}")
    draft = drafting.fresh(agent_of(desk), account or able[0], people(given["to"]))
    cache = desk.cache(Role.OPERATIONS)
    try:
        send(desk, cache, with_text(desk, cache, with_options(draft, given), source, given), given)
    finally:
        cache.close()
