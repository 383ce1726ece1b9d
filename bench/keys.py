"""From a key to the painted screen, in a real pty: `python -m bench.keys --conversations 1000000`.

Prints one JSON object: start to the first rows, j held at 30 a second, page down, End, opening a thread, bytes sent.
The program runs as the user's would, with its own process; times are on this machine, so compare runs of one hour.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import statistics
import tempfile
import time
from pathlib import Path

from bench.cache import add_messages, fill
from bench.terminal import Terminal, running
from omnitui.config.places import places, prepare
from omnitui.store.connection import Role, open_cache

PAUSE = 0.004
"""Seconds of silence that end the answer to a key."""


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--conversations", type=int, default=100_000)
    options.add_argument("--home", type=Path, help="keep the cache here, and use the one that is there")
    options.add_argument("--presses", type=int, default=300)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = given.home or Path(folder)
        make(home, given.conversations)
        print(json.dumps({"conversations": given.conversations, **measure(home, given.presses)}, indent=1))


def make(home: Path, conversations: int) -> None:
    """A cache of that size, unless there is one."""
    where = places(home)
    if where.cache_db.exists():
        return
    prepare(where)
    cache = open_cache(where.cache_db, Role.PULL)
    fill(cache, conversations, time.time_ns() // 1_000_000, each=0)
    thread(cache, 500)
    cache.close()


def thread(cache: sqlite3.Connection, messages: int) -> None:
    """One conversation, the first of the list, with many messages."""
    first = cache.execute("SELECT id, last_at, contact_id FROM conversation ORDER BY waiting_order LIMIT 1").fetchone()
    cache.execute("UPDATE conversation SET message_count = ? WHERE id = ?", (messages, first["id"]))
    cache.execute("BEGIN")
    add_messages(cache, first["id"], first["contact_id"], first["last_at"], messages)
    cache.execute("COMMIT")


def measure(home: Path, presses: int) -> dict[str, object]:
    """All figures of one run."""
    begun = time.monotonic()
    with running(home, "run", "--no-sync", columns=120, rows=40) as terminal:
        terminal.until("longest first")
        shown = (time.monotonic() - begun) * 1000
        frame = len(terminal.output)
        terminal.read(2.0)
        figures: dict[str, object] = {"first_rows_ms": round(shown, 1), "first_bytes": frame}
        figures["open_500_ms"] = round(press(terminal, "\r", settle=0.3)[0], 1)
        terminal.read(0.5)
        press(terminal, "h")
        figures["j"] = held(terminal, "j", presses, 30)
        figures["k"] = held(terminal, "k", presses // 3, 30)
        figures["page_down"] = held(terminal, "\x1b[6~", presses // 6, 8)
        figures["end_ms"] = round(press(terminal, "G", settle=0.5)[0], 1)
        figures["rss_mib"] = rss(terminal.pid)
    return figures


def held(terminal: Terminal, key: str, presses: int, rate: int) -> dict[str, float]:
    """A key held down: time to the painted answer, and bytes."""
    times, sizes = [], []
    for _ in range(presses):
        begun = time.monotonic()
        taken, size = press(terminal, key, settle=1 / rate)
        if size:
            times.append(taken)
            sizes.append(size)
        time.sleep(max(0.0, 1 / rate - (time.monotonic() - begun)))
    times.sort()
    return {
        "p50_ms": round(statistics.median(times), 1),
        "p99_ms": round(times[int(len(times) * 0.99) - 1], 1),
        "max_ms": round(times[-1], 1),
        "missed": presses - len(times),
        "bytes_mean": round(statistics.mean(sizes)),
        "bytes_max": max(sizes),
    }


def press(terminal: Terminal, key: str, settle: float = 0.1) -> tuple[float, int]:
    """One key: milliseconds to the end of its first burst of output, and the bytes of it."""
    begun = time.monotonic()
    terminal.type(key)
    end, last, size = begun + settle, 0.0, 0
    while time.monotonic() < end:
        data = terminal.some(PAUSE if size else end - time.monotonic())
        if data:
            size += len(data)
            last = time.monotonic()
        elif size:
            break
    return ((last or end) - begun) * 1000, size


def rss(pid: int) -> float:
    """Megabytes of memory now."""
    status = Path(f"/proc/{pid}/status").read_text().splitlines()
    return round(next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024, 1)


if __name__ == "__main__":
    main()
