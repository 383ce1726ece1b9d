"""From the last key of a word to its rows on the terminal, against `notmuch search --limit=50`, in one run.

    python -m bench.screen_search [--mails 10000] [--rounds 5] [--home HOME]

The same made-up mails are in our cache and in notmuch's index. Each word is typed into the search line of a running
screen in a real pty; the time is from its last letter to the first rows of the answer on the terminal, and until
nothing more is painted (all rows, their count). notmuch is a process that starts, searches and prints, as one uses it.
With `--home` only our part runs, on the cache that is there. The ratio is told of the medians of the words, and of the
best of their rounds, in which other work on the machine had least part.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import sys
import tempfile
import time
from pathlib import Path

from bench.mailbox import write_maildir
from bench.peers import Mailserver, Peer, missing_peers
from bench.store_ingest import batches, open_mailbox
from bench.terminal import Terminal, running
from omnitui.config.places import places, prepare
from omnitui.core.times import Instant
from omnitui.store.connection import transaction
from omnitui.store.ingest import store_batch

WORDS = ("refund", "parcel", "invoice", "quokka", "factuur", "pedido", "order", "address", "photo", "okapi")
_TO_ROW = re.compile(rb"\x1b\[(\d+);\d+H")
"""A move of the cursor to a line: the rows of the list stand between the third line and the last but one."""
QUIET = 0.08
"""Seconds without output that end the answer to a key."""
BETWEEN = 0.15
"""Seconds between two letters, as one types."""


def main() -> int:
    """Fill, measure, print one JSON object; 1 when the ratio misses its bar of 1."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--mails", type=int, default=10_000)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--home", type=Path, help="only search, in the cache of this home")
    given = options.parse_args()
    if given.home:
        found = ours(given.home, given.rounds)
        for name, part in (("to_rows", 0), ("to_the_end", 1)):
            print(json.dumps({name: summary({word: [t[part] for t in times] for word, times in found.items()})}))
        return 0
    if missing := missing_peers():
        print(f"install {' and '.join(missing)} first", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "ours"
        fill(home, given.mails)
        peers = Peer(Path(folder) / "peer", Mailserver("localhost", 0, "nobody", "nothing"))
        peers.fresh()
        write_maildir(Path(folder) / "peer" / "mail" / "INBOX", given.mails)
        peers.index()
        mine, whole, theirs = dict[str, list[float]](), dict[str, list[float]](), dict[str, list[float]]()
        for _ in range(given.rounds):
            for word in WORDS:
                theirs.setdefault(word, []).append(peers.search(word).seconds * 1000)
            for word, times in ours(home, 1).items():
                mine.setdefault(word, []).extend(rows for rows, _ in times)
                whole.setdefault(word, []).extend(end for _, end in times)
    ratios = {
        name: statistics.median([of(mine[word]) / of(theirs[word]) for word in WORDS])
        for name, of in (("median", statistics.median), ("best", min))
    }
    figures = {
        "mails": given.mails,
        "ours_to_rows": summary(mine),
        "ours_to_the_end": summary(whole),
        "notmuch": summary(theirs),
    }
    print(json.dumps({**figures, "ratio": {name: round(ratio, 2) for name, ratio in ratios.items()}}, indent=1))
    return int(min(ratios.values()) > 1)


def fill(home: Path, mails: int) -> None:
    """Our cache with the made-up mailbox in it."""
    where = places(home)
    prepare(where)
    connection, folder = open_mailbox(where.cache_db)
    for batch in batches(mails, 250):
        with transaction(connection):
            store_batch(connection, folder, batch, Instant(0))
    connection.close()


def ours(home: Path, rounds: int) -> dict[str, list[tuple[float, float]]]:
    """Milliseconds of each word, in a screen that has been searched in before."""
    found: dict[str, list[tuple[float, float]]] = {word: [] for word in WORDS}
    with running(home, "run", "--no-sync", columns=80, rows=24) as terminal:
        terminal.until("longest first")
        terminal.read(1.5)
        look(terminal, "warm")
        for _ in range(rounds):
            for word in WORDS:
                found[word].append(look(terminal, word))
    return found


def look(terminal: Terminal, word: str) -> tuple[float, float]:
    """Milliseconds from the last letter of a word to its first rows, and to the last byte of the answer."""
    terminal.press("/", wait=0.3)
    for letter in word[:-1]:
        terminal.press(letter, wait=BETWEEN)
    terminal.read(0.3)
    begun = last = time.monotonic()
    rows = 0.0
    terminal.type(word[-1])
    while data := terminal.some(QUIET if rows else 0.3):
        last = time.monotonic()
        if not rows and any(2 < int(row) < 24 for row in _TO_ROW.findall(data)):
            rows = last
    terminal.press("escape", wait=0.4)
    return ((rows or last) - begun) * 1000, (last - begun) * 1000


def summary(times: dict[str, list[float]]) -> dict[str, object]:
    """Median and 95th percentile over all, and median and best of each word, in milliseconds."""
    every = sorted(time for some in times.values() for time in some)
    return {
        "p50_ms": round(statistics.median(every), 1),
        "p95_ms": round(every[int(len(every) * 0.95) - 1], 1),
        "words": {word: [round(statistics.median(some), 1), round(min(some), 1)] for word, some in times.items()},
    }


if __name__ == "__main__":
    sys.exit(main())
