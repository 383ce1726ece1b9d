"""First sync of a mailbox from Dovecot to searchable and threaded, against mbsync and notmuch on the same mailbox.

    python -m bench.first_sync [--count 10000] [--runs 3] [--maildir FOLDER]

Takes turns, ours and the peers', so that a machine that changes its speed changes both. Ours is the whole command
`omnitui sync --once` on an empty home: start of the interpreter, login, fetch, parse, thread, index, commit.
Then a worker that runs already: nothing new, ten new mails, and one that the server announces.
Prints one JSON object; `ratio` is ours / (mbsync + notmuch new), pair by pair, median; `ratio_of_cpu` is the same of
CPU seconds, which is what counts on a machine whose cores are busy with other things.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench import kept_worker
from bench.mailbox import write_maildir
from bench.peers import Mailserver, Peer, missing_peers, spread
from tests.servers.dovecot import PASSWORD, Dovecot

ROOT = Path(__file__).resolve().parents[1]
CONFIG = """
[[account]]
name = "bench"
address = "support@harbourbikes.example"

[account.imap]
host = "127.0.0.1"
port = {port}
security = "plain"
username = "bench"
"""


def ours(home: Path, port: int) -> dict[str, float]:
    """One first sync into an empty home: seconds, CPU, seconds to the first conversation, peak MiB of the worker."""
    shutil.rmtree(home, ignore_errors=True)
    (home / "config").mkdir(parents=True)
    (home / "config" / "config.toml").write_text(CONFIG.format(port=port), encoding="utf-8")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    worker = start(home)
    first = first_conversation(home / "data" / "cache.db", worker, started)
    output, _ = worker.communicate()
    seconds = time.perf_counter() - started
    if worker.returncode:
        sys.exit(f"omnitui sync ended with {worker.returncode}: {output}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"seconds": seconds, "cpu": cpu, "first": first, "rss": after.ru_maxrss / 1024}


def start(home: Path, *words: str) -> subprocess.Popen[str]:
    """`omnitui sync --once` on this home."""
    return subprocess.Popen(
        [sys.executable, "-m", "omnitui", "--home", str(home), "sync", *(words or ("--once",))],
        env={**os.environ, "OMNITUI_PASSWORD_BENCH": PASSWORD, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def first_conversation(cache: Path, worker: subprocess.Popen[str], started: float) -> float:
    """Seconds until another process can read a conversation."""
    while worker.poll() is None:
        if cache.exists():
            try:
                reader = sqlite3.connect(f"file:{cache}?mode=ro", uri=True)
                found = reader.execute("SELECT 1 FROM conversation LIMIT 1").fetchone()
                reader.close()
                if found:
                    return time.perf_counter() - started
            except sqlite3.OperationalError:
                pass
        time.sleep(0.01)
    return float("nan")


def counts(cache: Path) -> dict[str, int]:
    """How much has come."""
    reader = sqlite3.connect(f"file:{cache}?mode=ro", uri=True)
    tables = ("message", "conversation", "ledger")
    found = {name: int(reader.execute(f"SELECT count(*) FROM {name}").fetchone()[0]) for name in tables}  # noqa: S608
    found["quarantined"] = int(
        reader.execute("SELECT count(*) FROM ledger WHERE outcome = 'quarantined'").fetchone()[0]
    )
    reader.close()
    return found


def fill(maildir: Path, count: int, given: Path | None) -> int:
    """Put the mails in: made ones, or the first `count` of a Maildir that was given; how many there are."""
    if given is None:
        write_maildir(maildir, count)
        return count
    mails = sorted(path for name in ("cur", "new") for path in (given / name).iterdir())[:count]
    for folder in ("cur", "new", "tmp"):
        (maildir / folder).mkdir(parents=True, exist_ok=True)
    for mail in mails:
        shutil.copy2(mail, maildir / mail.parent.name / mail.name)
    return len(mails)


def measure(count: int, runs: int, given: Path | None = None) -> dict[str, object]:
    """Ours and the peers' in turn."""
    with Dovecot() as server, tempfile.TemporaryDirectory(prefix="omni-bench-") as folder:
        count = fill(server.maildir("bench"), count, given)
        server.own(server.top / "mail")
        with server.client("bench") as other:
            other.fetch("1:*", "(UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE)")
        peer = Peer(Path(folder) / "peer", Mailserver(server.host, server.port, "bench", PASSWORD))
        home = Path(folder) / "home"
        mine: list[dict[str, float]] = []
        fetch, index, cpu, nothing = [], [], [], []
        for _ in range(runs):
            mine.append(ours(home, server.port))
            peer.fresh()
            fetched, indexed = peer.fetch(), peer.index()
            fetch.append(fetched.seconds)
            index.append(indexed.seconds)
            cpu.append(fetched.cpu + indexed.cpu)
            began = time.perf_counter()
            start(home).communicate()
            nothing.append(time.perf_counter() - began)
        have = counts(home / "data" / "cache.db")
        with kept_worker.kept(start, home):
            kept = kept_worker.measure(server, home, peer, count, max(3, runs))
    both = [a + b for a, b in zip(fetch, index, strict=True)]
    return {
        "mails": count,
        **have,
        "ours_s": spread([run["seconds"] for run in mine]),
        "ours_cpu_s": spread([run["cpu"] for run in mine]),
        "ours_first_conversation_s": spread([run["first"] for run in mine]),
        "ours_peak_mib": round(max(run["rss"] for run in mine), 1),
        "mbsync_s": spread(fetch),
        "notmuch_s": spread(index),
        "ratio": round(statistics.median(run["seconds"] / peer for run, peer in zip(mine, both, strict=True)), 3),
        "peers_cpu_s": spread(cpu),
        "ratio_of_cpu": round(statistics.median(run["cpu"] / peer for run, peer in zip(mine, cpu, strict=True)), 3),
        "ratio_to_mbsync_alone": round(
            statistics.median(run["seconds"] / peer for run, peer in zip(mine, fetch, strict=True)), 2
        ),
        "nothing_new_whole_process_s": spread(nothing),
        **{f"kept_worker_{name}_s": spread(times) for name, times in kept.items()},
        "kept_worker_nothing_new_ratio": round(
            statistics.median(a / b for a, b in zip(kept["nothing"], kept["peer_nothing"], strict=True)), 3
        ),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--maildir", type=Path, help="a mailbox of your own instead of the made-up one; only read")
    given = parser.parse_args()
    if missing := missing_peers():
        sys.exit(f"not installed: {', '.join(missing)} (Debian: apt-get install isync notmuch)")
    if problem := Dovecot.missing():
        sys.exit(problem)
    print(json.dumps(measure(given.count, given.runs, given.maildir), indent=1))


if __name__ == "__main__":
    main()
