"""A worker that runs already, its connection kept: nothing new, ten new mails, and one that the server announces.

Each is timed from outside, as a screen sees it: by asking through the worker's socket and by reading the cache.
"""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.mailbox import Mailbox
from bench.peers import Peer
from omnitui.config.places import places
from omnitui.sync.wire import ask_worker
from tests.servers.dovecot import Dovecot

LATE = 60.0
"""Seconds after which a measurement is given up."""


@contextmanager
def kept(start: Callable[..., subprocess.Popen[str]], home: Path) -> Iterator[None]:
    """A worker on this home that is in step and listens on its socket."""
    worker = start(home, "--while-used")
    try:
        until(lambda: places(home).socket.exists())
        for _ in range(3):
            synced(home)
        time.sleep(1)
        yield
    finally:
        worker.terminate()
        worker.wait(30)


def until(true: Callable[[], bool]) -> None:
    """Wait for it, looking every 2 ms."""
    end = time.monotonic() + LATE
    while not true():
        if time.monotonic() > end:
            sys.exit("the running worker does not do what is measured")
        time.sleep(0.002)


def synced(home: Path) -> float:
    """Seconds that the running worker takes to look at everything."""
    began = time.perf_counter()
    ask_worker(places(home).socket, "sync", "synced", LATE)
    return time.perf_counter() - began


def measure(server: Dovecot, home: Path, peer: Peer, count: int, runs: int) -> dict[str, list[float]]:
    """Seconds: ours and the peers' with nothing new; ours and theirs with ten new; a new mail that IDLE tells of."""
    cache = sqlite3.connect(f"file:{places(home).cache_db}?mode=ro", uri=True)
    told: dict[str, list[float]] = {name: [] for name in ("nothing", "peer_nothing", "ten", "peer_ten", "announced")}
    number = count
    for _ in range(runs):
        told["nothing"].append(synced(home))
        told["peer_nothing"].append(peer.fetch().seconds + peer.index().seconds)
        number = _announced(server, cache, number, told)
        number = _ten(server, home, cache, number, told)
        told["peer_ten"].append(peer.fetch().seconds + peer.index().seconds)
    cache.close()
    return told


def _have(cache: sqlite3.Connection) -> int:
    return int(cache.execute("SELECT count(*) FROM message").fetchone()[0])


def _announced(server: Dovecot, cache: sqlite3.Connection, number: int, told: dict[str, list[float]]) -> int:
    """One mail is delivered; nobody asks the worker."""
    before = _have(cache)
    with server.client("bench") as other:
        other.append("INBOX", "", "", Mailbox().mail(number))
        began = time.perf_counter()
    until(lambda: _have(cache) > before)
    told["announced"].append(time.perf_counter() - began)
    return number + 1


def _ten(server: Dovecot, home: Path, cache: sqlite3.Connection, number: int, told: dict[str, list[float]]) -> int:
    """Ten more; the worker is asked to look as soon as the last is there."""
    before = _have(cache)
    with server.client("bench") as other:
        for new in range(number, number + 10):
            other.append("INBOX", "", "", Mailbox().mail(new))
        began = time.perf_counter()
    synced(home)
    until(lambda: _have(cache) >= before + 10)
    told["ten"].append(time.perf_counter() - began)
    return number + 10
