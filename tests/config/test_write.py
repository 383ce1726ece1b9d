"""An account is put behind what stands in config.toml, and nothing else changes."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnitui.config.load import load, parse
from omnitui.config.schema import AccountSettings, ServerSettings
from omnitui.config.write import account_table, add_account
from omnitui.core.errors import ConfigError


def account(name: str = "support", **fields: object) -> AccountSettings:
    imap = ServerSettings(host="imap.shop.example", port=993)
    return AccountSettings(name=name, address=f"{name}@shop.example", imap=imap, **fields)  # type: ignore[arg-type]


def test_a_new_file_explains_every_setting_and_is_private(tmp_path: Path) -> None:
    file = tmp_path / "config" / "config.toml"
    add_account(file, account())
    assert load(file).accounts[0].address == "support@shop.example"
    assert "# poll_seconds = 120" in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600
    assert os.listdir(file.parent) == ["config.toml"]


@pytest.mark.parametrize("ending", ["\n", "\r\n", ""])
def test_what_stood_there_stays_byte_for_byte(tmp_path: Path, ending: str) -> None:
    file = tmp_path / "config.toml"
    lines = ["# mine  ", "", "[[account]]  # first", 'name="a"', "address = 'a@b.example'", "imap.host='h'", "[ui]"]
    before = ("\n" if ending != "\r\n" else ending).join([*lines, "compact = true"]) + ending
    file.write_bytes(before.encode())
    file.chmod(0o644)
    add_account(file, account("b"))
    add_account(file, account("c"))
    assert file.read_bytes().startswith(before.encode())
    assert [one.name for one in load(file).accounts] == ["a", "b", "c"]
    assert load(file).ui.compact
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("before", "words"),
    [
        ("[[account]]\nname = 'Support'\naddress = 'x@y.example'\nimap.host = 'h'\n", "already has an account"),
        ("[ui]\nthem = 1\n", "line|:2: them is not a setting"),
        ("account = [{name = 'a', address = 'a@b.example', imap = {host = 'h'}}]\n", "cannot be put at the end"),
        ("no toml at all", "not valid TOML"),
    ],
)
def test_a_file_that_does_not_allow_it_is_left_alone(tmp_path: Path, before: str, words: str) -> None:
    file = tmp_path / "config.toml"
    file.write_text(before)
    with pytest.raises(ConfigError, match=words):
        add_account(file, account())
    assert file.read_text() == before
    assert os.listdir(tmp_path) == ["config.toml"]


def test_a_file_elsewhere_stays_where_it_is(tmp_path: Path) -> None:
    kept = tmp_path / "dotfiles" / "omnitui.toml"
    kept.parent.mkdir()
    kept.write_text("[ui]\nascii = true\n")
    link = tmp_path / "config.toml"
    link.symlink_to(kept)
    add_account(link, account())
    assert link.is_symlink()
    assert load(kept).accounts[0].name == "support"


def test_a_full_disk_leaves_the_old_file(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("[ui]\n")
    tmp_path.chmod(0o500)
    try:
        if os.getuid():
            with pytest.raises(ConfigError, match="nothing was changed"):
                add_account(file, account())
            assert file.read_text() == "[ui]\n"
    finally:
        tmp_path.chmod(0o700)
    with pytest.raises(ConfigError, match="nothing was changed"):
        add_account(file / "below", account())


def test_two_at_once_lose_nothing(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    names = [f"account-{n}" for n in range(12)]
    threads = [threading.Thread(target=add_account, args=(file, account(name))) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one.name for one in load(file).accounts) == sorted(names)


@given(
    shown=st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
    signature=st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
    command=st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=10), max_size=3),
)
def test_whatever_is_written_is_read_back(shown: str, signature: str, command: list[str]) -> None:
    wanted = account(display_name=shown, signature=signature, password_command=tuple(command))
    settings, problems = parse(account_table(wanted), Path("config.toml"))
    assert not problems
    assert settings is not None
    (found,) = settings.accounts
    assert (found.display_name, found.signature, found.password_command) == (shown, signature, tuple(command))
