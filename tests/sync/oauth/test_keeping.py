"""Tokens are renewed in time, by one of many, and what is renewed is never lost."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import keyring
import keyring.backends.fail
import pytest

from omnitui.config import vault as vault_module
from omnitui.config.places import Places, places, prepare
from omnitui.config.schema import AccountSettings, OAuthSettings, SecretSettings, ServerSettings
from omnitui.config.stores import open_stores
from omnitui.core.errors import LoginRefused, Offline, SecretError
from omnitui.core.times import Instant
from omnitui.sync.oauth.keeping import TokenKeeper
from omnitui.sync.oauth.tokens import Tokens
from tests.servers.identity import CLIENT, CLIENT_SECRET, IdentityProvider
from tests.sync.oauth.signing_in import PASSPHRASE, ROOT

START = 1_700_000_000_000


class Desk:
    """An account that has signed in an hour ago or so."""

    def __init__(self, home: Path, provider: IdentityProvider) -> None:
        self.places: Places = places(home, {})
        prepare(self.places)
        self.now = START
        self.hidden: set[str] = set()
        self.provider = provider
        self.account = AccountSettings(
            name="desk",
            address="desk@shop.example",
            oauth=OAuthSettings(
                provider="other", client_id=CLIENT, token_url=f"{provider.url}/token", scopes=("mail",),
                authorize_url=f"{provider.url}/authorize",
            ),
            imap=ServerSettings(host="localhost", auth="xoauth2"),
        )  # fmt: skip

    def keeper(self, **environ: str) -> TokenKeeper:
        stores = open_stores(self.places, SecretSettings(), {"OMNITUI_PASSPHRASE": PASSPHRASE, **environ})
        return TokenKeeper(stores, self.places.state, lambda: Instant(self.now), self.hidden.add)

    def sign_in(self) -> Tokens:
        _, record = self.provider._grant("ana")
        from omnitui.sync.oauth.tokens import granted

        tokens = granted(dict(record), Instant(self.now))
        self.keeper().keep(self.account, tokens)
        return tokens


@pytest.fixture
def desk(tmp_path: Path, provider: IdentityProvider, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    before = keyring.get_keyring()
    keyring.set_keyring(keyring.backends.fail.Keyring())
    monkeypatch.setattr(vault_module, "COST", {"n": 1 << 10, "r": 8, "p": 1})
    yield Desk(tmp_path, provider)
    keyring.set_keyring(before)


def test_nobody_has_signed_in(desk: Desk) -> None:
    with pytest.raises(SecretError, match="run `omnitui login desk`"):
        desk.keeper().access_token(desk.account)


def test_a_token_is_used_until_shortly_before_its_end(desk: Desk) -> None:
    tokens = desk.sign_in()
    assert desk.keeper().access_token(desk.account) == (tokens.access, "the encrypted file")
    desk.now += 3_299_999
    assert desk.keeper().access_token(desk.account)[0] == tokens.access
    assert desk.provider.refreshes == 0
    desk.now += 1
    new = desk.keeper().access_token(desk.account)[0]
    assert new != tokens.access
    assert desk.provider.refreshes == 1
    assert {tokens.access, tokens.refresh, new} <= desk.hidden
    kept = desk.keeper().tokens(desk.account)
    assert kept is not None
    assert kept.refresh == desk.provider.grants[0].refresh, "the new refresh token is kept, the old one is spent"


def test_a_provider_that_keeps_the_refresh_token(desk: Desk) -> None:
    desk.provider.rotates = False
    tokens = desk.sign_in()
    for _ in range(3):
        desk.now += 3_600_000
        desk.keeper().access_token(desk.account)
        kept = desk.keeper().tokens(desk.account)
        assert kept is not None
        assert kept.refresh == tokens.refresh
    assert desk.provider.refreshes == 3


def test_of_many_threads_one_renews(desk: Desk) -> None:
    tokens = desk.sign_in()
    desk.now += 3_600_000
    desk.provider.slow_refresh = 0.2
    keeper = desk.keeper()
    with ThreadPoolExecutor(8) as threads:
        found = set(threads.map(lambda _: keeper.access_token(desk.account)[0], range(8)))
        again = set(threads.map(lambda _: keeper.renewed(desk.account, tokens.access), range(8)))
    assert found == again
    assert len(found) == 1
    assert desk.provider.refreshes == 1


def test_of_many_processes_one_renews(desk: Desk) -> None:
    """With rotation, a second one would end the sign-in: the provider takes it for a theft."""
    desk.sign_in()
    desk.provider.slow_refresh = 0.3
    running = [other_process(desk, desk.now + 3_600_000) for _ in range(4)]
    found = {process.communicate(timeout=50)[0].strip() for process in running}
    assert len(found) == 1
    assert desk.provider.refreshes == 1
    assert not desk.provider.grants[0].revoked


def other_process(desk: Desk, now: int) -> subprocess.Popen[str]:
    """Another process that asks for a token of the same home."""
    code = f"""
