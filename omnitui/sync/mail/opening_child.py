"""The child process that opens one stored mail: `python -m omnitui.sync.mail.opening_child file SHA256` or `... page`.

It reads an eight-byte length and a mail, answers with an eight-byte length and what was asked for (the largest number:
there is no such thing), and ends. Its parent (`sync/mail/opening.py`) kills it when it is late.
"""

from __future__ import annotations

import signal
import sys

from omnitui.sync.mail.child import limit_memory

LIFE = 60
"""Seconds after which the kernel ends it when its parent is no longer there to do it."""
NOTHING = 2**64 - 1


def main() -> None:
    """Answer one question about the mail on standard input."""
    what, *words = sys.argv[1:]
    signal.alarm(LIFE)
    from omnitui.sync.mail.extract import extract
    from omnitui.sync.mail.page import page_of

    limit_memory()
    inlet, outlet = sys.stdin.buffer, sys.stdout.buffer
    size = int.from_bytes(inlet.read(8), "big")
    raw = inlet.read(size)
    if len(raw) < size:
        sys.exit(0)
    answer = extract(raw, words[0]) if what == "file" else page_of(raw)
    outlet.write((NOTHING if answer is None else len(answer)).to_bytes(8, "big"))
    outlet.write(answer or b"")
    outlet.flush()


if __name__ == "__main__":
    main()
