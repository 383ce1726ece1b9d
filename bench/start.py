"""Start to the first rows against an empty Textual app and neomutt: `python -m bench.start --home HOME`.

Runs by turns, so that a busy machine is as busy for all; prints medians, and the median of the ratios pair by pair.
HOME holds a cache (`python -m bench.keys --home HOME` makes one). With `--neomutt N` also neomutt with a warm header
cache on N mails, in a Maildir that is made for it.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import sys
import tempfile
import time
from pathlib import Path

from bench.terminal import program

EMPTY = """
from textual.app import App
from textual.widgets import Static
class Empty(App):
    def compose(self):
        yield Static("READY-MARK")
Empty().run()
"""
_CODES = re.compile(rb"\x1b\[[0-9;:?<>=]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[()][A-Z0-9]|\x1b[=>78M]")
ROWS = re.compile(b"Anna|Jan S|Miguel|Grace|Sof")


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--home", type=Path, required=True)
    options.add_argument("--runs", type=int, default=15)
    options.add_argument("--neomutt", type=int, default=0, help="mails in neomutt's Maildir")
    given = options.parse_args()
    ours = [sys.executable, "-m", "omnitui", "--home", str(given.home), "run", "--no-sync"]
    with tempfile.TemporaryDirectory() as folder:
        rivals = {"empty": ([sys.executable, "-c", EMPTY], re.compile(b"READY-MARK"), given.runs)}
        if given.neomutt:
            command = ["neomutt", "-n", "-F", neomutt(Path(folder), given.neomutt)]
            seconds(command, re.compile(rb"READY \d\d+"), patience=300)
            rivals["neomutt"] = (command, re.compile(rb"READY \d\d+"), 3)
        print(json.dumps({"load": os.getloadavg()[0], **measure(ours, rivals)}, indent=1))


def measure(ours: list[str], rivals: dict[str, tuple[list[str], re.Pattern[bytes], int]]) -> dict[str, float]:
    """Pairs of runs with each rival."""
    figures: dict[str, float] = {}
    seconds(ours, ROWS)
    for name, (command, shown, runs) in rivals.items():
        pairs = [(seconds(ours, ROWS), seconds(command, shown)) for _ in range(runs)]
        for index, who in enumerate(("omnitui", name)):
            for part, what in enumerate(("seconds", "cpu")):
                figures[f"{who}_{what}"] = round(statistics.median(pair[index][part] for pair in pairs), 3)
        for part, what in enumerate(("seconds", "cpu")):
            ratios = [pair[0][part] / pair[1][part] for pair in pairs]
            figures[f"{what}_ratio_to_{name}"] = round(statistics.median(ratios), 2)
    return figures


def seconds(command: list[str], shown: re.Pattern[bytes], patience: float = 60) -> tuple[float, float]:
    """Wall seconds until the pattern stands on the screen, and the processor time of the main thread so far."""
    begun = time.monotonic()
    with program(command, columns=120, rows=40) as terminal:
        while not shown.search(_CODES.sub(b"", terminal.output)):
            terminal.some(0.5)
            if time.monotonic() > begun + patience:
                raise SystemExit(f"{command[0]} never showed {shown.pattern!r}")
        taken = time.monotonic() - begun
        spent = int(Path(f"/proc/{terminal.pid}/schedstat").read_text().split()[0]) / 1e9
    return taken, spent


def neomutt(home: Path, count: int) -> str:
    """A Maildir of short mails, and a config with a header cache; gives the config's path."""
    inbox = home / "mail" / "INBOX"
    for name in ("cur", "new", "tmp"):
        (inbox / name).mkdir(parents=True)
    for number in range(count):
        text = (
            f"From: Customer {number % 5000} <c{number % 5000}@example.org>\nTo: support@shop.example\n"
            f"Subject: Where is my parcel? {number}\nMessage-ID: <{number}@example.org>\n"
            f"Date: Mon, 6 Jan 2025 10:{number // 60 % 60:02}:{number % 60:02} +0000\n\nIt should have come.\n"
        )
        (inbox / "cur" / f"{number}.bench:2,S").write_text(text, "ascii")
    config = home / "neomuttrc"
    config.write_text(
        f"set folder={home}/mail\nset spoolfile={inbox}\nset header_cache={home}/headers\nset sort=threads\n"
        'set status_format="READY %m msgs"\n', "utf-8"
    )  # fmt: skip
    return str(config)


if __name__ == "__main__":
    main()