import sys
from pathlib import Path
import keyring, keyring.backends.fail
keyring.set_keyring(keyring.backends.fail.Keyring())
from tests.servers.identity import IdentityProvider
from tests.sync.oauth.test_keeping import Desk
class There:
    url = {desk.provider.url!r}
desk = Desk(Path(sys.argv[1]), There())
desk.now = {now}
print(desk.keeper().access_token(desk.account)[0])
"""
    command = [sys.executable, "-c", code, str(desk.places.config.parent)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def test_one_that_dies_while_renewing_holds_nobody_up(desk: Desk) -> None:
    """The provider keeps refresh tokens here: where it rotates them, a death in this very moment ends the sign-in."""
    desk.provider.rotates = False
    desk.sign_in()
    desk.provider.slow_refresh = 1.0
    dying = other_process(desk, desk.now + 3_600_000)
    deadline = time.monotonic() + 20
    while desk.provider.refreshes == 0 and "/token refresh_token" not in desk.provider.asked:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    dying.kill()
    dying.communicate()
    desk.provider.slow_refresh = 0.0
    desk.now += 3_600_000
    started = time.monotonic()
    assert desk.keeper().access_token(desk.account)[0] in desk.provider.access
    assert time.monotonic() - started < 10


def test_a_refused_token_is_renewed_once_and_not_when_another_has_done_it(desk: Desk) -> None:
    tokens = desk.sign_in()
    new = desk.keeper().renewed(desk.account, tokens.access)
    assert desk.keeper().renewed(desk.account, tokens.access) == new
    assert desk.provider.refreshes == 1


def test_offline_the_old_token_does_until_its_end(desk: Desk) -> None:
    tokens = desk.sign_in()
    desk.now += 3_400_000
    desk.provider.plan = [(503, {}, b"")] * 2
    assert desk.keeper().access_token(desk.account)[0] == tokens.access
    desk.now += 200_001
    with pytest.raises(Offline):
        desk.keeper().access_token(desk.account)
    assert desk.keeper().access_token(desk.account)[0] != tokens.access


def test_a_sign_in_that_has_ended_says_what_to_do(desk: Desk) -> None:
    tokens = desk.sign_in()
    desk.provider.revoke()
    with pytest.raises(LoginRefused, match=r"has ended .*run `omnitui login desk`.*stays queued") as ended:
        desk.keeper().renewed(desk.account, tokens.access)
    assert tokens.refresh not in str(ended.value), "the provider itself put it into its words"
    assert desk.keeper().tokens(desk.account) is not None, "kept: it may be the provider's mistake"


def test_without_a_refresh_token_nothing_is_kept(desk: Desk) -> None:
    with pytest.raises(LoginRefused, match="no refresh token"):
        desk.keeper().keep(desk.account, Tokens("a", "", Instant(START), Instant(START)))
    assert desk.keeper().tokens(desk.account) is None


def test_the_secret_of_the_registration(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.provider.secret = CLIENT_SECRET
    tokens = desk.sign_in()
    with pytest.raises(LoginRefused, match="--only client"):
        desk.keeper().renewed(desk.account, tokens.access)
    monkeypatch.setenv("OMNITUI_PASSWORD_DESK", "the account's password is another thing")
    monkeypatch.setenv("OMNITUI_PASSWORD_DESK_CLIENT", CLIENT_SECRET)
    desk.keeper().renewed(desk.account, tokens.access)
    assert CLIENT_SECRET in desk.hidden


def test_signing_out(desk: Desk) -> None:
    desk.sign_in()
    assert desk.keeper().forget(desk.account)
    assert not desk.keeper().forget(desk.account)
    assert desk.keeper().tokens(desk.account) is None


def test_nothing_secret_is_in_any_file(desk: Desk) -> None:
    tokens = desk.sign_in()
    new = desk.keeper().renewed(desk.account, tokens.access)
    top = desk.places.config.parent
    for path in top.rglob("*"):
        if path.is_file():
            written = path.read_bytes()
            for secret in (tokens.access, tokens.refresh, new, PASSPHRASE, json.dumps(tokens.access)):
                assert secret.encode() not in written
