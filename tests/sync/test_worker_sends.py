"""From `omnitui reply` to the customer's mailbox: the worker as a process, real servers, the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.servers.dovecot import PASSWORD, Dovecot
from tests.servers.postfix import Postfix, dovecot_for_postfix
from tests.sync.imap.desk import mail

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.servers


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[Dovecot, Postfix]]:
    if reason := Dovecot.missing() or Postfix.missing():
        pytest.skip(reason)
    dovecot, port = dovecot_for_postfix()
    with dovecot, Postfix(dovecot, port, "shop.test", ("support", "anna")) as postfix:
        yield dovecot, postfix


class Home:
    """A home whose account receives from Dovecot and sends through Postfix."""

    def __init__(self, path: Path, dovecot: Dovecot, postfix: Postfix) -> None:
        self.path = path
        (path / "config").mkdir()
        (path / "config/config.toml").write_text(
            '[agent]\nname = "ana"\ntimezone = "Europe/Amsterdam"\n'
            '[[account]]\nname = "desk"\naddress = "support@shop.test"\ndisplay_name = "The shop"\nundo_seconds = 1\n'
            f'password_command = ["echo", "{PASSWORD}"]\n'
            f'[account.imap]\nhost = "localhost"\nport = {dovecot.tls_port}\nca_file = "{dovecot.certificate}"\n'
            f'[account.smtp]\nhost = "localhost"\nport = {postfix.port}\nsecurity = "starttls"\n'
            f'ca_file = "{dovecot.certificate}"\n'
        )

    def run(self, *words: str, typed: str = "", code: int = 0) -> Any:
        """A command and its JSON document."""
        done = subprocess.run(
            [sys.executable, "-m", "omnitui", "--home", str(self.path), *words], cwd=ROOT, capture_output=True,
            text=True, input=typed, env={**os.environ, "EDITOR": "false"}, check=False,
        )  # fmt: skip
        assert done.returncode == code, done.stderr
        return json.loads(done.stdout) if done.stdout.startswith("{") else done.stderr

    def until(self, true: Callable[[], bool], seconds: float = 30) -> None:
        """Wait; when it takes too long, show what the outbox and the log say."""
        started = time.monotonic()
        while not true():
            if time.monotonic() - started > seconds:
                shown = self.run("outbox", "--json", "--all")["items"]
                raise AssertionError(f"{shown}\n{(self.path / 'state/omnitui.log').read_text()[-3000:]}")
            time.sleep(0.1)


@pytest.fixture
def home(tmp_path: Path, servers: tuple[Dovecot, Postfix]) -> Home:
    return Home(tmp_path, *servers)


def holds(dovecot: Dovecot, user: str, folder: str, text: str) -> bool:
    with dovecot.client(user, folder) as other:
        return bool(other.search(None, "TEXT", f'"{text}"')[1][0])


def answered(dovecot: Dovecot, user: str) -> bool:
    with dovecot.client(user, "INBOX") as other:
        return bool(other.search(None, "ANSWERED")[1][0])


def test_answered_offline_and_delivered_when_the_server_is_back(home: Home, servers: tuple[Dovecot, Postfix]) -> None:
    dovecot, _ = servers
    dovecot.append("support@shop.test", mail(1))
    home.run("sync", "--once", "--json")
    dovecot.halt()
    try:
        sent = home.run("reply", "1", "-", "--json", "--to", "Anna <anna@shop.test>", typed="Written offline, ünïcode")
        assert (sent["state"], sent["worker"], sent["conversation"]) == ("held", False, 1)
        assert home.run("outbox", "--json")["items"][0]["recipients"] == "anna@shop.test"
        taken_back = home.run("reply", "1", "-", "--json", "--to", "anna@shop.test", typed="A second thought")
        home.run("outbox", "cancel", taken_back["outbox"][:8])
        assert [item["id"] for item in home.run("outbox", "--json")["items"]] == [sent["outbox"]]
    finally:
        dovecot.run()
    worker = subprocess.Popen([sys.executable, "-m", "omnitui", "--home", str(home.path), "sync"], cwd=ROOT)
    try:
        home.until(lambda: home.run("outbox", "--json")["items"] == [])
        home.until(lambda: holds(dovecot, "anna@shop.test", "INBOX", sent["outbox"]))
        home.until(lambda: holds(dovecot, "support@shop.test", "Sent", sent["outbox"]))
        # Long before it is time to poll.
        home.until(lambda: answered(dovecot, "support@shop.test"))
        again = home.run("reply", "1", "-", "--json", "--now", "--to", "anna@shop.test", typed="At once")
        assert again["worker"] is True
        home.until(lambda: holds(dovecot, "anna@shop.test", "INBOX", again["outbox"]))
        settled = home.run("outbox", "--json", "--all")["items"]
        assert {item["state"] for item in settled} == {"sent"}
    finally:
        worker.terminate()
        assert worker.wait(15) == 0


def test_once_sends_what_is_due(home: Home, servers: tuple[Dovecot, Postfix]) -> None:
    dovecot, _ = servers
    sent = home.run("sync", "--once", "--json") and home.run(
        "new", "-", "--json", "--now", "--to", "anna@shop.test", "--subject", "Hello", typed="First words"
    )
    assert sent["not_before"] is None or sent["state"] == "queued"
    home.run("sync", "--once", "--json")
    home.until(lambda: holds(dovecot, "anna@shop.test", "INBOX", sent["outbox"]))
    assert holds(dovecot, "support@shop.test", "Sent", sent["outbox"])


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("reply", "99", "-"), 5, "no"),
        (("new", "-", "--to", "nobody at all"), 7, "not a mail address"),
        (("new", "-"), 7, "recipient"),
        (("new", "-", "--to", "a@b.test", "--at", "yesterday"), 6, ""),
        (("new", "-", "--to", "a@b.test", "--now", "--at", "2h"), 2, "exclude"),
        (("new", "-", "--to", "a@b.test", "--attach", "/no/such/file"), 7, "no file"),
        (("outbox", "retry", "nothing"), 5, "No item"),
    ],
)
def test_what_cannot_be_done_is_told(home: Home, words: tuple[str, ...], code: int, told: str) -> None:
    from omnitui.store import accounts
    from omnitui.store.connection import Role, open_cache

    (home.path / "data").mkdir(exist_ok=True)
    cache = open_cache(home.path / "data/cache.db", Role.OPERATIONS)
    accounts.upsert(cache, "desk", "email", "support@shop.test")
    cache.close()
    assert told in home.run(*words, typed="text", code=code)
