"""Channels come by entry points: ours are all announced, a broken one is told, and harms nobody."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from omnitui.config.load import parse
from omnitui.core.channels import Capabilities, from_json, to_json, window_of
from omnitui.core.errors import ConfigError
from omnitui.core.times import HOUR, Instant
from omnitui.sync.channels.registry import channel_named, option_problems
from tests.channels.conformance.rigs import channels, rig_of

ROOT = Path(__file__).resolve().parents[2]


def test_every_package_is_announced_and_has_a_rig() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert set(project["entry-points"]["omnitui.channels"]) == set(channels())
    for name in channels():
        assert rig_of(name).channel == name
        found = channel_named(name)
        assert found.name == name
        assert len(found.mark) == 2
        assert found.steps


def test_an_unknown_channel_names_those_there_are() -> None:
    with pytest.raises(ConfigError, match="there is chatwoot, email, fake"):
        channel_named("pigeon")


def test_a_mistake_in_a_channel_s_table_has_its_line(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    text = '[[account]]\nname = "a"\nchannel = "file"\n[account.file]\ninbox = "/i"\noutbox = "/o"\npoll_second = 3\n'
    file.write_text(text, encoding="utf-8")
    settings, problems = parse(text, file)
    assert problems == []
    assert settings is not None
    (problem,) = option_problems(settings, file)
    assert problem.line == 7
    assert "did you mean poll_seconds?" in problem.words


def test_two_accounts_of_one_name_are_a_mistake_across_channels(tmp_path: Path) -> None:
    mail = '[[account]]\nname = "A"\naddress = "a@b.example"\n[account.imap]\nhost = "h"\n'
    chat = '[[account]]\nname = "a"\nchannel = "file"\n[account.file]\ninbox = "/i"\noutbox = "/o"\n'
    settings, problems = parse(chat + mail, tmp_path / "config.toml")
    assert settings is None
    assert [problem.line for problem in problems] == [8]


def test_capabilities_go_through_the_cache() -> None:
    can = Capabilities(edit=True, window_hours=24, after_window="template", most_text=99)
    assert from_json(to_json(can)) == can
    assert from_json("") == Capabilities()
    assert from_json('{"of_the_future": 1}') == Capabilities()


def test_the_window_closes_a_day_after_their_last_message() -> None:
    can = Capabilities(window_hours=24, after_window="template", templates=True)
    written = Instant(1_000 * HOUR)
    assert window_of(can, written, Instant(1_023 * HOUR)).kind == "open"
    assert window_of(can, written, Instant(1_024 * HOUR)).kind == "template"
    assert window_of(can, None, Instant(1)).kind == "template"
    assert window_of(can, written, written, "they have left").kind == "template"
    assert window_of(Capabilities(), written, written, "they have left").kind == "closed"
