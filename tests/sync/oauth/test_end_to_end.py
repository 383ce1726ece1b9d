"""From nobody signed in to mail that keeps coming, against our provider and a real Dovecot with XOAUTH2."""

from __future__ import annotations

import json
import re

import pytest

from tests.demo.terminal import running
from tests.servers.identity import IdentityProvider
from tests.sync.imap.desk import mail
from tests.sync.oauth.signing_in import PASSPHRASE, ROOT, Home, until

pytestmark = pytest.mark.servers


def state(home: Home) -> tuple[object, ...]:
    return (*home.ask("SELECT state, detail FROM account"), ("none", ""))[0]


def test_device_code_then_sync_then_the_token_ends_and_sync_goes_on(home: Home, provider: IdentityProvider) -> None:
    home.server.append(home.user, mail(1), mail(2))
    first = home.run("sync", "--once", "--json")
    assert first.returncode == 4
    assert "omnitui login desk" in first.stdout
    home.sign_in()
    assert home.run("sync", "--once").returncode == 0
    assert home.messages() == 2
    assert provider.refreshes == 0
    provider.end_access()
    home.server.append(home.user, mail(3))
    again = home.run("sync", "--once")
    assert again.returncode == 0, again.stderr
    assert (home.messages(), provider.refreshes) == (3, 1)
    written = home.everything_written()
    for secret in provider.secrets_given() | {PASSPHRASE}:
        assert secret.encode() not in written


def test_a_running_worker_renews_and_says_when_one_must_sign_in_anew(home: Home, provider: IdentityProvider) -> None:
    home.sign_in()
    with home.start("sync") as worker:
        until(lambda: (home.path / "state/worker.sock").exists(), lambda: worker.heard)
        until(lambda: state(home)[0] == "online", lambda: f"{state(home)} {worker.heard}")
        home.server.append(home.user, mail(1))
        until(lambda: home.messages() == 1, lambda: worker.heard)
        provider.end_access()
        home.server.halt()
        home.server.run()
        home.server.append(home.user, mail(2))
        until(lambda: home.messages() == 2, lambda: f"{state(home)} {worker.heard}")
        assert provider.refreshes >= 1
        provider.revoke()
        home.server.halt()
        home.server.run()
        until(lambda: state(home)[0] == "refused", lambda: str(state(home)))
        assert "run `omnitui login desk`" in str(state(home)[1])
        home.server.append(home.user, mail(3))
        home.sign_in()
        until(lambda: home.messages() == 3, lambda: f"{state(home)} {worker.heard}")
    log = (home.path / "state/omnitui.log").read_text()
    assert "sign-in of account desk has ended" in log
    for secret in provider.secrets_given() | {PASSPHRASE}:
        assert secret not in log
        assert secret.encode() not in home.everything_written()


def test_somebody_else_has_signed_in(home: Home, provider: IdentityProvider) -> None:
    with home.start("login", "desk", "--device") as talk:
        provider.approve(talk.wait_for(r"type this code: (\w+)"), "another")
        assert talk.ended() == 0, talk.heard
    refused = home.run("sync", "--once")
    assert refused.returncode == 4
    assert f"somebody else than {home.user} signed in" in refused.stderr
    assert provider.refreshes == 1
    assert "somebody else than" in home.run("doctor").stdout


def test_the_browser_comes_back_or_its_address_is_pasted(home: Home, provider: IdentityProvider) -> None:
    with home.start("login", "desk", "--browser") as talk:
        url = talk.wait_for(r"(http://127\.0\.0\.1:\d+/authorize\S+)")
        back = provider.visit(url, home.user)
        talk.type("http://127.0.0.1:1/?code=of-somebody-else&state=another")
        talk.wait_for("belongs to another sign-in")
        talk.type(back)
        assert talk.ended() == 0, talk.heard
        assert "Signed in" in talk.heard
        assert provider.secrets_given().isdisjoint(talk.heard.split())
    assert home.run("sync", "--once").returncode == 0
    environ = home.environ(TERM="xterm", PYTHONPATH=str(ROOT))
    with running(home.command("login", "desk", "--browser"), environ, 200, 60) as terminal:
        text = terminal.wait(lambda text: "paste it here" in " ".join(text.split()))
        (url,) = re.findall(r"(http://127\.0\.0\.1:\d+/authorize\S+)", text.replace("\n", "").replace("A browser", " "))
        # Longer than a terminal takes in one line when it collects lines itself.
        long = provider.visit(url, home.user).replace("?", f"?session_state={'x' * 6000}&")
        terminal.type(f"{long}\r")
        terminal.wait(lambda text: "Signed in" in text)
        assert terminal.wait_for_end() == 0
    assert json.loads(home.run("doctor", "--json").stdout)["ok"]
