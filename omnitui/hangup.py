"""Notices that the terminal has gone where no signal says so: a session without a controlling terminal gets none, and
the framework would go on reading nothing and writing to nobody, at full speed."""

from __future__ import annotations

import os
import select
import sys
import threading
import time
from collections.abc import Callable

GRACE = 5.0
"""Seconds for leaving by the ordinary way; drafts are stored by then, and all else was stored when it was done."""
HUNG_UP = 129
"""Exit code of a program that a hang-up ended (128 and the number of the signal)."""


def watch(gone: Callable[[], object], end: Callable[[int], object] = os._exit) -> None:
    """Call `gone`, from a thread, when the terminal on standard input has gone; `end` when that does not help."""
    stream = sys.__stdin__
    if stream is None or not stream.isatty():
        return
    threading.Thread(target=_wait, args=(stream.fileno(), gone, end), name="hangup", daemon=True).start()


def _wait(terminal: int, gone: Callable[[], object], end: Callable[[int], object]) -> None:
    poll = select.poll()
    # Asked for nothing, it wakes only for what is always told: the other end is closed. Systems that cannot poll a
    # terminal say POLLNVAL at once, which is no hang-up.
    poll.register(terminal, 0)
    while not any(event & select.POLLHUP for _, event in poll.poll()):
        time.sleep(1)
    gone()
    time.sleep(GRACE)
    end(HUNG_UP)
