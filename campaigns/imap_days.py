"""Random days of two mail programs on one mailbox, on a rich and on a poor server: in the end both sides agree.

    python -m campaigns.imap_days [--days 1000] [--first 0]

Every day has a seed, printed when something is wrong, so that it can be run again.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

from tests.servers.dovecot import Dovecot
from tests.sync.imap.model import random_day

POOR = ("CONDSTORE", "QRESYNC", "MOVE", "ESEARCH", "UNSELECT", "ENABLE", "IDLE", "SPECIAL-USE", "LIST-STATUS")


def main() -> None:
    """Run the days and count."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0)
    given = parser.parse_args()
    if reason := Dovecot.missing():
        sys.exit(reason)
    started, failed = time.monotonic(), 0
    with Dovecot() as rich, Dovecot(hide=POOR) as poor:
        for seed in range(given.first, given.first + given.days):
            with tempfile.TemporaryDirectory() as home:
                wrong = random_day(poor if seed % 3 == 2 else rich, f"day{seed}", Path(home), seed)
            failed += bool(wrong)
            for line in wrong:
                print(f"seed {seed}: {line}", file=sys.stderr)
    print(json.dumps({"days": given.days, "failed": failed, "seconds": round(time.monotonic() - started)}))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
