"""A whole installation for end-to-end tests: a real Dovecot, a real SMTP server, and the command as a user runs it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.servers.dovecot import PASSWORD, Dovecot
from tests.servers.smtp_sink import SmtpSink, smtp_sink

ROOT = Path(__file__).resolve().parents[2]
CONFIG = """
[agent]
name = "Ana"
timezone = "Europe/Amsterdam"

[[account]]
name = "support"
address = "{address}"
undo_seconds = 0
{more}
[account.imap]
host = "127.0.0.1"
port = {imap}
security = "plain"
username = "{user}"

[account.smtp]
host = "127.0.0.1"
port = {smtp}
security = "plain"
username = "{user}"
"""


class Desk:
    """One agent's home, the servers of the mailbox, and the command line."""

    def __init__(self, home: Path, dovecot: Dovecot, sink: SmtpSink, *, user: str = "desk", more: str = "") -> None:
        self.home, self.dovecot, self.sink, self.user = home, dovecot, sink, user
        self.address = "support@harbourbikes.example"
        sink.users[user] = PASSWORD
        (home / "config").mkdir(parents=True, exist_ok=True)
        (home / "config" / "config.toml").write_text(
            CONFIG.format(address=self.address, imap=dovecot.port, smtp=sink.port, user=user, more=more)
        )
        self.env = {
            **os.environ,
            "OMNITUI_HOME": str(home),
            "OMNITUI_PASSWORD_SUPPORT": PASSWORD,
            "PYTHONPATH": str(ROOT),
        }

    def run(self, *words: str, stdin: str = "", timeout: float = 600) -> subprocess.CompletedProcess[str]:
        """Run `omnitui WORDS` to its end, whatever its exit code."""
        return subprocess.run(
            [sys.executable, "-m", "omnitui", *words],
            env=self.env,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=timeout,
            cwd=self.home,
        )

    def ok(self, *words: str, stdin: str = "", timeout: float = 600) -> str:
        """Run it, require success, give its standard output."""
        done = self.run(*words, stdin=stdin, timeout=timeout)
        assert done.returncode == 0, f"omnitui {' '.join(words)} -> {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def json(self, *words: str, stdin: str = "", timeout: float = 600) -> Any:
        """Run it with `--json` and read the document."""
        document = json.loads(self.ok(*words, "--json", stdin=stdin, timeout=timeout))
        assert document["schema"] == 1
        return document


@contextlib.contextmanager
def running_sink(sink: SmtpSink | None = None) -> Iterator[SmtpSink]:
    """The SMTP server in a loop of its own, in a thread."""
    sink = sink or SmtpSink()
    ready, finish = threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        async with smtp_sink(sink):
            ready.set()
            await finish.wait()

    def turn() -> None:
        asyncio.set_event_loop(loop)
        loop.run_until_complete(serve())
        loop.close()

    thread = threading.Thread(target=turn)
    thread.start()
    assert ready.wait(10)
    try:
        yield sink
    finally:
        loop.call_soon_threadsafe(finish.set)
        thread.join(10)
