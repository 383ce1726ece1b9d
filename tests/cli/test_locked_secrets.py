"""The encrypted file in use: asked for once at the start of the screen, handed to the worker unseen, or given later."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.cli.run import ROOT, omnitui
from tests.demo.terminal import running
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.sync.imap.desk import mail
from tests.sync.oauth.signing_in import NO_KEYRING, PASSPHRASE, Talk, until

pytestmark = pytest.mark.servers


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    if reason := Dovecot.missing():
        pytest.skip(reason)
    with Dovecot() as one:
        yield one


@pytest.fixture
def home(tmp_path: Path, server: Dovecot, request: pytest.FixtureRequest) -> Path:
    """An account whose password stands in the encrypted file, and one mail that waits on the server."""
    user = f"locked-{abs(hash(request.node.name)) % 10**8}"
    (tmp_path / "config").mkdir()
    (tmp_path / "config/config.toml").write_text(
        '[[account]]\nname = "desk"\naddress = "desk@shop.example"\n[account.imap]\n'
        f'host = "{server.name}"\nport = {server.port}\nsecurity = "plain"\nusername = "{user}"\n'
    )
    server.append(user, mail(1, text="words of the first mail"))
    done = omnitui(
        tmp_path, "secret", "set", "desk", stdin=PASSWORD + "\n", OMNITUI_PASSPHRASE=PASSPHRASE, **NO_KEYRING
    )
    assert "in the encrypted file" in done.stderr
    return tmp_path


def workers(home: Path) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter(["cmdline"]):
        words = process.info["cmdline"] or []
        if str(home) in words and "sync" in words:
            found.append(process)
    return found


def synced(home: Path) -> bool:
    return b"words of the first mail" in b"".join(path.read_bytes() for path in (home / "data").glob("cache.db*"))


def shown(home: Path) -> str:
    log = home / "state/omnitui.log"
    return log.read_text() if log.exists() else "no log"


def test_the_screen_asks_once_and_the_worker_gets_it_by_a_pipe(home: Path) -> None:
    environ = {**os.environ, **NO_KEYRING, "TERM": "xterm-256color", "PYTHONPATH": str(ROOT)}
    with running([sys.executable, "-m", "omnitui", "--home", str(home)], environ) as terminal:
        terminal.wait(lambda text: "Pass phrase of your secrets" in text)
        terminal.type("a wrong one\r")
        terminal.wait(lambda text: "does not open" in text and text.count("Pass phrase of your secrets") == 2)
        assert "a wrong one" not in terminal.text
        terminal.type(PASSPHRASE + "\r")
        terminal.wait(lambda text: "Parcel 1" in text)
        assert PASSPHRASE not in terminal.text
        (worker,) = workers(home)
        assert "--passphrase-stdin" in worker.cmdline()
        assert PASSPHRASE not in " ".join(worker.cmdline())
        assert PASSPHRASE not in str(worker.environ())
        worker.terminate()
        worker.wait(15)
    for path in home.rglob("*"):
        if path.is_file():
            written = path.read_bytes()
            assert PASSPHRASE.encode() not in written, path
            assert PASSWORD.encode() not in written, path


def test_without_it_the_screen_works_and_says_what_is_missing(home: Path) -> None:
    environ = {**os.environ, **NO_KEYRING, "TERM": "xterm-256color", "PYTHONPATH": str(ROOT)}
    with running([sys.executable, "-m", "omnitui", "--home", str(home)], environ) as terminal:
        terminal.wait(lambda text: "Enter goes on without" in text)
        terminal.type("\r")
        until(lambda: "is locked" in shown(home), lambda: shown(home))
        terminal.wait(lambda text: "desk refused" in text)
        terminal.type("ge")
        terminal.wait(lambda text: "omnitui secret unlock" in " ".join(text.split()))
        for worker in workers(home):
            worker.terminate()
            worker.wait(15)
    assert "omnitui secret unlock" in shown(home)


def test_a_service_is_unlocked_while_it_runs(home: Path) -> None:
    environ = {**os.environ, **NO_KEYRING, "PYTHONPATH": str(ROOT)}
    with Talk([sys.executable, "-m", "omnitui", "--home", str(home), "sync"], environ):
        until(lambda: "is locked" in shown(home), lambda: shown(home))
        wrong = omnitui(home, "secret", "unlock", stdin="wrong\n", **NO_KEYRING)
        assert wrong.returncode == 4
        assert "does not open" in wrong.stderr
        done = omnitui(home, "secret", "unlock", stdin=PASSPHRASE + "\n", **NO_KEYRING)
        assert done.returncode == 0, done.stderr
        until(lambda: synced(home), lambda: shown(home))
        time.sleep(0.2)
    assert PASSPHRASE not in shown(home)
    assert PASSWORD not in shown(home)


def test_a_service_gets_it_from_a_program(home: Path) -> None:
    config = home / "config/config.toml"
    (home / "phrase").write_text(PASSPHRASE + "\n")
    config.write_text(f'[secrets]\npassphrase_command = ["cat", "{home}/phrase"]\n' + config.read_text())
    assert omnitui(home, "sync", "--once", **NO_KEYRING).returncode == 0
    assert synced(home)
    stores = omnitui(home, "secret", "stores", **NO_KEYRING).stdout
    assert "yes  encrypted file" in stores
    assert "passphrase_command (cat)" in stores
    assert "no   keyring" in stores


def test_the_pass_phrase_is_not_asked_for_where_no_file_is(tmp_path: Path) -> None:
    done = omnitui(tmp_path, "secret", "unlock", stdin="x\n", **NO_KEYRING)
    assert done.returncode == 7
    assert "nothing needs to be unlocked" in done.stderr


def test_the_page_of_accounts_unlocks_and_changes_the_password(home: Path) -> None:
    environ = {**os.environ, **NO_KEYRING, "TERM": "xterm-256color", "PYTHONPATH": str(ROOT)}
    with running([sys.executable, "-m", "omnitui", "--home", str(home)], environ, 80, 24) as terminal:
        terminal.wait(lambda text: "Enter goes on without" in text)
        terminal.type("\r")
        terminal.wait(lambda text: "desk refused" in text)
        terminal.type("ge")
        terminal.wait(lambda text: "omnitui secret unlock" in " ".join(text.split()))
        terminal.type("\r")
        terminal.wait(lambda text: "Unlock the secrets" in text)
        terminal.type("u")
        terminal.wait(lambda text: "Pass phrase of your secrets" in text)
        terminal.type("\r")
        terminal.wait(lambda text: "Enter goes back to the screen" in text)
        terminal.type("\r")
        terminal.wait(lambda text: "It was not done" in text)
        terminal.type("\r")
        terminal.wait(lambda text: "Unlock the secrets" in text)
        terminal.type("u")
        terminal.wait(lambda text: "Pass phrase of your secrets" in text)
        terminal.type(PASSPHRASE + "\r")
        terminal.wait(lambda text: "Enter goes back to the screen" in text)
        terminal.type("\r")
        terminal.wait(lambda text: "desk" in text and "online" in text)
        terminal.type("q")
        terminal.wait(lambda text: "Parcel 1" in text)
        assert PASSPHRASE not in terminal.text
        for worker in workers(home):
            worker.terminate()
            worker.wait(15)
