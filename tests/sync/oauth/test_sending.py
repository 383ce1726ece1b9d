"""Sending by XOAUTH2 through a real Postfix, whose Dovecot asks our provider; the token ends before the mail goes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.servers.dovecot import Dovecot
from tests.servers.identity import IdentityProvider
from tests.servers.postfix import Postfix, dovecot_for_postfix
from tests.sync.imap.desk import mail
from tests.sync.oauth.signing_in import Home, until

pytestmark = pytest.mark.servers


@dataclass
class Office:
    """An account that receives and sends by tokens, and a customer on the same servers."""

    home: Home
    dovecot: Dovecot
    provider: IdentityProvider

    def customer_has(self, text: str) -> bool:
        with self.dovecot.client("anna@shop.test") as other:
            return bool(other.search(None, "TEXT", f'"{text}"')[1][0])


@pytest.fixture
def office(tmp_path: Path, provider: IdentityProvider) -> Iterator[Office]:
    if reason := Dovecot.missing() or Postfix.missing():
        pytest.skip(reason)
    dovecot, port = dovecot_for_postfix(f"{provider.url}/introspect")
    with dovecot, Postfix(dovecot, port, "shop.test", ("support", "anna")) as postfix:
        home = Home(tmp_path, dovecot, provider, "support@shop.test")
        home.write(
            f'[account.smtp]\nhost = "localhost"\nport = {postfix.port}\nsecurity = "starttls"\n'
            f'ca_file = "{dovecot.certificate}"\nusername = "support@shop.test"\n'
        )
        config = home.path / "config/config.toml"
        config.write_text(config.read_text().replace("desk@shop.example", "support@shop.test"))
        yield Office(home, dovecot, provider)


def test_a_mail_leaves_although_the_token_has_ended(office: Office) -> None:
    home, provider = office.home, office.provider
    home.server.append(home.user, mail(1))
    home.sign_in()
    with home.start("sync") as worker:
        until(lambda: (home.path / "state/worker.sock").exists(), lambda: worker.heard)
        until(lambda: home.messages() == 1, lambda: worker.heard)
        reply = home.run("reply", "1", "-", "--now", "--to", "anna@shop.test", stdin="With a good token")
        assert reply.returncode == 0, reply.stderr
        until(lambda: office.customer_has("With a good token"), lambda: outbox(home))
        provider.end_access()
        before = provider.refreshes
        reply = home.run("reply", "1", "-", "--now", "--to", "anna@shop.test", stdin="With a token that has ended")
        assert reply.returncode == 0, reply.stderr
        until(lambda: office.customer_has("With a token that has ended"), lambda: outbox(home))
        assert provider.refreshes == before + 1
        provider.revoke()
        reply = home.run("reply", "1", "-", "--now", "--to", "anna@shop.test", stdin="After the sign-in has ended")
        until(lambda: "omnitui login desk" in outbox(home), lambda: outbox(home))
        assert not office.customer_has("After the sign-in has ended")
        home.sign_in()
        until(lambda: office.customer_has("After the sign-in has ended"), lambda: outbox(home), 40)
    assert json.loads(home.run("doctor", "--json").stdout)["ok"]


def outbox(home: Home) -> str:
    return home.run("outbox", "--json", "--all").stdout
