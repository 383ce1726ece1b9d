"""`[keys]`: presets and layouts are checked with their line, and entries against the preset they change."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from omnitui.config.edit import set_keys
from omnitui.config.keys import keymap_of
from omnitui.config.load import check, key_problems, load
from omnitui.core.times import instant

NOW = datetime(2026, 11, 26, 18, 0, tzinfo=UTC)


def problems(file: Path, text: str) -> list[str]:
    file.write_text(text, encoding="utf-8")
    settings, wrong = check(file)
    found = wrong if settings is None else key_problems(settings, file, instant(NOW))
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


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("conversation.snooze tomorow at ninety", '"ninety" is not understood'),
        ("conversation.snooze 2026-11-01 9:00", "That is past"),
        ("conversation.snooze off", ""),
        ("conversation.state asleep", "there is no state asleep; there are open, pending, closed, spam"),
        ("conversation.priority highest", "there are low, normal, high, urgent"),
        ("view.sort upwards", "there is no order upwards"),
        ("search is:opne", "open"),
        ("mark tag:", ""),
        ("picture.look first", "first is no number"),
    ],
)
def test_what_a_command_cannot_be_told_is_said_with_its_line(tmp_path: Path, entry: str, words: str) -> None:
    found = problems(tmp_path / "config.toml", f'[keys]\n\n"{entry}" = ["f9", "f10"]\n')
    assert len(found) == 1
    assert found[0].startswith(f"3: {entry}: ")
    assert words in found[0]


@pytest.mark.parametrize(
    "entry",
    [
        "conversation.snooze 17:00",
        "conversation.snooze reply",
        "conversation.snooze tomorrow 9:00",
        "conversation.follow_up off",
        "conversation.state cl",
        "conversation.priority high",
        "view.sort newest",
        "search is:waiting older:3d",
        "find tag:",
        "attachment.open 2",
        "conversation.tag +refund -bug",
    ],
)
def test_what_a_command_can_be_told_is_no_mistake(tmp_path: Path, entry: str) -> None:
    assert problems(tmp_path / "config.toml", f'[keys]\n"{entry}" = "f9"\n') == []


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
