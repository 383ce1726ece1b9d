"""The demo's own home: a private temporary folder with a config for the servers within, gone afterwards."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from omnitui.config.example import toml
from omnitui.config.places import places, prepare
from omnitui.core.errors import Offline
from omnitui.core.reply_files import from_toml
from omnitui.core.times import Instant
from omnitui.store.connection import Role, open_cache
from omnitui.triage import saved_replies
from omnitui.triage.agent import Agent

ACCOUNT = "shop"
CHAT = "shop-chat"
SUPPORT = "support@lantern.example"


@dataclass(frozen=True)
class DemoHome:
    """A running demo: where its files stand, and the ports of its servers on loopback."""

    path: Path
    imap: int
    smtp: int


@contextmanager
def demo_home(*, keep: bool = False, size: int = 0, haste: float = 1.0) -> Iterator[DemoHome]:
    """Start the demo's servers and write a config for them; at the end stop them and remove all, unless `keep`.

    The servers' process does the tidying, when our end of its input closes: so nothing stays even when we are killed.
    Raises Offline when the servers do not start.
    """
    home = Path(tempfile.mkdtemp(prefix="omnitui-demo-"))
    found = places(home, {})
    prepare(found)
    password = found.state / "demo-password"
    _write(password, secrets.token_urlsafe(24) + "\n")
    servers = _start(home, password, keep=keep, size=size, haste=haste)
    try:
        ports = _ports(servers, found.state / "demo.log")
        script = found.state / "chat.toml"
        _write(script, f"haste = {haste}\n" + resources.files("omnitui.demo").joinpath("chat.toml").read_text("utf-8"))
        _write(found.config_file, _config(ports["imap"], ports["smtp"], password, script))
        _save_replies(found.cache_db)
        yield DemoHome(home, ports["imap"], ports["smtp"])
    finally:
        for pipe in (servers.stdin, servers.stdout):
            if pipe is not None:
                pipe.close()
        servers.wait()


def _start(home: Path, password: Path, *, keep: bool, size: int, haste: float) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "omnitui.demo.server", "--home", str(home), "--password", str(password)]
    command += ["--size", str(size), "--haste", str(haste)] + ["--keep"] * keep
    path = home / "state" / "demo.log"
    _write(path, "")
    with path.open("a", encoding="utf-8") as log:
        # A session of its own: Ctrl+C in the terminal is for the screen, not for the servers.
        return subprocess.Popen(  # noqa: S603 - this very program
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True, start_new_session=True
        )


def _ports(servers: subprocess.Popen[str], log: Path) -> dict[str, int]:
    line = servers.stdout.readline() if servers.stdout else ""
    if not line:
        raise Offline(f"the demo's servers did not start: {_last_words(log)}")
    ports: dict[str, int] = json.loads(line)
    return ports


def _last_words(log: Path) -> str:
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    except OSError:
        lines = []
    return lines[-1] if lines else "they said nothing"


def _config(imap: int, smtp: int, password: Path, script: Path) -> str:
    """An account on both servers; the password is read from the private folder as any other program's would be."""
    server = 'host = "127.0.0.1"\nport = {port}\nsecurity = "plain"\n'
    return (
        f"[agent]\nname = {toml('You')}\n\n[[account]]\nname = {toml(ACCOUNT)}\naddress = {toml(SUPPORT)}\n"
        f"display_name = {toml('Lantern Lane')}\npassword_command = {toml(['cat', str(password)])}\n"
        f"signature = {toml('Kind regards,' + chr(10) + 'Lantern Lane, customer support')}\nundo_seconds = 5\n"
        f"\n[account.imap]\n{server.format(port=imap)}\n[account.smtp]\n{server.format(port=smtp)}"
        f"\n[[account]]\nname = {toml(CHAT)}\nchannel = {toml('fake')}\ndisplay_name = {toml('Lantern Lane chat')}\n"
        f"undo_seconds = 5\n[account.fake]\nfolder = {toml(str(password.parent / 'chat'))}\n"
        f"script = {toml(str(script))}\n"
    )


def _save_replies(cache_db: Path) -> None:
    """The shop's saved replies; in the name of the demo, so that nobody's undo takes them away."""
    text = resources.files("omnitui.demo").joinpath("replies.toml").read_text(encoding="utf-8")
    cache = open_cache(cache_db, Role.OPERATIONS)
    try:
        saved_replies.put(cache, Agent("demo"), from_toml(text, "replies.toml"), Instant(time.time_ns() // 1_000_000))
    finally:
        cache.close()


def _write(path: Path, text: str) -> None:
    with os.fdopen(
        os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600), "w", encoding="utf-8"
    ) as file:
        file.write(text)
