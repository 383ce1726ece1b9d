"""What `omnitui` does where nothing is set up: it offers the demo and the set-up, on the screen."""

from __future__ import annotations

from contextlib import suppress

import click

from omnitui.cli.desk import Desk
from omnitui.cli.output import say
from omnitui.cli.root import omnitui as root
from omnitui.cli.terminal_needed import need_terminal


def offer(desk: Desk, ctx: click.Context, *, welcome: bool = True) -> Desk | None:
    """Show the set-up. A desk with the new settings when an account was set up and the inbox is wanted.

    The demo is run here. What was typed as pass phrase of the encrypted file is known to the new desk.
    """
    need_terminal("`omnitui setup`, which asks in plain lines or takes its answers as options")
    from omnitui.setup_app import DEMO, OPEN, SetupApp
    from omnitui.sync.discovery.edges import real_edges

    edges = real_edges(desk.places, desk.settings.secrets)
    app = SetupApp(desk.settings.ui, edges, welcome=welcome)
    chosen = app.run(mouse=desk.settings.ui.mouse)
    if chosen == DEMO and (demo := root.get_command(ctx, "demo")) is not None:
        ctx.invoke(demo)
        say("For an account of your own: omnitui setup")
    if chosen != OPEN:
        return None
    fresh = Desk(desk.home)
    fresh.passphrase = edges.passphrase
    tell_worker(fresh)
    return fresh


def tell_worker(desk: Desk) -> None:
    """A worker that runs sees the new account by itself; the pass phrase it must be told."""
    from omnitui.core.errors import Offline, ProtocolError
    from omnitui.sync.wire import ask_worker

    if desk.passphrase:
        with suppress(Offline, ProtocolError):
            ask_worker(desk.places.socket, "unlock", "unlocked", 10.0, {"passphrase": desk.passphrase})
