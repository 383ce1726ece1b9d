"""Mail that keeps coming in, for figures of the screen meanwhile: `python -m bench.arriving HOME --rate 500`.

Parses made-up mails and stores them as the worker does, so many a second, in a process of its own; prints how many.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from bench.mailbox import Mailbox
from bench.store_ingest import fetched, open_mailbox
from omnitui.config.places import places
from omnitui.core.times import Instant
from omnitui.store import ledger
from omnitui.store.connection import transaction
from omnitui.store.folders import Cursor
from omnitui.store.ingest import store_batch

PIECES = 10
"""Transactions a second."""


def main() -> None:
    """Store until the time is over."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("home", type=Path)
    options.add_argument("--rate", type=int, default=500)
    options.add_argument("--seconds", type=float, default=20)
    given = options.parse_args()
    connection, folder = open_mailbox(places(given.home).cache_db)
    number = max(ledger.known_uids(connection, folder), default=0)
    mailbox, stored = Mailbox(), 0
    begun = time.monotonic()
    while (gone := time.monotonic() - begun) < given.seconds:
        due = int(gone * given.rate)
        batch = [fetched(mailbox, number + n) for n in range(stored, min(due, stored + given.rate // PIECES))]
        if batch:
            with transaction(connection):
                now = Instant(time.time_ns() // 1_000_000)
                store_batch(connection, folder, batch[::-1], now, cursor=Cursor(batch[-1].uid + 1, 1))
            stored += len(batch)
        time.sleep(max(0.0, (stored + given.rate / PIECES) / given.rate - (time.monotonic() - begun)))
    connection.close()
    print(stored)


if __name__ == "__main__":
    main()
