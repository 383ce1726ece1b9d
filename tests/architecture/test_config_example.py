"""The example config is what the settings say, and every line of it works."""

from __future__ import annotations

from pathlib import Path

from omnitui.config.example import example
from omnitui.config.load import parse
from omnitui.sync.channels.registry import option_problems, tables

FILE = Path(__file__).resolve().parents[2] / "config.example.toml"


def test_the_file_is_up_to_date() -> None:
    assert FILE.read_text(encoding="utf-8") == example(tables()), "run `python -m tools.docs`"


def test_it_loads_as_it_stands_and_with_every_setting_taken(tmp_path: Path) -> None:
    text = example(tables())
    _, problems = parse(text, FILE)
    assert problems == []
    taken = "\n".join(line.removeprefix("# ") if "=" in line or "[" in line else "" for line in text.splitlines()[3:])
    taken = "\n".join(line for line in taken.splitlines() if not line.startswith("#"))
    settings, problems = parse(taken, FILE)
    assert problems == []
    assert settings is not None
    file = tmp_path / "config.toml"
    file.write_text(taken, encoding="utf-8")
    assert option_problems(settings, file) == []
    assert {account.channel for account in settings.channel_accounts} == {name for name, _ in tables()}
    assert settings.accounts[0].signature == "Kind regards,\nthe shop's support"
