"""A worker that stays connected: nothing new against mbsync and notmuch, and a new mail from the server to a row.

    python -m bench.kept_sync [--count 10000] [--new 30]

Needs Dovecot, mbsync and notmuch (Debian: dovecot-imapd isync notmuch). Prints JSON. "Nothing new" is asked of the
worker through its socket, as a screen does; "new mail" runs from the server's "I have it" to a row in the cache.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from bench.first_sync import ours, start
from bench.mailbox import Mailbox, write_maildir
from bench.peers import Mailserver, Peer, missing_peers, spread
from omnitui.sync.wire import ask_worker
from tests.servers.dovecot import PASSWORD, Dovecot

USER = "bench"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--new", type=int, default=30)
    given = parser.parse_args()
    if missing := [*missing_peers(), *filter(None, [Dovecot.missing()])]:
        sys.exit(f"not installed: {', '.join(missing)} (Debian: apt-get install dovecot-imapd isync notmuch)")
    with tempfile.TemporaryDirectory(prefix="omni-bench-") as folder, Dovecot() as server:
        write_maildir(server.maildir(USER), given.count)
        server.own(server.top / "mail")
        home = Path(folder) / "home"
        ours(home, server.port)
        peer = Peer(Path(folder) / "peer", Mailserver(server.host, server.port, USER, PASSWORD))
        peer.fresh()
        peer.fetch()
        peer.index()
        print(json.dumps({"mails": given.count, **_measure(home, server, peer, given.count, given.new)}, indent=1))


def _measure(home: Path, server: Dovecot, peer: Peer, count: int, new: int) -> dict[str, object]:
    worker = start(home, "--while-used")
    try:
        _until(lambda: (home / "state/worker.sock").exists())
        _ask(home)
        mine, theirs = [], []
        for _ in range(9):
            mine.append(_timed(lambda: _ask(home)))
            theirs.append(peer.fetch().seconds + peer.index().seconds)
        rows = _new_mails(home, server, count, new)
    finally:
        worker.terminate()
        worker.communicate()
    return {
        "nothing_new_s": spread(mine),
        "peer_nothing_new_s": spread(theirs),
        "nothing_new_ratio": round(statistics.median(a / b for a, b in zip(mine, theirs, strict=True)), 3),
        "new_mail_to_row_s": spread(rows) | {"p95": round(statistics.quantiles(rows, n=20)[-1], 4)},
    }


def _ask(home: Path) -> None:
    ask_worker(home / "state/worker.sock", "sync", "synced", 60)


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _new_mails(home: Path, server: Dovecot, count: int, new: int) -> list[float]:
    took, mailbox, draw = [], Mailbox(), random.Random(7)
    with contextlib.closing(sqlite3.connect(home / "data/cache.db")) as cache, server.client(USER) as other:
        before = cache.execute("SELECT count(*) FROM message").fetchone()[0]
        for n in range(new):
            time.sleep(draw.uniform(0.2, 1.5))
            other.append("INBOX", "", "", mailbox.mail(count + n))
            took.append(_timed(partial(_until, partial(_more_than, cache, before + n))))
    return took


def _more_than(cache: sqlite3.Connection, rows: int) -> bool:
    return bool(cache.execute("SELECT count(*) > ? FROM message", (rows,)).fetchone()[0])


def _until(true: Callable[[], bool], seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.002)


if __name__ == "__main__":
    main()
