"""Random keys in the real program in a real pty: `python -m campaigns.random_keys --keys 5000 --seed 1`.

`--minutes 60` goes on for an hour; `--reading 2` lets the keys rest for two seconds after every hundred, as an agent's
do who reads. No key may end the program, leave a traceback, or make it deaf: after the run it
must still answer. Prints one JSON object. Another connection changes conversations meanwhile, as a worker would. Every
thousand keys all is left, help must come, and the list is looked at while others change around the cursor: it must stay
on its conversation and on its line.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sqlite3
import sys
import tempfile
import time
from pathlib import Path

import pyte

from bench.cache import fill
from bench.keys import rss
from bench.terminal import Terminal, program
from omnitui.config.places import places, prepare
from omnitui.store.connection import Role, open_cache
from omnitui.widgets.glyphs import UNICODE

CALM = 1000
"""Keys between two looks at the cursor."""
BETWEEN = 100
"""Keys between two rests."""
LINES = 12
"""How far down a conversation is looked for whose number can be read."""
LETTERS = "abdefghijklmnprstuvwxyzEFGJKMRSVXZ123456789"
SIGNS = "/?:!*<> "
OTHERS = (
    "\r",
    "\r",
    "\x1b",
    "\t",
    *("\x1b[A", "\x1b[B", "\x1b[5~", "\x1b[6~"),
    "\x04",
    "\x05",
    "\x15",
    "\x10",
    "\n",
    "\x07",
    "\x7f",
)
EDITOR = """#!/bin/sh
for file; do :; done
echo "from the editor" >> "$file"
"""
"""Writes a line and ends: a real editor would keep the keys for itself."""
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
    options.add_argument("--minutes", type=float, default=0, help="go on for so long, whatever --keys says")
    options.add_argument("--reading", type=float, default=0, help="seconds without a key after every hundred")
    options.add_argument("--columns", type=int, default=120)
    options.add_argument("--rows", type=int, default=36)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        keys = sys.maxsize if given.minutes else given.keys
        size = given.columns, given.rows
        found = run(Path(folder), keys, given.seed, *size, minutes=given.minutes, reading=given.reading)
        print(json.dumps(found))


def run(
    home: Path,
    keys: int,
    seed: int,
    columns: int = 120,
    rows: int = 36,
    *,
    minutes: float = 0,
    reading: float = 0,
) -> dict[str, object]:
    """One run; raises AssertionError when the program died, wrote a traceback or no longer answers."""
    where = places(home)
    prepare(where)
    where.config_file.write_text(CONFIG, encoding="utf-8")
    editor = home / "editor"
    editor.write_text(EDITOR, encoding="utf-8")
    editor.chmod(0o700)
    cache = open_cache(where.cache_db, Role.PULL)
    fill(cache, 400, time.time_ns() // 1_000_000, each=3)
    chance = random.Random(seed)
    typed: list[str] = []
    sizes: list[float] = []
    looks = 0
    end = time.monotonic() + minutes * 60 if minutes else float("inf")
    command = (sys.executable, "-m", "omnitui", "--home", str(home), "run", "--no-sync")
    environ = {"EDITOR": str(editor), "VISUAL": str(editor)}
    with program(command, environ, columns=columns, rows=rows) as terminal:
        assert terminal.until("longest first"), terminal.output[-2000:]
        sizes.append(rss(terminal.pid))
        number = 0
        while number < keys and time.monotonic() < end:
            number += 1
            key = chance.choice(chance.choice((LETTERS, LETTERS, SIGNS, OTHERS)))
            if chance.random() < 0.04:
                key = chance.choice(WORDS)
            if chance.random() < 0.1:
                # Together, as over a slow line: the second may be meant for a page that the first one leaves.
                key += chance.choice((key, chance.choice(LETTERS), chance.choice(OTHERS)))
            typed.append(key)
            terminal.type(key)
            terminal.some(0.02)
            if reading and number % BETWEEN == 0:
                terminal.read(reading)
            if number % 25 == 0:
                disturb(cache, chance)
            if b"Traceback" in terminal.output:
                terminal.read(2.0)
                told = terminal.output[terminal.output.rindex(b"Traceback") - 200 :].decode(errors="replace")
                raise AssertionError(f"{typed[-40:]}\n{told}")
            terminal.output = terminal.output[-400_000:]
            if number % CALM == 0:
                sizes.append(rss(terminal.pid))
                looks += stays(terminal, cache, chance, (columns, rows))
                if not answers(terminal):
                    raise AssertionError(f"deaf after {typed[-40:]}\n{picture(terminal, columns, rows)}")
                terminal.press("escape", wait=0.4)
        sizes.append(rss(terminal.pid))
        before_that = picture(terminal, columns, rows)
        if not answers(terminal):
            raise AssertionError(f"deaf after {typed[-40:]}\n{before_that}\n{picture(terminal, columns, rows)}")
    cache.close()
    step = max(len(sizes) // 12, 1)
    return {
        "keys": number, "seed": seed, "looks": number // CALM,
        "rss_mib": [*sizes[::step], sizes[-1]], "most_mib": max(sizes), "cursor_looked_at": looks,
    }  # fmt: skip


def stays(terminal: Terminal, cache: sqlite3.Connection, chance: random.Random, size: tuple[int, int]) -> bool:
    """Leave all for the first view, and let others change around the cursor; False when there was nothing to look at.

    Raises AssertionError when the cursor is on another conversation or line afterwards.
    """
    for key in ("escape", "escape", "escape", "g", "i", "1", "j"):
        terminal.press(key, wait=0.3)
    for _ in range(LINES):
        terminal.press("j", wait=0.3)
        settle(terminal)
        before = at_cursor(terminal, size)
        # Long tags hide the number behind a subject, by which the conversation is known.
        numbers = [int(word) for word in re.findall(r"(?<![\d#])(\d+)(?=\s|$)", before[1])] if before else []
        if numbers and numbers[-1] <= 400:
            break
    else:
        return False
    cache.execute("BEGIN IMMEDIATE")
    for id in chance.sample(range(1, 401), 20):
        if id != numbers[-1]:
            cache.execute(
                "UPDATE conversation SET preview = preview || '.', waiting_since = waiting_since - ? WHERE id = ?",
                (chance.randrange(-9_000_000, 9_000_000), id),
            )
            cache.execute("INSERT INTO change(conversation_id) VALUES (?)", (id,))
    cache.execute("COMMIT")
    terminal.read(1.5)
    settle(terminal)
    after = at_cursor(terminal, size)
    assert before == after, f"the cursor moved from {before} to {after}\n{picture(terminal, *size)}"
    return True


def settle(terminal: Terminal) -> None:
    """Wait until all keys have been done, also where the machine is slow: nothing is written for a while."""
    end = time.monotonic() + 20
    while terminal.read(0.4) and time.monotonic() < end:
        pass


def at_cursor(terminal: Terminal, size: tuple[int, int]) -> tuple[int, str] | None:
    """Line of the screen and subject of the conversation that the list's cursor is on."""
    lines = picture(terminal, *size).splitlines()
    bars = [n for n, line in enumerate(lines) if line.startswith(UNICODE.bar)]
    return (bars[-1], lines[bars[-1]][1:34].rstrip()) if len(bars) == 2 else None


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
    """Leave whatever is open, and see that help still comes; behind the set-up the screen first begins anew.

    A command that mends an account has the bare terminal to itself: it takes a line, and another to go back. The
    set-up may end with asking for a pass phrase.
    """
    for _ in range(3):
        for _ in range(6):
            terminal.press("escape", wait=0.4)
        terminal.read(1.0)
        terminal.output = b""
        terminal.type("?")
        if terminal.until("what works here", 8):
            return True
        if b"pass phrase" in terminal.output:
            terminal.press("four words of mine\r", "four words of mine\r", wait=2.0)
        else:
            terminal.press("enter", "enter", wait=1.0)
    return False


def picture(terminal: Terminal, columns: int, rows: int) -> str:
    """The screen as text, from the last full paints."""
    screen = pyte.Screen(columns, rows)
    # The emulator knows no private sequence that ends as a style does (one sets how keys are sent).
    pyte.ByteStream(screen).feed(re.sub(rb"\x1b\[[<=>?][0-9;]*m", b"", terminal.output))
    return "\n".join(line.rstrip() for line in screen.display)


if __name__ == "__main__":
    main()
