"""`omnitui demo`: a support mailbox to try everything on, with no account, no network and no set-up."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from types import FrameType

import click

from omnitui.cli.desk import Desk
from omnitui.cli.output import emit, say
from omnitui.cli.root import omnitui as root
from omnitui.cli.terminal_needed import need_terminal


@click.command()
@click.option("--keep", is_flag=True, help="Leave the demo's folder behind, and say where it is.")
@click.option("--size", type=click.IntRange(0, 20_000), default=0, help="Add this many; 200 take a second or so.")
@click.option("--haste", type=click.FloatRange(0.1, 100), default=1.0, help="How many times faster customers write.")
@click.option("--no-screen", is_flag=True, help="Run servers and worker only, until Ctrl+C; prints where they are.")
@click.pass_context
def demo(ctx: click.Context, keep: bool, size: int, haste: float, no_screen: bool) -> None:
    """Try omnitui on a demo mailbox with customers who write and answer.

    Everything runs on this machine and is gone afterwards.
    """
    if not no_screen:
        need_terminal("`omnitui demo --no-screen`")
    from omnitui.demo.home import demo_home

    if size:
        say(f"Writing {size:,} more conversations...")
    with demo_home(keep=keep, size=size, haste=haste) as home:
        if no_screen:
            emit({"home": str(home.path), "imap": home.imap, "smtp": home.smtp})
            _worker(home.path)
        else:
            ctx.obj = Desk(home.path)
            screen = root.get_command(ctx, "run")
            if screen is not None:
                ctx.invoke(screen)
    if keep:
        say(f"The demo's mail is kept: omnitui --home {home.path}")


def _worker(home: Path) -> None:
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _leave)
    worker = subprocess.Popen([sys.executable, "-m", "omnitui", "--home", str(home), "sync"])  # noqa: S603 - ourselves
    try:
        worker.wait()
    except KeyboardInterrupt:
        say("Stopping.")
    finally:
        worker.terminate()
        worker.wait()


def _leave(number: int, frame: FrameType | None) -> None:
    """End as by Ctrl+C, so that everything is tidied on the way out."""
    raise KeyboardInterrupt
