"""The peers, each with a home of its own: mbsync (isync) to fetch, notmuch to index and search."""

from __future__ import annotations

import os
import resource
import shutil
import statistics
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

MBSYNC = """FSync no

IMAPAccount peer
Host {host}
Port {port}
User {user}
Pass {password}
SSLType None
AuthMechs LOGIN
PipelineDepth 100

IMAPStore far
Account peer

MaildirStore near
Path {home}/mail/
Inbox {home}/mail/INBOX
SubFolders Verbatim

Channel all
Far :far:
Near :near:
Patterns INBOX
Create Near
Sync All
SyncState *
CopyArrivalDate yes
"""
NOTMUCH = """[database]
path={home}/mail
[user]
name=Peer
primary_email=support@harbourbikes.example
[new]
tags=unread;inbox;
ignore=.mbsyncstate;.uidvalidity;.mbsyncstate.journal;.mbsyncstate.new;.mbsyncstate.lock
[maildir]
synchronize_flags=true
"""


@dataclass(frozen=True)
class Run:
    """One finished command: wall seconds, CPU seconds, peak MiB of the largest child so far."""

    seconds: float
    cpu: float
    output: str


@dataclass(frozen=True)
class Mailserver:
    """Where a mailbox is served in clear text on loopback."""

    host: str
    port: int
    user: str
    password: str


def missing_peers() -> list[str]:
    """Which of the peers are not installed (Debian: isync, notmuch)."""
    return [name for name in ("mbsync", "notmuch") if shutil.which(name) is None]


def timed(command: Sequence[str], env: dict[str, str] | None = None) -> Run:
    """Run to the end; raises CalledProcessError with its output when it fails."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    done = subprocess.run(command, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True)
    seconds = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Run(seconds, cpu, done.stdout)


def spread(values: Sequence[float]) -> dict[str, float | int]:
    """Median, least, most and how many."""
    return {
        "median": round(statistics.median(values), 4),
        "min": round(min(values), 4),
        "max": round(max(values), 4),
        "runs": len(values),
    }


class Peer:
    """mbsync and notmuch over one mailbox, in `home`."""

    def __init__(self, home: Path, server: Mailserver) -> None:
        self.home, self.server = home, server
        self.env = dict(
            os.environ,
            HOME=str(home),
            NOTMUCH_CONFIG=str(home / "notmuch-config"),
            XDG_CONFIG_HOME=str(home / "config"),
        )

    def fresh(self) -> None:
        """Forget everything that was fetched."""
        shutil.rmtree(self.home, ignore_errors=True)
        (self.home / "mail").mkdir(parents=True)
        values = {
            "home": self.home,
            "host": self.server.host,
            "port": self.server.port,
            "user": self.server.user,
            "password": self.server.password,
        }
        for name, text in (("mbsyncrc", MBSYNC), ("notmuch-config", NOTMUCH)):
            path = self.home / name
            path.write_text(text.format(**values), encoding="utf-8")
            path.chmod(0o600)

    def fetch(self) -> Run:
        """Synchronise the Maildir with the server."""
        return timed(["mbsync", "-q", "-q", "-c", str(self.home / "mbsyncrc"), "all"], self.env)

    def index(self) -> Run:
        """Index what is new."""
        return timed(["notmuch", "new", "--quiet"], self.env)

    def search(self, words: str, limit: int = 50) -> Run:
        """The newest threads that match."""
        return timed(["notmuch", "search", f"--limit={limit}", words], self.env)
