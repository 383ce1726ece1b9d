"""From a key to the painted screen, in a real pty: `python -m bench.keys --conversations 1000000`.

Prints one JSON object: j and k held at 30 a second, quiet and while mail comes in, page down, End, opening long threads
(in a terminal where nothing is shown before it is opened), bytes, processor time; and j in aerc, where there is one.
The program runs as the user's would, with its own process; times are on this machine, so compare runs of one hour.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Sequence
from itertools import cycle, islice, pairwise
from pathlib import Path

from bench.cache import add_messages, fill
from bench.mailbox import Mailbox
from bench.terminal import Terminal, program, running
from omnitui.config.places import places, prepare
from omnitui.core.blocks import Block, BlockKind, blocks_to_json
from omnitui.core.models import Order
from omnitui.store import conversations, views
from omnitui.store.connection import Role, open_cache

PAUSE = 4.0
"""Milliseconds of silence that end the first burst of an answer."""
SHARES = {"p50": 0.5, "p99": 0.99, "max": 1.0}


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--conversations", type=int, default=100_000)
    options.add_argument("--home", type=Path, help="keep the cache here, and use the one that is there")
    options.add_argument("--presses", type=int, default=300)
    options.add_argument("--arriving", type=int, default=500, help="mails a second that come in during one part")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = given.home or Path(folder)
        make(home, given.conversations)
        print(
            json.dumps({"conversations": given.conversations, **measure(home, given.presses, given.arriving)}, indent=1)
        )


def make(home: Path, conversations: int) -> None:
    """A cache of that size, unless there is one."""
    where = places(home)
    there = where.cache_db.exists()
    prepare(where)
    cache = open_cache(where.cache_db, Role.PULL)
    if not there:
        fill(cache, conversations, time.time_ns() // 1_000_000, each=0)
    thread(cache, 500, 0)
    thread(cache, 5000, 1)
    cache.close()


def thread(cache: sqlite3.Connection, messages: int, place: int) -> None:
    """One conversation, the `place`-th of the list, with many messages; the newest ends with a word to wait for."""
    row = cache.execute(
        "SELECT id, last_at, contact_id, message_count FROM conversation"
        " WHERE state = 'open' AND waiting_since > 0 ORDER BY waiting_order, id LIMIT 1 OFFSET ?",
        (place,),
    ).fetchone()
    cache.execute("BEGIN IMMEDIATE")
    if row["message_count"] != messages:
        cache.execute("UPDATE conversation SET message_count = ? WHERE id = ?", (messages, row["id"]))
        add_messages(cache, row["id"], row["contact_id"], row["last_at"], messages)
    blocks = zlib.compress(blocks_to_json([Block(BlockKind.PARAGRAPH, f"newest{messages}")]).encode())
    cache.execute(
        "UPDATE body SET blocks = ? WHERE message_id ="
        " (SELECT id FROM message WHERE conversation_id = ? ORDER BY at DESC, id DESC LIMIT 1)",
        (blocks, row["id"]),
    )
    cache.execute("COMMIT")


def last_name(home: Path) -> str:
    """Whom the last row of the first view is from."""
    cache = open_cache(places(home).cache_db, Role.READ)
    select = conversations.page(views.default_where("Waiting", ""), Order.WAITING, limit=1, backwards=True)
    name = select.all(cache)[0].contact_name
    cache.close()
    return name


def measure(home: Path, presses: int, arriving: int) -> dict[str, object]:
    """All figures of one run."""
    figures: dict[str, object] = {"load": os.getloadavg()[0]}
    with running(home, "run", "--no-sync", columns=100, rows=40) as terminal:
        terminal.until("longest first")
        terminal.read(2.0)
        for messages in (500, 5000):
            terminal.type("\r")
            figures[f"open_{messages}_ms"] = terminal.shows(f"newest{messages}")
            terminal.press("h", "j", wait=0.5)
    with running(home, "run", "--no-sync", columns=120, rows=40) as terminal:
        terminal.until("longest first")
        terminal.read(2.0)
        figures["j"] = held(terminal, ["j"], presses, 30)
        figures["k"] = held(terminal, ["k"], presses // 3, 30)
        figures["page_down"] = held(terminal, ["\x1b[6~"], presses // 6, 8)
        terminal.type("G")
        figures["end_ms"] = terminal.shows(last_name(home))
        terminal.press("g", "g", wait=0.5)
        if arriving:
            figures[f"j_while_{arriving}_a_second_arrive"] = beside(home, terminal, presses, arriving)
        figures["rss_mib"] = rss(terminal.pid)
    if shutil.which("aerc"):
        figures["aerc_1000_mails"] = aerc(presses)
    return figures


def beside(home: Path, terminal: Terminal, presses: int, rate: int) -> dict[str, float]:
    """j held while mail comes in."""
    command = [
        sys.executable,
        "-m",
        "bench.arriving",
        str(home),
        "--rate",
        str(rate),
        "--seconds",
        str(presses / 30 + 4),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as worker:
        terminal.read(3.0)
        figures = held(terminal, ["j"], presses, 30)
        stored = int(worker.communicate()[0])
    return {**figures, "stored": stored}


def aerc(presses: int) -> dict[str, float]:
    """The same key in aerc, on a Maildir of 1,000 mails."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        maildir(home / "mail" / "INBOX", 1000)
        config = home / ".config" / "aerc"
        config.mkdir(parents=True)
        (config / "accounts.conf").write_text(
            f"[a]\nsource = maildir://{home}/mail\nfrom = Desk <support@shop.example>\ndefault = INBOX\n", "utf-8"
        )
        (config / "accounts.conf").chmod(0o600)
        environ = {"HOME": folder, "XDG_CONFIG_HOME": str(home / ".config"), "XDG_CACHE_HOME": str(home / ".cache")}
        with program(["aerc"], environ, columns=120, rows=40) as terminal:
            terminal.read(4.0)
            return held(terminal, ["j"], presses, 30)


