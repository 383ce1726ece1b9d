"""The encrypted file of secrets: what it keeps, that nobody reads it without the pass phrase, and how it is written."""

from __future__ import annotations

import json
import multiprocessing
import os
import stat
from pathlib import Path

import keyring
import keyring.backends.fail
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omnitui.config import vault as vault_module
from omnitui.config.passphrase import Passphrase
from omnitui.config.places import places, prepare
from omnitui.config.schema import SecretSettings
from omnitui.config.secrets import find_secret, forget_secret, store_secret
from omnitui.config.stores import open_stores, standings
from omnitui.config.vault import Vault
from omnitui.core.errors import SecretError
from tests.config.test_secrets import account, no_keyring

__all__ = ["no_keyring"]
WORDS = "correct horse battery staple"
QUICK = {"n": 1 << 10, "r": 8, "p": 1}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cheap keys: how hard they are to guess is not what is tested here."""
    monkeypatch.setattr(vault_module, "COST", QUICK)


def vault(folder: Path, words: str = WORDS) -> Vault:
    return Vault(folder / "secrets.enc", lambda new: words)


def test_what_was_kept_is_there_for_the_next_process_and_for_nobody_else(tmp_path: Path) -> None:
    one = vault(tmp_path)
    assert one.get("shop") is None
    assert not one.exists
    one.set("shop", "hunter2-planted")
    one.set("shop/smtp", "ünïcode\nlines")
    assert vault(tmp_path).get("shop") == "hunter2-planted"
    assert vault(tmp_path).entries() == ["shop", "shop/smtp"]
    assert vault(tmp_path).get("shop/smtp") == "ünïcode\nlines"
    for path in tmp_path.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
        written = path.read_bytes()
        for secret in (b"hunter2-planted", WORDS.encode(), b"shop"):
            assert secret not in written
    assert one.delete("shop")
    assert not one.delete("shop")
    assert vault(tmp_path).entries() == ["shop/smtp"]
    with pytest.raises(SecretError, match="does not open"):
        vault(tmp_path, "wrong").get("shop/smtp")
    with pytest.raises(SecretError, match="does not open"):
        vault(tmp_path, "wrong").set("shop/smtp", "x")


def test_the_file_is_private_under_a_wide_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        vault(tmp_path).set("shop", "x")
    finally:
        os.umask(before)
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in tmp_path.iterdir())


def test_the_pass_phrase_is_asked_for_once_and_said_whether_it_is_new(tmp_path: Path) -> None:
    asked: list[bool] = []

    def ask(new: bool) -> str:
        asked.append(new)
        return WORDS

    one = Vault(tmp_path / "secrets.enc", ask)
    assert one.get("a") is None
    assert asked == []
    one.set("a", "1")
    one.set("b", "2")
    assert one.get("a") == "1"
    assert asked == [True]
    other = Vault(tmp_path / "secrets.enc", ask)
    assert (other.get("a"), other.get("b")) == ("1", "2")
    assert asked == [True, False]


def test_another_process_changes_the_pass_phrase(tmp_path: Path) -> None:
    words = [WORDS]
    one = Vault(tmp_path / "secrets.enc", lambda new: words[0])
    one.set("a", "1")
    vault(tmp_path).change_passphrase("another, longer one")
    with pytest.raises(SecretError, match="does not open"):
        one.get("a")
    words[0] = "another, longer one"
    assert one.get("a") == "1"


def _write(path: str, name: str) -> None:
    vault_module.COST = QUICK
    one = vault(Path(path))
    for n in range(20):
        one.set(f"{name}-{n}", name)


def test_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    start = multiprocessing.get_context("spawn")
    writers = [start.Process(target=_write, args=(str(tmp_path), f"w{n}")) for n in range(3)]
    vault(tmp_path).set("first", "1")
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert len(vault(tmp_path).entries()) == 61


def test_a_write_that_is_cut_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = vault(tmp_path)
    one.set("a", "1")

    def full(file: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(vault_module.os, "fsync", full)
    with pytest.raises(SecretError, match=r"No space left.*nothing was stored"):
        one.set("a", "2")
    monkeypatch.undo()
    monkeypatch.setattr(vault_module, "COST", QUICK)
    assert vault(tmp_path).get("a") == "1"
    one.set("a", "3")
    assert vault(tmp_path).get("a") == "3"


@settings(max_examples=150)
@given(data=st.data())
def test_a_damaged_file_is_an_error_and_never_another_value(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("vault")
    vault(folder).set("a", "1")
    path = folder / "secrets.enc"
    whole = path.read_bytes()
    at = data.draw(st.integers(0, len(whole) - 1))
    if data.draw(st.booleans()):
        path.write_bytes(whole[:at])
    else:
        path.write_bytes(whole[:at] + bytes([whole[at] ^ data.draw(st.integers(1, 255))]) + whole[at + 1 :])
    try:
        assert vault(folder).get("a") == "1"
        vault(folder).set("b", "2")
    except SecretError:
        return
    assert vault(folder).entries() == ["a", "b"]


@pytest.mark.parametrize(
    "change",
    [{"n": 1 << 40}, {"r": 10**9}, {"n": "1"}, {"salt": 5}, {"nonce": ""}, {"sealed": ""}, {"n": 1000}, {"version": 2}],
)
def test_parameters_that_would_cost_too_much_or_make_no_sense(tmp_path: Path, change: dict[str, object]) -> None:
    vault(tmp_path).set("a", "1")
    path = tmp_path / "secrets.enc"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(SecretError):
        vault(tmp_path).get("a")


def test_passwords_go_there_where_no_keyring_encrypts(tmp_path: Path) -> None:
    where = places(tmp_path, {})
    prepare(where)
    environ = {"OMNITUI_PASSPHRASE": WORDS}
    stores = open_stores(where, SecretSettings(), environ)
    assert store_secret("shop.nl", "hunter2", None, stores) == "the encrypted file"
    again = open_stores(where, SecretSettings(), environ)
    found = find_secret(account(), "imap", {}, again)
    assert (found.source, found.value) == ("the encrypted file", "hunter2")
    empty = places(tmp_path / "other", {})
    prepare(empty)
    nobody = open_stores(empty, SecretSettings(), {})
    with pytest.raises(SecretError, match="run this in a terminal"):
        store_secret("shop.nl", "hunter2", None, nobody)
    locked = open_stores(where, SecretSettings(), {})
    assert locked.needs_passphrase
    with pytest.raises(SecretError, match="omnitui secret unlock"):
        find_secret(account(), "imap", {}, locked)
    assert find_secret(account(), "imap", {"OMNITUI_PASSWORD_SHOP_NL": "given"}, locked).value == "given"
    only_keyring = open_stores(where, SecretSettings(store="keyring"), environ)
    with pytest.raises(SecretError, match="no keyring that encrypts"):
        store_secret("shop.nl", "x", None, only_keyring)
    assert forget_secret("shop.nl", None, again)
    with pytest.raises(SecretError, match="no password for account"):
        find_secret(account(), "imap", {}, again)


def test_where_the_pass_phrase_comes_from(tmp_path: Path) -> None:
    (tmp_path / "omnitui-passphrase").write_text("by systemd\n")
    environ = {"CREDENTIALS_DIRECTORY": str(tmp_path), "OMNITUI_PASSPHRASE": "by environment"}
    command = ("echo", "by command")
    assert Passphrase(command, environ)() == "by systemd"
    del environ["CREDENTIALS_DIRECTORY"]
    assert Passphrase(command, environ)() == "by command"
    assert Passphrase((), environ, lambda new: "typed")() == "by environment"
    assert Passphrase((), {}, lambda new: f"typed {new}")(True) == "typed True"
    given_ = Passphrase(command, environ)
    given_.give("by hand")
    assert (given_(), given_.source) == ("by hand", "given at the start")
    with pytest.raises(SecretError, match="is locked"):
        Passphrase((), {})()
    with pytest.raises(SecretError, match="exit code"):
        Passphrase(("false",), environ)()
    assert "by hand" not in repr(vars(given_).keys()) + repr(given_)


def test_what_works_on_this_machine_is_said_with_the_reason(tmp_path: Path) -> None:
    where = places(tmp_path, {})
    prepare(where)
    plain = type("PlaintextKeyring", (keyring.backends.fail.Keyring,), {"__module__": "keyrings.alt.file"})
    keyring.set_keyring(plain())
    by_name = {one.name: one for one in standings(open_stores(where, SecretSettings(), {}), {})}
    assert not by_name["keyring"].works
    assert "clear text and is refused" in by_name["keyring"].words
    assert by_name["encrypted file"].works
    assert "asked for once a start (not made yet)" in by_name["encrypted file"].words
    assert not by_name["systemd credential"].works
