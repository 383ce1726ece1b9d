"""The worker as a process of its own, against a real Dovecot."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from omnitui import worker
from omnitui.config.places import places, prepare
from omnitui.config.schema import Settings
from omnitui.core.errors import Refused
from omnitui.spawn import spawn_if_none
from omnitui.sync.lock import WorkerLock, held
from omnitui.sync.redact import HIDDEN, Redactor, end_log, start_log
from omnitui.sync.wire import ask_worker
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.sync.imap.desk import mail, now

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    if reason := Dovecot.missing():
        pytest.skip(reason)
    with Dovecot() as one:
        yield one


class Home:
    """A home with one account, and the processes that work on it."""

    def __init__(self, path: Path, server: Dovecot, user: str) -> None:
        self.path, self.server, self.user = path, server, user
        (path / "config").mkdir()
        self.write(PASSWORD)

    def write(self, password: str) -> None:
        (self.path / "config/config.toml").write_text(
            '[[account]]\nname = "desk"\naddress = "desk@shop.example"\n'
            f'password_command = ["echo", "{password}"]\n[account.imap]\nhost = "{self.server.name}"\n'
            f'port = {self.server.port}\nsecurity = "plain"\nusername = "{self.user}"\n'
        )

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "omnitui", "--home", str(self.path), *words]

    def once(self) -> subprocess.CompletedProcess[str]:
        return subprocess.run(self.command("sync", "--once", "--json"), cwd=ROOT, capture_output=True, text=True)

    @contextlib.contextmanager
    def worker(self, *words: str) -> Iterator[subprocess.Popen[bytes]]:
        process = subprocess.Popen(self.command("sync", *words), cwd=ROOT)
        try:
            until(lambda: self.socket.exists(), "the worker listens")
            yield process
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()

    @property
    def socket(self) -> Path:
        return self.path / "state/worker.sock"

    def ask(self, sql: str) -> list[tuple[object, ...]]:
        with contextlib.closing(sqlite3.connect(self.path / "data/cache.db")) as cache:
            return cache.execute(sql).fetchall()

    def messages(self) -> int:
        return int(str(self.ask("SELECT count(*) FROM message")[0][0]))


@pytest.fixture
def home(tmp_path: Path, server: Dovecot, request: pytest.FixtureRequest) -> Home:
    return Home(tmp_path, server, f"worker-{abs(hash(request.node.name)) % 10**8}")


def until(true: Callable[[], bool], what: str, seconds: float = 15) -> float:
    started = time.monotonic()
    while not true():
        assert time.monotonic() - started < seconds, f"not within {seconds} s: {what}"
        time.sleep(0.01)
    return time.monotonic() - started


@pytest.mark.servers
def test_a_new_mail_is_a_row_in_half_a_second_and_screens_hear_of_it(home: Home) -> None:
    with home.worker() as process, socket.socket(socket.AF_UNIX) as screen:
        until(lambda: home.ask("SELECT state FROM account") == [("online",)], "online")
        assert stat.S_IMODE(home.socket.stat().st_mode) == 0o600
        screen.connect(os.fspath(home.socket))
        screen.settimeout(5)
        time.sleep(0.5)
        took = []
        for n in range(5):
            home.server.append(home.user, mail(n))
            took.append(until(lambda: home.messages() == n + 1, "the mail is a row"))  # noqa: B023
        # The quickest: other tests run beside this one. The bar itself is measured in bench/.
        assert min(took) < 0.5
        heard = json.loads(screen.makefile().readline())
        assert heard["changed"]
        assert heard["seq"] > 0
        process.send_signal(signal.SIGTERM)
        assert process.wait(5) == 0
    assert not home.socket.exists()
    assert not held(home.path / "state/worker.lock")


@pytest.mark.servers
def test_one_worker_a_cache_and_once_asks_it(home: Home) -> None:
    home.server.append(home.user, mail(1))
    with home.worker() as process:
        until(lambda: home.messages() == 1, "first sync")
        second = subprocess.run(home.command("sync"), cwd=ROOT, capture_output=True, text=True)
        assert second.returncode == 7
        assert f"process {process.pid}" in second.stderr
        asked = home.once()
        assert asked.returncode == 0
        assert json.loads(asked.stdout)["accounts"][0]["state"] == "online"
        assert ask_worker(home.socket, "status", "pid", 5) == process.pid
        process.kill()
        process.wait()
    assert home.once().returncode == 0, "a dead worker holds nothing"


@pytest.mark.servers
def test_a_refused_login_waits_for_the_user_and_its_words_hold_no_secret(home: Home) -> None:
    home.write("wrong-one")
    refused = home.once()
    assert refused.returncode == 4
    assert json.loads(refused.stdout)["accounts"][0]["state"] == "refused"
    with home.worker() as process:
        until(lambda: home.ask("SELECT state FROM account") == [("refused",)], "refused")
        home.write(PASSWORD)
        until(lambda: home.ask("SELECT state FROM account") == [("online",)], "the new config is used")
        process.terminate()
        process.wait(5)
    log = (home.path / "state/omnitui.log").read_text()
    assert "wrong-one" not in log
    assert PASSWORD not in log
    assert stat.S_IMODE((home.path / "state/omnitui.log").stat().st_mode) == 0o600


@pytest.mark.servers
def test_a_server_that_is_away_is_tried_again(home: Home, server: Dovecot) -> None:
    with home.worker() as process:
        until(lambda: home.ask("SELECT state FROM account") == [("online",)], "online")
        server.halt()
        try:
            until(lambda: home.ask("SELECT state FROM account") == [("offline",)], "offline")
        finally:
            server.run()
        until(lambda: home.ask("SELECT state FROM account") == [("online",)], "online again", 30)
        process.terminate()
        assert process.wait(5) == 0


@pytest.mark.servers
def test_a_screen_starts_a_worker_when_none_runs_and_it_goes_when_unused(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = places(home.path, {})
    prepare(where)
    monkeypatch.syspath_prepend(str(ROOT))
    assert spawn_if_none(where, home.path)
    until(lambda: home.socket.exists(), "it listens")
    assert not spawn_if_none(where, home.path), "one is enough"
    until(lambda: home.ask("SELECT state FROM account") == [("online",)], "online")
    with socket.socket(socket.AF_UNIX) as screen:
        screen.connect(os.fspath(home.socket))
        screen.sendall(b'{"do": "stop"}\n')
        until(lambda: not held(where.lock), "it ends when asked to")
    assert not home.socket.exists()


async def test_a_worker_started_by_a_screen_ends_after_the_last_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "FIRST_SCREEN", 0.5)
    monkeypatch.setattr(worker, "LAST_SCREEN", 10.0)
    where = places(tmp_path, {})
    prepare(where)
    running = asyncio.create_task(worker.Worker(where, Settings(), now).run(while_used=True))
    await asyncio.to_thread(until, where.socket.exists, "it listens")
    _, screen = await asyncio.open_unix_connection(where.socket)
    await asyncio.sleep(0.8)
    assert not running.done(), "a screen uses it"
    monkeypatch.setattr(worker, "LAST_SCREEN", 0.2)
    screen.close()
    await asyncio.wait_for(running, 10)


def test_the_worker_knows_no_textual() -> None:
    code = (
        "import sys, omnitui.worker, omnitui.cli.sync; print(sorted(m for m in sys.modules if m.startswith('textual')))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_without_accounts_there_is_nothing_to_do(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "omnitui", "--home", str(tmp_path), "sync", "--once"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")
    assert "no account" in done.stderr


def test_the_lock_is_for_one_and_dies_with_its_holder(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    first, second = WorkerLock(path), WorkerLock(path)
    first.take()
    assert held(path)
    with pytest.raises(Refused, match=str(os.getpid())):
        second.take()
    first.release()
    assert not held(path)
    second.take()
    second.release()


@pytest.mark.parametrize(
    "line",
    [
        "Authorization: Bearer abc.def",
        "sent a1 LOGIN ann xyzzy-pass",
        'a1 LOGIN "ann" "xyzzy-pass"',
        "AUTHENTICATE PLAIN eHl6enktcGFzcw==",
        "password=xyzzy-pass",
        "GET /bot123456:AAxyzzy-pass/getMe",
        "told xyzzy-pass outright",
    ],
)
def test_the_log_holds_no_secret(line: str) -> None:
    redactor = Redactor()
    redactor.hide("told xyzzy-pass")
    clean = redactor.clean(line)
    assert HIDDEN in clean
    assert "xyzzy" not in clean
    assert "abc.def" not in clean
    assert "eHl6" not in clean


def test_nothing_in_the_log_steers_a_terminal_or_passes_for_another_line(tmp_path: Path) -> None:
    """It is read with `cat` and `tail`; what went wrong was often caused by a hostile mail or server."""
    hostile = "NO \x1b]52;c;aGk=\x07\x9b31m\u202eevil\r\n2026-01-01 00:00:00,000 1 INFO omnitui: all is well"
    handler = start_log(tmp_path / "log", Redactor())
    try:
        logging.getLogger("omnitui.test").warning("account %s: %s", "desk", hostile)
        try:
            raise ValueError(hostile)
        except ValueError:
            logging.getLogger("omnitui.test").exception("a fault")
    finally:
        end_log(handler)
    written = (tmp_path / "log").read_text()
    assert all(line.isprintable() for line in written.splitlines())
    assert written.count("NO ]52;c;aGk=31mevil") == 2
    beginnings = [line for line in written.splitlines() if not line.startswith(" ")]
    assert [line.split()[3] for line in beginnings] == ["WARNING", "ERROR"]
