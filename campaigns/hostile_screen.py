"""The screen while the worker syncs hostile mail: every key is painted, and nothing foreign reaches the terminal.

    python -m campaigns.hostile_screen [--presses 400]

A Dovecot serves every mail of `campaigns.hostile_mail` among ordinary ones; the screen starts on an empty cache, the
worker pulls, and j and k are pressed ten times a second until everything is in the ledger. Prints one JSON object;
exit status 1 when a mail has no ledger row, a key's p99 is over 100 ms, or a control byte came through.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sqlite3
import sys
import tempfile
import time
from pathlib import Path

from bench.keys import press
from bench.mailbox import Mailbox
from bench.terminal import Terminal, running
from campaigns.hostile_mail import CASES
from tests.e2e.desk import Desk
from tests.servers.dovecot import Dovecot
from tests.servers.smtp_sink import SmtpSink

ORDINARY = 300
LIMIT_MS = 100
FOREIGN = re.compile("\x1b(?:]52;|[P_^X])|[\x80-\x9f\u202a-\u202e\u2066-\u2069]")
"""Clipboard, device control, application and privacy strings, C1 controls, bidirectional overrides and isolates."""


def stored(cache: Path) -> tuple[int, int]:
    """How many UIDs have a row, and how many of them are quarantined."""
    if not cache.exists():
        return 0, 0
    reader = sqlite3.connect(f"file:{cache}?mode=ro", uri=True)
    try:
        rows = reader.execute("SELECT count(*), coalesce(sum(outcome = 'quarantined'), 0) FROM ledger").fetchone()
    except sqlite3.OperationalError:
        return 0, 0
    finally:
        reader.close()
    return int(rows[0]), int(rows[1])


def keys_while_syncing(terminal: Terminal, cache: Path, wanted: int, presses: int) -> tuple[list[float], int]:
    """Times of the keys pressed until all is there (and at least `presses` of them); how many brought no output."""
    times, missed, begun = [], 0, time.monotonic()
    while (len(times) < presses or stored(cache)[0] < wanted) and time.monotonic() - begun < 300:
        pressed = time.monotonic()
        taken, size = press(terminal, "k" if len(times) // 12 % 2 else "j", settle=0.1)
        if size:
            times.append(taken)
        else:
            missed += 1
        time.sleep(max(0.0, 0.1 - (time.monotonic() - pressed)))
    return sorted(times), missed


def measure(presses: int) -> dict[str, object]:
    """One run."""
    with Dovecot() as dovecot, tempfile.TemporaryDirectory() as folder:
        box = Mailbox()
        hostile = [make() for make in CASES.values()]
        dovecot.fill("desk", [*hostile, *(box.mail(number) for number in range(ORDINARY))])
        desk = Desk(Path(folder), dovecot, SmtpSink(port=1))
        os.environ.update({name: desk.env[name] for name in ("OMNITUI_PASSWORD_SUPPORT", "PYTHONPATH")})
        cache, wanted = Path(folder) / "data" / "cache.db", len(hostile) + ORDINARY
        with running(Path(folder), "run") as terminal:
            terminal.until("longest first")
            while stored(cache)[0] < 20:
                terminal.read(0.1)
            times, missed = keys_while_syncing(terminal, cache, wanted, presses)
            output = terminal.output
        rows, quarantined = stored(cache)
    return {
        "mails": wanted,
        "ledger_rows": rows,
        "quarantined": quarantined,
        "presses": len(times),
        "missed": missed,
        "p50_ms": round(times[len(times) // 2], 1),
        "p99_ms": round(times[int(len(times) * 0.99) - 1], 1),
        "max_ms": round(times[-1], 1),
        "foreign_sequences": len(FOREIGN.findall(output.decode("utf-8", "replace"))),
    }


def main() -> None:
    """Measure and judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--presses", type=int, default=400)
    given = parser.parse_args()
    if problem := Dovecot.missing():
        sys.exit(problem)
    result = measure(given.presses)
    print(json.dumps(result, indent=1))
    good = result["ledger_rows"] == result["mails"] and not result["foreign_sequences"]
    sys.exit(0 if good and float(str(result["p99_ms"])) <= LIMIT_MS else 1)


if __name__ == "__main__":
    main()
