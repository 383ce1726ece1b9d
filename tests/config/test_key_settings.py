"""`[keys]`: presets and layouts are checked with their line, and entries against the preset they change."""

from __future__ import annotations

from pathlib import Path

import pytest

from omnitui.config.edit import set_keys
from omnitui.config.keys import keymap_of
from omnitui.config.load import check, key_problems, load


def problems(file: Path, text: str) -> list[str]:
    file.write_text(text, encoding="utf-8")
    settings, wrong = check(file)
    found = wrong if settings is None else key_problems(settings, file)
    return [f"{problem.line}: {problem.words}" for problem in found]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[keys]\npreset = "mut"\n', "2: preset must be omnitui, helpdesk or mutt, not 'mut'; did you mean mutt?"),
        ('[keys]\n\nlayout = "rus"\n', "3: layout must be "),
        ("[keys]\nlayout = 7\n", "2: layout must be text in quotes"),
        ('[keys]\npreset = "mutt"\n"compose.new" = "d"\n', "3: compose.new: d already runs conversation.close"),
        ('[keys]\nlayout = "ru"\n"note.write" = "у"\n', "3: note.write: e already runs conversation.close"),
    ],
)
def test_mistakes_have_their_line(tmp_path: Path, text: str, words: str) -> None:
    (found,) = problems(tmp_path / "config.toml", text)
    assert found.startswith(words)


def test_what_is_right_holds_and_stays_when_another_key_is_set(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    assert problems(file, '[keys]\npreset = "mutt"  # my hands\nlayout = "uk"\n"compose.new" = ["m"]\n') == []
    settings = set_keys(file, {"conversation.close": ["y"], "text.copy": []})
    assert (settings.keys.preset, settings.keys.layout) == ("mutt", "uk")
    assert load(file).keys == settings.keys
    assert "# my hands" in file.read_text()
    keymap = keymap_of(settings.keys)
    assert keymap.keys_of("conversation.close") == ("y",)
    assert keymap.keys_of("compose.new") == ("m",)
    assert keymap.keys_of("undo") == ("u", "z")
    assert keymap.named("н") == "y"
