"""Secrets by value: planted everywhere that omnitui is given one, then looked for in every file and word it leaves.

Each is looked for as it is, in JSON, and in base64 as IMAP and SMTP send it.
"""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.dovecot import PASSWORD, Dovecot
from tests.servers.identity import CLIENT_SECRET, IdentityProvider
from tests.sync.imap.desk import mail
from tests.sync.oauth.signing_in import PASSPHRASE, Home, until

pytestmark = pytest.mark.servers
WRONG = "planted-wrong-password-4711"
BY_COMMAND = "planted-by-a-command-0815"


class Watched(Home):
    """A home with an account of each kind. Whatever any command says is kept."""

    said = ""

    def write(self, more: str = "") -> None:
        server = f'host = "{self.server.name}"\nport = {self.server.port}\nsecurity = "plain"\n'
        accounts = [
            f'name = "token"\naddress = "token@shop.example"\n{self.provider.config()}'
            f'[account.imap]\n{server}username = "{self.user}"\n',
            f'name = "stored"\naddress = "stored@shop.example"\n[account.imap]\n{server}username = "{self.user}2"\n',
            f'name = "wrong"\naddress = "wrong@shop.example"\n[account.imap]\n{server}username = "nobody"\n'
            f'ca_file = "/no/such/file"\n[account.smtp]\n{server}',
            f'name = "command"\naddress = "c@shop.example"\npassword_command = ["echo", "{BY_COMMAND}"]\n'
            f'[account.imap]\nhost = "127.0.0.1"\nport = 1\nsecurity = "plain"\n',
        ]
        (self.path / "config/config.toml").write_text("".join(f"[[account]]\n{one}" for one in accounts))

    def run(self, *words: str, stdin: str = "", **more: str) -> subprocess.CompletedProcess[str]:
        done = super().run(*words, stdin=stdin, **more)
        self.said += done.stdout + done.stderr
        return done


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Watched]:
    if reason := Dovecot.missing():
        pytest.skip(reason)
    with (
        IdentityProvider(secret=CLIENT_SECRET) as provider,
        Dovecot(introspection=f"{provider.url}/introspect") as server,
    ):
        yield Watched(tmp_path, server, provider, "planted")


def forms(secret: str) -> set[bytes]:
    """As it is, and in base64 wherever it stands in a longer text."""
    found = {secret.encode(), json.dumps(secret).encode()[1:-1]}
    for before in range(3):
        packed = base64.b64encode(b"\0" * before + secret.encode())
        found.add(packed[4 if before else 0 : len(packed) // 4 * 4 - 4])
    return found


def test_no_secret_is_in_any_file_or_word(home: Watched) -> None:
    for account, only, value in (
        ("token", "client", CLIENT_SECRET), ("stored", "", PASSWORD), ("wrong", "", WRONG),
    ):  # fmt: skip
        assert (
            home.run("secret", "set", account, *(["--only", only] if only else []), stdin=value + "\n").returncode == 0
        )
    with home.start("login", "token", "--device") as talk:
        home.provider.approve(talk.wait_for(r"type this code: (\w+)"), home.user)
        assert talk.ended() == 0, talk.heard
        home.said += talk.heard
    for user in (home.user, f"{home.user}2"):
        home.server.append(user, mail(1), mail(2))
    home.run("sync", "--once")
    home.run("sync", "--once", "--json")
    home.run("doctor")
    home.run("doctor", "--json")
    home.run("secret", "stores")
    home.run("config", "check")
    home.provider.end_access()
    with home.start("sync") as worker:
        until(lambda: (home.path / "state/worker.sock").exists(), lambda: worker.heard)
        home.server.append(home.user, mail(3))
        until(lambda: home.messages() == 5, lambda: worker.heard)
        home.run("reply", "1", "-", "--now", stdin="An answer")
        home.provider.revoke()
        home.server.halt()
        home.server.run()
        until(lambda: "login token" in (home.path / "state/omnitui.log").read_text(), lambda: worker.heard)
        os.kill(worker.process.pid, signal.SIGTERM)
        worker.ended()
        home.said += worker.heard
    with home.start("login", "token", "--browser") as talk:
        home.provider.visit(talk.wait_for(r"(http://127\.0\.0\.1:\d+/authorize\S+)"), home.user)
        talk.type("http://127.0.0.1/?code=planted-code&state=no")
        talk.wait_for("belongs to another")
        home.said += talk.heard
    home.run("backup", str(home.path / "backup.db"))
    home.run("secret", "set", "stored", stdin="", OMNITUI_PASSPHRASE="planted-wrong-phrase")
    crash = home.run("sync", "--once", OMNITUI_PASSPHRASE="planted-wrong-phrase")
    assert crash.returncode == 4
    planted = {PASSWORD, WRONG, CLIENT_SECRET, PASSPHRASE, "planted-wrong-phrase", "planted-code"}
    planted |= home.provider.secrets_given()
    assert len(planted) >= 10
    assert len(home.said) > 2000
    places = {str(path): path.read_bytes() for path in home.path.rglob("*") if path.is_file()}
    assert {"omnitui.log", "cache.db", "secrets.enc", "backup.db"} <= {Path(name).name for name in places}
    places["what was said"] = home.said.encode()
    for name, written in places.items():
        for secret in planted | ({BY_COMMAND} if not name.endswith("config.toml") else set()):
            assert not any(form in written for form in forms(secret)), f"{secret!r} stands in {name}"


def test_a_fault_of_the_program_leaves_none_in_its_report(home: Watched) -> None:
    """The worst place: an exception nobody foresaw, deep in logging in, with everything in its frames."""
    code = """
import sys
from omnitui.sync.imap import login
def broken(*_):
    raise RuntimeError("broken on purpose")
login._authenticate = broken
from omnitui.cli.root import main
sys.exit(main(sys.argv[1:]))
"""
    assert home.run("secret", "set", "stored", stdin=PASSWORD + "\n").returncode == 0
    command = [sys.executable, "-c", code, "--home", str(home.path), "sync", "--once"]
    done = subprocess.run(command, capture_output=True, text=True, env=home.environ(), cwd=Path(__file__).parents[2])
    log = (home.path / "state/omnitui.log").read_text()
    assert "broken on purpose" in log
    for secret in (PASSWORD, PASSPHRASE):
        assert not any(form in home.everything_written() for form in forms(secret))
        assert secret not in done.stdout + done.stderr


def test_the_search_finds_what_it_is_for() -> None:
    for before in range(7):
        sent = base64.b64encode(b"x" * before + f"{PASSWORD}\x01\x01".encode())
        assert any(form in sent for form in forms(PASSWORD)), before
