"""What commands that change something share: who does it, what they type, and the worker that should know."""

from __future__ import annotations

import json
import socket
import sys
from typing import TYPE_CHECKING

from omnitui.core.errors import Refused

if TYPE_CHECKING:
    from omnitui.cli.desk import Desk
    from omnitui.triage.agent import Agent

_SECONDS = 2.0
MOST_TYPED = 4 * 1024 * 1024
"""Characters of a text on standard input."""


def agent_of(desk: Desk) -> Agent:
    """The agent, with the accounts and the zone of the settings."""
    from omnitui.config.zone import local_zone
    from omnitui.triage.agent import Agent

    zone = desk.settings.agent.timezone or local_zone()
    return Agent(desk.agent, desk.settings.accounts, zone, channels=desk.settings.channel_accounts)


def wake_worker(desk: Desk) -> bool:
    """Tell the worker that there is something to do; False when none runs (it finds everything when it starts)."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(_SECONDS)
        try:
            line.connect(str(desk.places.socket))
            line.sendall(json.dumps({"do": "wake"}).encode() + b"\n")
        except OSError:
            return False
    return True


def typed_text(source: str, start: str = "") -> str:
    """A text from standard input (`-`, or when that is no terminal), else from the user's editor.

    Raises Refused when the editor is left without saving.
    """
    import click

    if source == "-" or not sys.stdin.isatty():
        return sys.stdin.buffer.read(MOST_TYPED).decode("utf-8", "replace")
    text: str | None = click.edit(start, extension=".txt")
    if text is None:
        raise Refused("Nothing was written")
    return text