def maildir(folder: Path, count: int) -> None:
    """So many mails of the made-up mailbox, all read."""
    for name in ("cur", "new", "tmp"):
        (folder / name).mkdir(parents=True)
    mailbox = Mailbox()
    for number in range(count):
        (folder / "cur" / f"{number}.bench:2,S").write_bytes(mailbox.mail(number).replace(b"\r\n", b"\n"))


def held(terminal: Terminal, keys: Sequence[str], presses: int, rate: int) -> dict[str, float]:
    """A key held down, or several in turn: milliseconds to the end of the first burst of its answer and to the last
    byte before the next press, bytes, and processor time."""
    painted, settled, sizes, cpu = [], [], [], terminal.cpu()
    for key in islice(cycle(keys), presses):
        begun = time.monotonic()
        terminal.type(key)
        came: list[float] = []
        size = 0
        while (left := begun + 1 / rate - time.monotonic()) > 0:
            if data := terminal.some(left):
                came.append((time.monotonic() - begun) * 1000)
                size += len(data)
        if came:
            pauses = (early for early, late in pairwise(came) if late - early > PAUSE)
            painted.append(next(pauses, came[-1]))
            settled.append(came[-1])
            sizes.append(size)
    return {
        **{f"painted_{name}": value for name, value in spread(painted).items()},
        **{f"settled_{name}": value for name, value in spread(settled).items()},
        "missed": presses - len(sizes),
        "bytes_mean": round(statistics.mean(sizes)),
        "bytes_p50": round(statistics.median(sizes)),
        "bytes_max": max(sizes),
        "cpu_ms": round((terminal.cpu() - cpu) * 1000 / presses, 1),
    }


def spread(times: list[float]) -> dict[str, float]:
    """Median, 99th percentile, longest."""
    times = sorted(times)
    return {name: round(times[min(int(len(times) * at), len(times) - 1)], 1) for name, at in SHARES.items()}


def rss(pid: int) -> float:
    """Megabytes of memory now."""
    status = Path(f"/proc/{pid}/status").read_text().splitlines()
    return round(next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024, 1)


if __name__ == "__main__":
    main()
