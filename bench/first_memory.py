"""Memory of screen and worker together while a first sync runs: `python -m bench.first_memory [--count 100000]`.

The real program in a pty of 120x40 on an empty home starts its own worker, which pulls so many mails from a Dovecot;
meanwhile j and k are pressed, and pages turned. Twice a second the memory of every process that it has started is
added up, as PSS (a page that several share counts for its share) and as RSS. Prints one JSON object, in MB: the most
that all had together, and the most that each kind had. It fails above the bar.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import sqlite3
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

from bench.first_sync import CONFIG, counts
from bench.mailbox import write_maildir
from bench.terminal import program
from omnitui.config.places import places, prepare
from tests.servers.dovecot import PASSWORD, Dovecot

BAR = 350.0
MARK = "OMNITUI_BENCH_MARK"
KEYS = ("j", "j", "k", "\x1b[6~", "j", "\x1b[5~", "k")
"""One every half second."""
LONGEST = 3600.0


def main() -> None:
    """Sync, look, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100_000)
    count = parser.parse_args().count
    if problem := Dovecot.missing():
        sys.exit(problem)
    with Dovecot() as server, tempfile.TemporaryDirectory(prefix="omni-bench-") as folder:
        write_maildir(server.maildir("bench"), count)
        server.own(server.top / "mail")
        with server.client("bench") as other:
            other.fetch("1:*", "(UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE)")
        told = measure(Path(folder), server.port, count)
    print(json.dumps(told, indent=1))
    sys.exit(told["together_pss"] > BAR or told["mails"] != count)


def measure(home: Path, port: int, count: int) -> dict[str, float]:
    """From an empty home until every mail is here."""
    where = places(home, {})
    prepare(where)
    where.config_file.write_text(f'[agent]\nname = "Ana"\n{CONFIG.format(port=port)}', encoding="utf-8")
    mark = f"{os.getpid()}-{time.monotonic_ns()}"
    most: dict[str, float] = defaultdict(float)
    command = [sys.executable, "-m", "omnitui", "--home", str(home), "run"]
    with program(command, {"OMNITUI_PASSWORD_BENCH": PASSWORD, MARK: mark}, columns=120, rows=40) as terminal:
        began, number = time.monotonic(), 0
        while _here(where.cache_db) < count and time.monotonic() < began + LONGEST:
            terminal.type(KEYS[number % len(KEYS)])
            terminal.read(0.5)
            terminal.output = b""
            number += 1
            for name, value in memory(terminal.pid, mark).items():
                most[name] = max(most[name], value)
        seconds = time.monotonic() - began
    have = counts(where.cache_db)["ledger"]
    return {"mails": have, "seconds": round(seconds, 1), "bar": BAR, **{n: round(v, 1) for n, v in most.items()}}


def memory(screen: int, mark: str) -> dict[str, float]:
    """MB of the screen, and of all else that bears the mark: worker and parsers."""
    found: dict[str, float] = defaultdict(float)
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if f"{MARK}={mark}".encode() not in (folder / "environ").read_bytes().split(b"\0"):
                continue
            rollup = (folder / "smaps_rollup").read_text()
            for kind in ("Pss", "Rss"):
                if size := re.search(rf"(?m)^{kind}:\s+(\d+)", rollup):
                    who = "screen" if int(folder.name) == screen else "worker"
                    for name in (who, "together"):
                        found[f"{name}_{kind.lower()}"] += int(size[1]) / 1024
    return found


def _here(cache: Path) -> int:
    if not cache.exists():
        return 0
    with contextlib.closing(sqlite3.connect(f"file:{cache}?mode=ro", uri=True)) as reader:
        try:
            return int(reader.execute("SELECT count(*) FROM ledger").fetchone()[0])
        except sqlite3.OperationalError:
            return 0


if __name__ == "__main__":
    main()
