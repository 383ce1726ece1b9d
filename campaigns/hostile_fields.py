"""Ten thousand hostile strings in every field of every screen, in a pty: none of them may steer the terminal.

    python -m campaigns.hostile_fields [--strings 10000] [--threads 200] [--commands 40]

A real cache is filled past the sanitiser, so that subjects, names, addresses, tags, file names, notes, errors, folders,
views and drafts are hostile in all their rows. The screen is walked at 120x36: every row of the list, whole threads,
every page and menu, and strings pasted into every field; then the command line shows the same. A second walk, on
harmless text, tells which control sequences are our own; what else is in the stream is foreign. Prints one JSON object;
exit status 1 when a foreign sequence or character was sent, or the program crashed.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from bench.terminal import Terminal, running
from campaigns._foreign import STEERING, foreign
from campaigns._hostile_cache import EACH, fill_hostile
from campaigns._hostile_chats import CONFIG as CHAT_ACCOUNT
from campaigns._hostile_strings import strings
from omnitui.config.places import places, prepare
from omnitui.core.times import Instant
from omnitui.store.connection import Role, open_cache

F4, F7, F8, PASTED = "\x1bOS", "\x1b[18~", "\x1b[19~", "\x1b[200~{}\x1b[201~"
PAGES = (
    ("go",), ("gd",), ("ge",), ("gw",), ("V",), ("\x0c",), ("Ct",), ("gc",), ("gc", "/", "a", "\x1b"),
    ("gc", "j", "\r"), ("gp",),
)  # fmt: skip
"""Keys to what is read a page at a time; `q` leaves it."""
DEEPER = (
    ("go", "gw", "q", "q"),
    ("go", "j", "gw", "q", "q"),
    ("ge", "j", "\r", "\x1b[B", "\x1b", "q"),
    ("gp", "j", "\r", "\x14", "\x1b", F8),
    ("n", "\x12", "\x1b[B", "\x1b[B", "\r", F8),
    ("r", "\x12", "\x1b[B", "\x1b[B", "\r", F8),
)
"""Keys to what opens behind another page, and out of it: why an item is in the outbox, signing in, a saved reply in the
box it is written in, and put into a note and an answer."""
CONFIG = """
[[account]]
name = "support"
address = "support@shop.example"
[account.imap]
host = "127.0.0.1"
[account.smtp]
host = "127.0.0.1"
[account.oauth]
provider = "gmail"
client_id = "1"
"""
CHATS = (
    ("v", "gg", "k", "k"), ("gg", "gH"), ("gw", "q"), ("Ct", "q"), ("Cl", "\x1b"), ("Cd", "\x1b"), ("Cs", "\x1b"),
    ("+", "\x1b[B", "\x1b"), ("gT", "\x1b[B", "\x1b"), ("gz", "\x1b[B", "\x1b"), ("A", "\x1b[B", "\x1b"),
    ("o", "\x1b[B", "\x1b"),
)  # fmt: skip
"""Keys to what is only in chats, and out of it again."""
MENUS = ("o", "w", "y", "t", "a", "gv", "?", "\x10", ":", "p", "S", "s")
FIELDS = (("/", "\x1b"), ("n", "\x1b"), ("r", "\x1b"), ("t", "\x1b"), (":", "\x1b"), ("a", "\x1b"), ("?", "\x1b"))
PAGE_DOWN = "\x1b[6~"


def made(home: Path, texts: list[str]) -> None:
    """A home with such a cache."""
    where = places(home)
    prepare(where)
    where.config_file.write_text(CONFIG + CHAT_ACCOUNT)
    cache = open_cache(where.cache_db, Role.PULL)
    fill_hostile(cache, texts, Instant(time.time_ns() // 1_000_000))
    cache.close()


def calm(terminal: Terminal, quiet: float = 0.05, most: float = 5.0) -> None:
    """Read until the screen rests."""
    end = time.monotonic() + most
    while time.monotonic() < end and terminal.some(quiet):
        pass


def keys(terminal: Terminal, *typed: str) -> None:
    """Type, and let it be painted."""
    for one in typed:
        terminal.type(one)
        calm(terminal)


def walk(terminal: Terminal, texts: list[str], threads: int, pasted: int) -> None:
    """Through everything that is shown."""
    assert terminal.until("longest first", 30)
    calm(terminal, 0.5)
    keys(terminal, "ga", "gl", "gg")
    for _ in range(len(texts) // 30 + 2):
        keys(terminal, PAGE_DOWN)
    keys(terminal, "gl", "gg", "\r")
    for _ in range(threads):
        keys(terminal, "J", "v", "gg", *[PAGE_DOWN] * (EACH // 4))
    keys(terminal, "h", "\t", "j", "\t", "j")
    for page in PAGES:
        keys(terminal, "ga", "gg", "\r", *page, *[PAGE_DOWN] * 12, "q")
        calm(terminal, 0.3)
    for pressed in DEEPER:
        keys(terminal, "ga", "gg", "\r")
        for key in pressed:
            keys(terminal, key)
            calm(terminal, 0.3)
    walk_chats(terminal, max(threads // 8, 1))
    for menu in MENUS:
        keys(terminal, menu, "\x1b[B", "\x1b[B", "\x1b")
        calm(terminal, 0.3)
    for number, text in enumerate(texts[:pasted]):
        opens, leaves = FIELDS[number % len(FIELDS)]
        keys(terminal, opens)
        calm(terminal, 0.2)
        keys(terminal, pasted_text(text), leaves)
        calm(terminal, 0.2)
    keys(terminal, "\x1b", "ga", "gg", "e", "z", "x", "*", "*")


def walk_chats(terminal: Terminal, threads: int) -> None:
    """Through whole chats, and what can be done in one."""
    keys(terminal, "\x1b")
    calm(terminal, 0.5)
    keys(terminal, "\x1b")
    calm(terminal, 0.5)
    keys(terminal, "ga")
    calm(terminal, 1.0)
    keys(terminal, "/", "channel:fake")
    calm(terminal, 1.0)
    keys(terminal, "\r")
    calm(terminal, 1.0)
    keys(terminal, "gg", "\r")
    # An answer by a template, whose variables are asked for, and one to a message that is chosen.
    after(terminal, "r", "sends")
    after(terminal, F7, "Templates")
    for key in ("\x1b[B", "\r", "x", "\r", "\x1b", F4, "\x1b[B", "\r", F8):
        keys(terminal, key)
        calm(terminal, 0.3)
    for _ in range(threads):
        keys(terminal, "v", "gg", "k", *[PAGE_DOWN] * (EACH // 6), "G")
        for pressed in CHATS:
            for key in pressed:
                keys(terminal, key)
                calm(terminal, 0.1)
        keys(terminal, "J")
    keys(terminal, "\x1b", "\x1b", "ga")


def pasted_text(text: str) -> str:
    """What a terminal sends for a paste: it takes escape characters out, so that no text can end its own paste."""
    return PASTED.format(text.replace("\x1b", ""))


def set_up(terminal: Terminal, texts: list[str]) -> None:
    """Through the set-up of an account, as far as it goes without a network, and back."""
    after(terminal, "gA", "What shall be set up?")
    after(terminal, "\r", "Address of the mailbox")
    for text in texts:
        keys(terminal, pasted_text(text), "\r", "\x15")
        calm(terminal, 0.2)
    after(terminal, "\x1b", "longest first")
    calm(terminal, 0.5)


def after(terminal: Terminal, typed: str, words: str) -> None:
    """Type, and wait for words that are painted thereafter. Raises AssertionError when they do not come."""
    before, terminal.output = terminal.output, b""
    terminal.type(typed)
    came = terminal.until(words, 30)
    terminal.output = before + terminal.output
    assert came, f"{words!r} did not come: {terminal.output[-3000:].decode('utf-8', 'replace')}"


def shown(home: Path, texts: list[str], threads: int, pasted: int, columns: int = 120, rows: int = 36) -> bytes:
    """What a terminal got in one walk. Raises AssertionError when the program did not live to its end."""
    made(home, texts)
    with running(home, "run", "--no-sync", columns=columns, rows=rows) as terminal:
        walk(terminal, texts, threads, pasted)
        set_up(terminal, texts[: max(pasted // 10, 2)])
        os.kill(terminal.pid, 0)
        after(terminal, "Q", "\x1b[?1049l")
        terminal.read(0.5)
        output = terminal.output
    assert b"Traceback" not in output, output.decode("utf-8", "replace")[-3000:]
    return output


def printed(home: Path, texts: list[str], many: int) -> tuple[int, Counter[str]]:
    """Steering characters that commands print, and how many commands ran. Raises AssertionError for a crash."""
    commands: list[list[str]] = [
        ["list", ""],
        ["list", "", "--json"],
        ["outbox"],
        ["doctor"],
        ["log"],
        ["outbox", "--json"],
    ]
    commands += [["show", str(n)] for n in range(1, many + 1)]
    commands += [["log", str(n)] for n in range(1, many // 4 + 1)]
    commands += [["search", text.replace("\0", " ")] for text in texts[:many]]
    found: Counter[str] = Counter()
    for command in commands:
        done = subprocess.run(
            [sys.executable, "-m", "omnitui", "--home", str(home), *command], capture_output=True, check=False
        )
        text = (done.stdout + done.stderr).decode("utf-8", "replace")
        assert "Traceback" not in text, f"{command}\n{text[-2000:]}"
        found.update(STEERING.findall(text))
    return len(commands), found


def main() -> None:
    """Walk and judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--strings", type=int, default=10_000)
    parser.add_argument("--threads", type=int, default=200)
    parser.add_argument("--pasted", type=int, default=140)
    parser.add_argument("--commands", type=int, default=40)
    given = parser.parse_args()
    texts = strings(given.strings)
    with tempfile.TemporaryDirectory() as hostile, tempfile.TemporaryDirectory() as harmless:
        output = shown(Path(hostile), texts, given.threads, given.pasted)
        ours = shown(Path(harmless), [f"word{n} and more" for n in range(200)], 4, 14)
        commands, printed_foreign = printed(Path(hostile), texts, given.commands)
    strange = foreign(output, ours)
    result = {
        "strings": len(texts),
        "bytes_shown": len(output),
        "foreign_on_the_screen": {repr(one): n for one, n in strange.most_common(20)},
        "commands": commands,
        "foreign_printed": {repr(one): n for one, n in printed_foreign.most_common(20)},
        "crashes": 0,
    }
    print(json.dumps(result, indent=1))
    sys.exit(1 if strange or printed_foreign else 0)


if __name__ == "__main__":
    main()
