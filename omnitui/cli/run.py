"""`omnitui` and `omnitui run`: the screen."""

from __future__ import annotations

import os
from functools import partial

import click

from omnitui.cli.desk import Desk, pass_desk
from omnitui.cli.first_run import is_first_run, offer
from omnitui.cli.output import say


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
        desk = offered
    while _screen(desk, no_sync=no_sync) == "setup":
        if (desk.places.state / "demo-password").exists():
            say("That was the demo. For an account of your own: omnitui setup")
            return
        desk = offer(desk, ctx, welcome=False) or Desk(desk.home)


def _screen(desk: Desk, *, no_sync: bool) -> str | None:
    """Show the inbox until it is left; what is wanted next, if anything."""
    settings = desk.settings
    over_ssh = bool(os.environ.get("SSH_CONNECTION"))
    os.environ.setdefault("TEXTUAL_FPS", str(settings.ui.fps if over_ssh or settings.ui.fps < 60 else 120))
    os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
    from omnitui.store.connection import Role

    desk.cache(Role.OPERATIONS).close()
    from omnitui.screen_start import start_screen
    from omnitui.spawn import spawn_if_none

    spawn = None if no_sync else partial(spawn_if_none, desk.places, desk.home, _passphrase(desk))
    return start_screen(desk.places, settings, desk.agent, desk.now, spawn_worker=spawn)


def _passphrase(desk: Desk) -> str:
    """For the worker that is about to start; asked for only where secrets stand in the encrypted file."""
    from omnitui.sync.lock import held

    if desk.passphrase:
        return desk.passphrase
    if not desk.places.vault.exists() or held(desk.places.lock):
        return ""
    from omnitui.cli.passphrase import opened

    return opened(desk.stores)
