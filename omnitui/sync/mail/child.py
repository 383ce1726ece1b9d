"""The child process that parses unusual mails: `python -m omnitui.sync.mail.child`.

It reads an eight-byte length and a mail, answers with an eight-byte length and one JSON document, and again until its
input ends. It sets its own limits; its parent (`sync/mail/pool.py`) kills it when it is late. A fault in it ends it,
which the parent sees as the end of its output: there is nothing to clean up here, so nothing is caught.
"""

from __future__ import annotations

import resource
import signal
import sys
from pathlib import Path
from typing import BinaryIO

MEMORY = 512 * 1024 * 1024
"""Bytes of address space allowed beyond what the process holds once it has started."""
LIFE = 15
"""Seconds after which the kernel ends a parse whose parent is no longer there to do it."""
READY = b"omnitui1"


def main() -> None:
    """Serve mails on standard input until it ends."""
    from omnitui.sync.mail.parse import parse_carefully
    from omnitui.sync.mail.wire import to_json

    inlet, outlet = sys.stdin.buffer, sys.stdout.buffer
    limit_memory()
    outlet.write(READY)
    outlet.flush()
    while len(size := inlet.read(8)) == 8:
        signal.alarm(LIFE)
        raw = _mail(inlet, int.from_bytes(size, "big"))
        answer = to_json(parse_carefully(raw))
        del raw
        outlet.write(len(answer).to_bytes(8, "big"))
        outlet.write(answer)
        outlet.flush()
        signal.alarm(0)


def _mail(inlet: BinaryIO, size: int) -> bytes:
    """Exactly `size` bytes; fewer mean that the parent has gone."""
    raw = inlet.read(size)
    if len(raw) < size:
        sys.exit(0)
    return raw


def limit_memory() -> None:
    """Bound the address space, where the system tells how much is in use (Linux)."""
    statm = Path("/proc/self/statm")
    if not statm.exists():
        return
    used = int(statm.read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = used + MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))


if __name__ == "__main__":
    main()
