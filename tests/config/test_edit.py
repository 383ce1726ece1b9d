"""Changing a key in the user's own file: only that entry changes, whatever the file looks like."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from omnitui.config.edit import set_keys
from omnitui.config.load import load
from omnitui.core.errors import ConfigError, Refused

CASES = [
    ("", {"undo": ["U"]}, '[keys]\nundo = "U"\n'),
    ("[ui]\nfps = 30\n", {"undo": ["U", "ctrl+u"]}, '[ui]\nfps = 30\n\n[keys]\nundo = ["U", "ctrl+u"]\n'),
    ('[keys]\n# mine\nundo = "z"\n[ui]\n', {"redo": ["U"]}, '[keys]\nredo = "U"\n# mine\nundo = "z"\n[ui]\n'),
    (
        '[keys]\n"conversation.close" = "e"   # done\n# x\n',
        {"conversation.close": ["d"]},
        '[keys]\n"conversation.close" = "d"   # done\n# x\n',
    ),
    (
        '[keys]\nconversation.close = [\n  "e", # one\n  "d",\n]\nundo = "z"\n',
        {"conversation.close": ["f2"]},
        '[keys]\n"conversation.close" = "f2"\nundo = "z"\n',
    ),
    ('[keys]\nundo = "U"\nredo = "R"\n', {"undo": None}, '[keys]\nredo = "R"\n'),
    ("[ui]\n", {"undo": None}, "[ui]\n"),
    (
        '[keys]\nundo = "U"\n',
        {"undo": ["z"], "redo": []},
        '[keys]\nredo = []\nundo = "z"\n',
    ),
]


@pytest.mark.parametrize(("before", "changes", "after"), CASES)
def test_only_the_entry_changes(tmp_path: Path, before: str, changes: dict[str, list[str] | None], after: str) -> None:
    file = tmp_path / "config.toml"
    file.write_text(before, encoding="utf-8")
    settings = set_keys(file, changes)
    written = file.read_text(encoding="utf-8").replace('"undo"', "undo").replace('"redo"', "redo")
    assert written == after
    assert load(file) == settings
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [file]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "dotfiles").mkdir()
    real, link = tmp_path / "dotfiles" / "omnitui.toml", tmp_path / "config.toml"
    real.write_text("[ui]\n", encoding="utf-8")
    link.symlink_to(real)
    set_keys(link, {"undo": ["U"]})
    assert link.is_symlink()
    assert '"undo" = "U"' in real.read_text(encoding="utf-8")


def test_what_cannot_be_changed_safely_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    for text in ('keys = { undo = "z" }\n', 'keys.undo = "z"\n[ui]\n'):
        file.write_text(text, encoding="utf-8")
        with pytest.raises(Refused, match='write "redo" = "U"'):
            set_keys(file, {"redo": ["U"]})
        assert file.read_text(encoding="utf-8") == text
    file.write_text("[ui]\nfps = 0\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="fps"):
        set_keys(file, {"redo": ["U"]})
