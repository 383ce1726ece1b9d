"""Starting a worker from a screen: in a process of its own, which outlives it for a while."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from pathlib import Path

from omnitui.config.places import Places
from omnitui.sync.lock import held


def spawn_if_none(places: Places, home: Path | None = None, passphrase: str = "") -> bool:
    """Start a worker for this cache unless one runs; it ends by itself when no screen uses it. True when started.

    Two screens that start at once may both try: the lock lets one worker live. Blocks only for the start of a process.
    `passphrase` goes to the worker by a pipe: command lines and environments can be read by others.
    """
    if held(places.lock):
        return False
    command = [sys.executable, "-m", "omnitui", *(["--home", str(home)] if home else []), "sync", "--while-used"]
    command += ["--passphrase-stdin"] if passphrase else []
    path = os.pathsep.join(p for p in sys.path if p)
    with places.log.open("ab") as log:
        worker = subprocess.Popen(  # noqa: S603 - ourselves, by arguments of our own
            command,
            stdin=subprocess.PIPE if passphrase else subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            close_fds=True,
            env={**os.environ, "PYTHONPATH": path},
        )
    if worker.stdin is not None:
        with contextlib.suppress(BrokenPipeError), worker.stdin as pipe:
            pipe.write(passphrase.encode() + b"\n")
    # Nobody else waits for it: without this, one that ends while the screen runs stays as a zombie.
    threading.Thread(target=worker.wait, name="worker", daemon=True).start()
    return True
