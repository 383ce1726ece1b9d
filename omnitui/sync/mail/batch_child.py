"""A process that parses batches of mail during a back-fill: `python -m omnitui.sync.mail.batch_child NICENESS`.

It reads an eight-byte length and a list of mails, answers with an eight-byte length and what was made of each (None
for a mail that must be read with care), and again until its input ends. The next batch is read while one is parsed.
It may end at any mail, by whatever that mail does to it: its parent (`batches.py`) has the batch still.
"""

from __future__ import annotations

import gc
import marshal
import os
import queue
import signal
import sys
import threading
from typing import Any, BinaryIO

from omnitui.sync.mail.child import READY, limit_memory

LIFE = 300
"""Seconds after which the kernel ends a batch whose parent is no longer there to do it."""


def main() -> None:
    """Serve batches on standard input until it ends."""
    from omnitui.sync.mail import fast  # noqa: F401 - loaded before the first mail, and before memory is bounded
    from omnitui.sync.mail.made import made, to_plain
    from omnitui.sync.mail.parse import read_ordinary

    os.nice(int(sys.argv[1]))
    # What was imported stays for good, and what a mail leaves behind seldom has cycles: look for them seldom.
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    limit_memory()
    outlet = sys.stdout.buffer
    outlet.write(READY)
    outlet.flush()
    batches: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(sys.stdin.buffer, batches), daemon=True).start()
    while True:
        raws: list[bytes] = marshal.loads(batches.get())  # noqa: S302 - from our own parent
        signal.alarm(LIFE)
        answers: list[tuple[Any, ...] | None] = []
        for raw in raws:
            mail = read_ordinary(raw)
            answers.append(None if mail is None else to_plain(made(raw, mail)))
        data = marshal.dumps(answers)
        outlet.write(len(data).to_bytes(8, "big"))
        outlet.write(data)
        outlet.flush()
        signal.alarm(0)


def _read(inlet: BinaryIO, batches: queue.SimpleQueue[bytes]) -> None:
    """Until the parent has gone, and then no longer: what it would have done with an answer is gone with it."""
    while len(size := inlet.read(8)) == 8:
        wanted = int.from_bytes(size, "big")
        data = inlet.read(wanted)
        if len(data) < wanted:
            break
        batches.put(data)
    os._exit(0)


if __name__ == "__main__":
    main()
