"""Keys in the screen while something else keeps the cache busy: `python -m bench.beside_work HOME --presses 3000`.

The real program in a pty of 120x40 on a home whose worker runs already: j and k held at 30 a second, twenty of each in
turn. Prints one JSON object as soon as the last key is answered; `campaigns.peak_day` runs it beside its worker.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from bench.keys import held, rss
from bench.terminal import running

TURN = 20
RATE = 30


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("home", type=Path)
    options.add_argument("--presses", type=int, default=300)
    given = options.parse_args()
    with running(given.home, "run", "--no-sync", columns=120, rows=40) as terminal:
        if not terminal.until("longest first", 60):
            raise SystemExit("the screen does not come")
        terminal.read(1.0)
        keys = [*["j"] * TURN, *["k"] * TURN]
        print(json.dumps({**held(terminal, keys, given.presses, RATE), "rss_mib": rss(terminal.pid)}))


if __name__ == "__main__":
    main()
