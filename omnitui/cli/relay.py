"""`omnitui relay`: the server for channels that only push."""

from __future__ import annotations

import os
from pathlib import Path

import click

from omnitui.cli.desk import Desk, pass_desk
from omnitui.cli.output import say


@click.command()
@click.option(
    "--config",
    "path",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The relay's own config; otherwise relay.toml beside config.toml.",
)
@click.option("--check", is_flag=True, help="Read config and secrets, say what is wrong, and end.")
@pass_desk
def relay(desk: Desk, path: Path | None, check: bool) -> None:
    """Take webhooks for a worker elsewhere, on a host that vendors can reach (WhatsApp and others that only push).

    It keeps what they say until the worker has fetched it. See docs/guide/relay.md.
    """
    from omnitui.relay.keys import sources
    from omnitui.relay.serve import database_of, serve
    from omnitui.relay.settings import read_settings

    settings = read_settings(path or desk.places.config / "relay.toml")
    if check:
        for name, source in sources(settings, os.environ).items():
            say(f"{name}: {source.settings.kind}, every secret is there; its webhook is /in/{name}")
        return
    database = database_of(settings, os.environ, lambda: desk.places.data)
    serve(settings, database, os.environ, desk.now, lambda url: say(f"The relay listens on {url}"))
