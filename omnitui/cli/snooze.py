"""`omnitui snooze`: away until a time, or until they reply."""

from __future__ import annotations

import click

from omnitui.cli.desk import Desk, pass_desk
from omnitui.cli.which import which_of, with_which


@click.command()
@with_which
@click.option(
    "--until",
    "-u",
    default="reply",
    show_default=True,
    metavar="WHEN",
    help="'reply', or words such as 'tomorrow 9am', '3d', 'mon 8:30', 'in 3 business days'.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the step as JSON.")
@pass_desk
def snooze(desk: Desk, ids: tuple[int, ...], query: str, until: str, as_json: bool) -> None:
    """Put conversations away until a time, or until the customer writes again."""
    from omnitui.cli.at_work import agent_of
    from omnitui.cli.deed import do
    from omnitui.core.snooze import describe, snooze_until
    from omnitui.core.snooze_words import THEY_REPLY
    from omnitui.triage import state

    which, now, zone = which_of(desk, ids, query), desk.now(), agent_of(desk).zone
    until_reply = until.strip().lower() in THEY_REPLY
    at = None if until_reply else snooze_until(until, now=now, zone=zone)
    words = "" if at is None else describe(at, zone, now)
    do(desk, lambda cache, agent, now: state.snooze(cache, agent, which, at, now, words), as_json=as_json)
