"""A home whose account signs in with our own provider, and a real Dovecot that asks that provider about tokens."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from tests.servers.dovecot import Dovecot
from tests.servers.identity import IdentityProvider

ROOT = Path(__file__).resolve().parents[3]
PASSPHRASE = "planted pass phrase of the vault"
NO_KEYRING = {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}


class Home:
    """The home of one user. The tokens go into the encrypted file."""

    def __init__(self, path: Path, server: Dovecot, provider: IdentityProvider, user: str) -> None:
        self.path, self.server, self.provider, self.user = path, server, provider, user
        (path / "config").mkdir()
        self.write()

    def write(self, more: str = "") -> None:
        (self.path / "config/config.toml").write_text(
            f'[[account]]\nname = "desk"\naddress = "desk@shop.example"\n{self.provider.config()}'
            f'[account.imap]\nhost = "{self.server.name}"\nport = {self.server.port}\nsecurity = "plain"\n'
            f'username = "{self.user}"\n{more}'
        )

    def environ(self, **more: str) -> dict[str, str]:
        return {**os.environ, **NO_KEYRING, "OMNITUI_PASSPHRASE": PASSPHRASE, **more}

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "omnitui", "--home", str(self.path), *words]

    def run(self, *words: str, stdin: str = "", **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*words), cwd=ROOT, input=stdin, capture_output=True, text=True, env=self.environ(**more)
        )

    def start(self, *words: str, **more: str) -> Talk:
        return Talk(self.command(*words), self.environ(**more))

    def sign_in(self) -> None:
        """By device code, the user agreeing at once."""
        with self.start("login", "desk", "--device") as talk:
            code = talk.wait_for(r"type this code: (\w+)")
            self.provider.approve(code, self.user)
            assert talk.ended() == 0, talk.heard

    def ask(self, sql: str) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(self.path / "data/cache.db")) as cache:
            return cache.execute(sql).fetchall()

    def messages(self) -> int:
        return int(str(self.ask("SELECT count(*) FROM message")[0][0]))

    def everything_written(self) -> bytes:
        """Every byte of every file under the home."""
        return b"\n".join(path.read_bytes() for path in sorted(self.path.rglob("*")) if path.is_file())


class Talk:
    """A command that runs while we read what it says and type to it."""

    def __init__(self, command: list[str], environ: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=environ, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )  # fmt: skip
        self.heard = ""
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def __enter__(self) -> Talk:
        return self

    def __exit__(self, *_: object) -> None:
        # Kindly first: one that is killed leaves children that hold the pipe we read.
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._thread.join(10)
        assert not self._thread.is_alive(), "somebody still holds the pipe"
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                stream.close()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.heard += line

    def type(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def wait_for(self, pattern: str, seconds: float = 20.0) -> str:
        until(lambda: re.search(pattern, self.heard) is not None, lambda: f"{pattern} in {self.heard!r}", seconds)
        found = re.search(pattern, self.heard)
        assert found is not None
        return found.group(found.re.groups and 1)

    def ended(self, seconds: float = 20.0) -> int:
        code = self.process.wait(seconds)
        self._thread.join(5)
        return code


def until(true: Callable[[], bool], what: Callable[[], str], seconds: float = 20.0) -> None:
    """Wait, and say what has not come about."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"not within {seconds} s: {what()}"
        time.sleep(0.02)
