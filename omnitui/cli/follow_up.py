"""`omnitui follow-up`: open it again at a time unless they reply."""

from __future__ import annotations

import click

from omnitui.cli.desk import Desk, pass_desk
from omnitui.cli.which import which_of, with_which


@click.command("follow-up")
@with_which
@click.option(
    "--by",
    "-b",
    "words",
    required=True,
    metavar="WHEN|off",
    help="'3d', 'mon 9:00', 'in 3 business days'; 'off' ends the follow-up.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the step as JSON.")
@pass_desk
def follow_up(desk: Desk, ids: tuple[int, ...], query: str, words: str, as_json: bool) -> None:
    """Open conversations again at a time, unless their customer replies before."""
    from omnitui.cli.at_work import agent_of
    from omnitui.cli.deed import do
    from omnitui.core.snooze import describe, snooze_until
    from omnitui.triage import follow_ups

    zone, now = agent_of(desk).zone, desk.now()
    at = None if words == "off" else snooze_until(words, now=now, zone=zone)
    said = "" if at is None else describe(at, zone, now)
    which = which_of(desk, ids, query)
    do(desk, lambda cache, agent, now: follow_ups.follow_up(cache, agent, which, at, now, said), as_json=as_json)
