"""`omnitui run`: the screen."""

from __future__ import annotations

import click

from omnitui.cli.desk import Desk, pass_desk
from omnitui.cli.first_run import offer
from omnitui.cli.output import say
from omnitui.cli.screen import SETUP, is_first_run, open_screen
from omnitui.spawn import become


@click.command()
@click.option("--no-sync", is_flag=True, help="Do not start a worker when none runs.")
@pass_desk
@click.pass_context
def run(ctx: click.Context, desk: Desk, no_sync: bool) -> None:
    """Open the screen. Where nothing is set up yet, offer the demo and the set-up."""
    if is_first_run(desk):
        offered = offer(desk, ctx)
        if offered is None:
            return
        desk = _anew(offered, no_sync)
    stay(ctx, desk, no_sync, open_screen(desk, no_sync=no_sync))


def stay(ctx: click.Context, desk: Desk, no_sync: bool, wanted: str | None) -> None:
    """Go from the inbox to the set-up and back, for as long as that is wanted."""
    while wanted == SETUP:
        if (desk.places.state / "demo-password").exists():
            say("That was the demo. For an account of your own: omnitui setup")
            return
        desk = _anew(offer(desk, ctx, welcome=False) or Desk(desk.home), no_sync)
        wanted = open_screen(desk, no_sync=no_sync)


def _anew(desk: Desk, no_sync: bool) -> Desk:
    """The set-up has loaded all channels (25 MB), and the screen stays open all day: it begins in a new program. Only
    where a pass phrase was typed, which would have to be typed again, does it begin here.
    """
    if desk.passphrase:
        return desk
    become(desk.home, "run", *(["--no-sync"] if no_sync else []))
