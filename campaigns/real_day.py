"""A real mailbox, a whole day: years of list mail in Dovecot, synced and searched, triaged and answered with the server
stopped, and all of it delivered once the server is back.

    python -m campaigns.real_day [FOLDER-OR-TAR] [--limit N]

FOLDER-OR-TAR holds mbox files; without it the list archives beside the checkout are taken (OMNITUI_CORPORA), or a
made-up mailbox of 5,000 mails where there are none. Prints one JSON object; exit status 1 when something was lost,
doubled or not delivered.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.first_sync import counts
from bench.mailbox import Mailbox
from omnitui.sync.mail.mbox import messages
from tests.e2e.desk import Desk, running_sink
from tests.servers.dovecot import Dovecot

ANSWERS = 20
CLOSED = 200
MADE_UP = 5_000


def archives() -> Path | None:
    """The list archives, where they are."""
    beside = Path(__file__).resolve().parents[1] / "../shared/corpora"
    found = Path(os.environ.get("OMNITUI_CORPORA") or beside) / "mail-bulk-rlists.tar.gz"
    return found if found.exists() else None


def mails(source: Path | None, folder: Path, limit: int) -> Iterator[bytes]:
    """Every mail in the mbox files under `source`, in the order of their names."""
    if source is None:
        box = Mailbox()
        yield from (box.mail(number) for number in range(min(limit, MADE_UP)))
        return
    if source.is_file():
        with tarfile.open(source) as archive:
            archive.extractall(folder, filter="data")
        source = folder
    count = 0
    for path in sorted(path for path in source.rglob("*") if path.is_file()):
        for raw in messages(path.read_bytes()):
            if count == limit:
                return
            count += 1
            yield raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def work(desk: Desk) -> dict[str, Any]:
    """What an agent does while the server is away; the conversations answered."""
    waiting = desk.json("list", "is:waiting", "--limit", "2000")["conversations"]
    answered = [row["id"] for row in waiting[:ANSWERS]]
    for number in answered:
        desk.ok("reply", str(number), "-", stdin=f"Answer to conversation {number}.\n")
    closed = [str(row["id"]) for row in waiting[ANSWERS : ANSWERS + CLOSED]]
    desk.ok("close", *closed)
    desk.ok("read", *closed)
    desk.ok("tag", *closed, "+archive")
    return {"answered": answered, "closed": closed}


def check(desk: Desk, done: dict[str, Any], count: int) -> dict[str, Any]:
    """What came of it, on both sides."""
    doctor = desk.run("doctor", "--json")
    sent = [mail.content for mail in desk.sink.taken]
    with desk.dovecot.client("desk") as other:
        seen = len(other.uid("SEARCH", "SEEN")[1][0].split())
        flagged = len(other.uid("SEARCH", "ANSWERED")[1][0].split())
    listed = desk.json("list", "is:open or is:closed or is:spam or is:pending or is:snoozed", "--limit", "100000")
    return {
        "mails": count,
        "messages_in_conversations": sum(row["messages"] for row in listed["conversations"]),
        "conversations": listed["total"],
        "answers_queued": len(done["answered"]),
        "answers_at_the_server": len(sent),
        "answers_doubled": len(desk.sink.mids()) - len(set(desk.sink.mids())),
        "outbox_left": len(desk.json("outbox")["items"]),
        "seen_on_the_server": seen,
        "answered_on_the_server": flagged,
        "closed_here": int(desk.ok("list", "--count", "is:closed")),
        "ledger_rows": counts(desk.home / "data" / "cache.db")["ledger"],
        "doctor_exit": doctor.returncode,
        "ledger": [line for line in doctor.stdout.splitlines() if "ledger" in line.lower()][:10],
    }


def day(source: Path | None, limit: int) -> dict[str, Any]:
    """The whole day."""
    with Dovecot() as dovecot, running_sink() as sink, tempfile.TemporaryDirectory() as folder:
        raws = list(mails(source, Path(folder) / "archive", limit))
        dovecot.fill("desk", raws)
        desk = Desk(Path(folder) / "home", dovecot, sink)
        began = time.perf_counter()
        desk.ok("sync", "--once")
        synced = time.perf_counter() - began
        began = time.perf_counter()
        found = {word: desk.json("search", word)["results"] for word in ("regression", "ggplot", '"linear model"')}
        searched = (time.perf_counter() - began) / len(found)
        dovecot.halt()
        done = work(desk)
        dovecot.run()
        for _ in range(3):
            desk.ok("sync", "--once")
        result = check(desk, done, len(raws))
    return {
        **result,
        "first_sync_s": round(synced, 1),
        "search_command_s": round(searched, 2),
        "found": {word: len(results) for word, results in found.items()},
    }


def main() -> None:
    """Live the day and judge it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path, nargs="?", default=archives())
    parser.add_argument("--limit", type=int, default=1_000_000)
    given = parser.parse_args()
    if problem := Dovecot.missing():
        sys.exit(problem)
    result = day(given.source, given.limit)
    print(json.dumps(result, indent=1, ensure_ascii=False))
    wrong = (
        result["ledger_rows"] < result["mails"] + result["answers_queued"]
        or result["answers_at_the_server"] != result["answers_queued"]
        or result["answers_doubled"]
        or result["outbox_left"]
        or result["doctor_exit"]
    )
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
