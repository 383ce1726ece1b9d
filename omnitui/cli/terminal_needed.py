"""The screen wants a terminal: without one the framework would wait for keys for ever, and write to nobody."""

from __future__ import annotations

import os
import sys

from omnitui.core.errors import Refused


def need_terminal(instead: str) -> None:
    """See that keys can come in and a screen can be shown. Raises Refused, which names what works without one."""
    streams = (sys.__stdin__, sys.__stderr__)
    if all(stream is not None and stream.isatty() for stream in streams) and os.environ.get("TERM") != "dumb":
        return
    raise Refused(f"The screen needs a terminal, and there is none here. Without one: {instead}")
