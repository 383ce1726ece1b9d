"""What the demo leaves: nothing. The worker is asked to stop, then the home is removed."""

from __future__ import annotations

import shutil
import socket
import time
from pathlib import Path

from omnitui.config.places import places

STOP_SECONDS = 8.0


def tidy(home: Path) -> None:
    """Stop the worker of this home, if one runs, and remove the home."""
    found = places(home, {})
    if _ask_to_stop(found.socket):
        deadline = time.monotonic() + STOP_SECONDS
        while found.socket.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
    for _ in range(20):
        shutil.rmtree(home, ignore_errors=True)
        if not home.exists():
            break
        time.sleep(0.1)
    if found.socket.parent.parent != home:
        shutil.rmtree(found.socket.parent, ignore_errors=True)


def _ask_to_stop(path: Path) -> bool:
    """Whether a worker was there to be asked."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(2)
        try:
            line.connect(str(path))
            line.sendall(b'{"do": "stop"}\n')
            line.recv(1)
        except OSError:
            return False
    return True
