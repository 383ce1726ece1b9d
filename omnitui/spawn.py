"""Starting ourselves: a worker, in a process that outlives its screen for a while; the screen after the set-up."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import NoReturn

from omnitui.config.places import Places
from omnitui.sync.lock import held


def command(home: Path | None, *args: str) -> list[str]:
    """Ourselves, for this home, with these arguments."""
    return [sys.executable, "-m", "omnitui", *(["--home", str(home)] if home else []), *args]


def environment() -> dict[str, str]:
    """In which `command` finds what we are made of."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


def become(home: Path | None, *args: str) -> NoReturn:
    """Go on as a new program with these arguments, in this terminal: without what this one has loaded."""
    os.execve(sys.executable, command(home, *args), environment())  # noqa: S606 - ourselves, by arguments of our own


def spawn_if_none(places: Places, home: Path | None = None, passphrase: str = "") -> bool:
    """Start a worker for this cache unless one runs; it ends by itself when no screen uses it. True when started.

    Two screens that start at once may both try: the lock lets one worker live. Blocks only for the start of a process.
    `passphrase` goes to the worker by a pipe: command lines and environments can be read by others.
    """
    if held(places.lock):
        return False
    said = command(home, "sync", "--while-used", *(["--passphrase-stdin"] if passphrase else []))
    with places.log.open("ab") as log:
        worker = subprocess.Popen(  # noqa: S603 - ourselves, by arguments of our own
            said,
            stdin=subprocess.PIPE if passphrase else subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            close_fds=True,
            env=environment(),
        )
    if worker.stdin is not None:
        with contextlib.suppress(BrokenPipeError), worker.stdin as pipe:
            pipe.write(passphrase.encode() + b"\n")
    # Nobody else waits for it: without this, one that ends while the screen runs stays as a zombie.
    threading.Thread(target=worker.wait, name="worker", daemon=True).start()
    return True
