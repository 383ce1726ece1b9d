"""What the environment tells of the line to the terminal."""

from __future__ import annotations

import os
from collections.abc import Mapping


def is_slow(setting: str, environ: Mapping[str, str] = os.environ) -> bool:
    """Whether few bytes matter more than the last frame: as `[ui] slow_line` says, "auto" being yes over SSH."""
    if setting != "auto":
        return setting == "yes"
    return bool(environ.get("SSH_CONNECTION") or environ.get("SSH_TTY"))


def frames(fps: int, *, slow: bool) -> int:
    """Frames a second: few over a slow line; else twice what is asked for, since a key waits for the next one."""
    if slow:
        return min(fps, 30)
    return 120 if fps >= 60 else fps


def plain_marks(wanted: bool, environ: Mapping[str, str] = os.environ) -> bool:
    """Whether borders and marks are of plain ASCII: where the user wants them so (`[ui] ascii`), and on the text
    console of Linux, whose fonts have few others (console_codes(4): TERM is then `linux`)."""
    return wanted or environ.get("TERM") == "linux"
