"""The connection to the IMAP server cut at many points, both ways: the next sync ends where an unbroken one ends.

    python -m campaigns.imap_cut [--points 1000] [--seed 1]

Each point has a mailbox of its own on a real Dovecot: half of its mails are here already, one is to be flagged and one
to be moved, the others are new. The session goes through a proxy that cuts after so many bytes; a second one mends.
Then: every UID is in the ledger, every mail is one message, the flag is set, the moved mail stands in the archive once,
and a third session finds nothing new.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

from omnitui.core.errors import OmnituiError
from omnitui.sync.imap.login import Login
from tests.servers.cutproxy import CutProxy
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.sync.imap.desk import Desk, mail
from tests.sync.imap.test_imap_orders import order, server_flags

HAD, NEW = 5, 7


def main() -> None:
    """Cut, mend, compare, count."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--points", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    if reason := Dovecot.missing():
        sys.exit(reason)
    started, draw, found = time.monotonic(), random.Random(given.seed), Counter[str]()
    with Dovecot() as server:
        sizes = _sizes(server)
        for point in range(given.points):
            upstream = point % 2 == 1
            cut = draw.randrange(sizes["up" if upstream else "down"])
            outcome, wrong = _one(server, f"cut{point}", cut, upstream=upstream)
            found[outcome] += 1
            found["wrong"] += bool(wrong)
            for line in wrong:
                print(f"point {point}, byte {cut} {'up' if upstream else 'down'}: {line}", file=sys.stderr)
    seconds = round(time.monotonic() - started)
    print(json.dumps({"points": given.points, "session_bytes": sizes, **found, "seconds": seconds}, indent=1))
    sys.exit(1 if found["wrong"] else 0)


def _sizes(server: Dovecot) -> dict[str, int]:
    """How many bytes a session without a cut has in each direction."""
    with tempfile.TemporaryDirectory() as folder:
        desk = _begun(server, "whole", Path(folder))
        with CutProxy(server.port) as proxy:
            desk.login = replace(desk.login, port=proxy.port)
            desk.sync()
        desk.close()
    return dict(proxy.passed)


def _begun(server: Dovecot, user: str, home: Path) -> Desk:
    """Some mails are here, two have orders, more have come."""
    desk = Desk(home, Login(server.name, server.port, "plain", user, "password", PASSWORD))
    server.append(user, *(mail(n) for n in range(HAD)))
    desk.sync()
    order(desk, "flag", {"add": ["\\Flagged"]}, "m1@mail.example")
    order(desk, "move", {"role": "archive"}, "m2@mail.example")
    server.append(user, *(mail(HAD + n, text="words " * 300) for n in range(NEW)))
    return desk


def _one(server: Dovecot, user: str, cut: int, *, upstream: bool) -> tuple[str, list[str]]:
    with tempfile.TemporaryDirectory() as folder, contextlib.closing(_begun(server, user, Path(folder))) as desk:
        outcome = "not noticed"
        with CutProxy(server.port, cut_after=cut, upstream=upstream) as proxy:
            desk.login = replace(desk.login, port=proxy.port)
            try:
                desk.sync()
            except OmnituiError as error:
                outcome = type(error).__name__
        desk.login = replace(desk.login, port=server.port)
        desk.sync()
        return outcome, _wrong(server, desk)


def _wrong(server: Dovecot, desk: Desk) -> list[str]:
    """What is not as after an unbroken session."""
    wrong = []
    mids = [row["mid"] for row in desk.ask("SELECT mid FROM message ORDER BY mid")]
    if mids != sorted(f"m{n}@mail.example" for n in range(HAD + NEW)):
        wrong.append(f"messages: {mids}")
    if server_flags(server, desk.user).get(2) != {"\\Flagged"}:
        wrong.append("the flag is not on the server")
    archived = server_flags(server, desk.user, "Archive")
    if len(archived) != 1 or 3 in server_flags(server, desk.user):
        wrong.append(f"moved: {len(archived)} in the archive")
    if unsettled := desk.ask("SELECT kind, state, detail FROM outbox WHERE state <> 'sent'"):
        wrong.append(f"unsettled: {[tuple(row) for row in unsettled]}")
    with contextlib.suppress(AssertionError):
        if desk.in_step() and not desk.sync() and desk.in_step():
            return wrong
    return [*wrong, "ledger and server differ, or a third session found something"]


if __name__ == "__main__":
    main()
