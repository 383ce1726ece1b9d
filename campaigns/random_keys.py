"""Random keys in the real program in a real pty: `python -m campaigns.random_keys --keys 5000 --seed 1`.

No key may end the program, leave a traceback, or make it deaf: after the run it must still answer. Prints one JSON
object. Another connection changes conversations meanwhile, as a worker would.
"""

from __future__ import annotations

import argparse
import json
import random
import sqlite3
import tempfile
import time
from pathlib import Path

import pyte

from bench.cache import fill
from bench.keys import rss
from bench.terminal import Terminal, running
from omnitui.config.places import places, prepare
from omnitui.store.connection import Role, open_cache

LETTERS = "abdefghijklmnprstuvwxyzEFGJKMRSVXZ123456789"
SIGNS = "/?:!*<> "
OTHERS = (
    "\r",
    "\r",
    "\x1b",
    "\t",
    *("\x1b[A", "\x1b[B", "\x1b[5~", "\x1b[6~"),
    "\x04",
    "\x15",
    "\x10",
    "\n",
    "\x07",
    "\x7f",
)
WORDS = ("hello", "tag:parcel", "is:open", "+refund", "2h", "ana", "tomorrow 9:00", "訂單", "anna@example.org", "/tmp")
CONFIG = """
[agent]
name = "ana"
[[account]]
name = "support"
address = "support@shop.example"
[account.imap]
host = "127.0.0.1"
security = "plain"
[account.smtp]
host = "127.0.0.1"
security = "plain"
"""


def main() -> None:
    """Run and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--keys", type=int, default=2000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--columns", type=int, default=120)
    options.add_argument("--rows", type=int, default=36)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(run(Path(folder), given.keys, given.seed, given.columns, given.rows)))


def run(home: Path, keys: int, seed: int, columns: int = 120, rows: int = 36) -> dict[str, object]:
    """One run; raises AssertionError when the program died, wrote a traceback or no longer answers."""
    where = places(home)
    prepare(where)
    where.config_file.write_text(CONFIG, encoding="utf-8")
    cache = open_cache(where.cache_db, Role.PULL)
    fill(cache, 400, time.time_ns() // 1_000_000, each=3)
    chance = random.Random(seed)
    typed: list[str] = []
    with running(home, "run", "--no-sync", columns=columns, rows=rows) as terminal:
        assert terminal.until("longest first"), terminal.output[-2000:]
        before = rss(terminal.pid)
        for number in range(keys):
            key = chance.choice(chance.choice((LETTERS, LETTERS, SIGNS, OTHERS)))
            if chance.random() < 0.04:
                key = chance.choice(WORDS)
            typed.append(key)
            terminal.type(key)
            terminal.some(0.02)
            if number % 25 == 0:
                disturb(cache, chance)
            if b"Traceback" in terminal.output:
                raise AssertionError(f"{typed[-40:]}\n{picture(terminal, columns, rows)}")
            terminal.output = terminal.output[-400_000:]
        after = rss(terminal.pid)
        before_that = picture(terminal, columns, rows)
        if not answers(terminal):
            raise AssertionError(f"deaf after {typed[-40:]}\n{before_that}\n{picture(terminal, columns, rows)}")
    cache.close()
    return {"keys": keys, "seed": seed, "rss_mib": [before, after]}


def disturb(cache: sqlite3.Connection, chance: random.Random) -> None:
    """What a worker does: conversations change, go and come."""
    ids = [chance.randrange(1, 401) for _ in range(chance.randrange(1, 8))]
    cache.execute("BEGIN IMMEDIATE")
    for id in ids:
        state = chance.choice(("open", "open", "closed"))
        cache.execute("UPDATE conversation SET state = ?, preview = preview || '.' WHERE id = ?", (state, id))
        cache.execute("INSERT INTO change(conversation_id) VALUES (?)", (id,))
    cache.execute("COMMIT")


def answers(terminal: Terminal) -> bool:
    """Leave whatever is open, and see that help still comes."""
    for _ in range(6):
        terminal.press("escape", wait=0.4)
    terminal.read(1.0)
    terminal.output = b""
    terminal.type("?")
    return terminal.until("what works here", 15)


def picture(terminal: Terminal, columns: int, rows: int) -> str:
    """The screen as text, from the last full paints."""
    screen = pyte.Screen(columns, rows)
    pyte.ByteStream(screen).feed(terminal.output)
    return "\n".join(line.rstrip() for line in screen.display)


if __name__ == "__main__":
    main()
