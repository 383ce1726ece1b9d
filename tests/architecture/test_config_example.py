"""The example config is what the settings say, and every line of it works."""

from __future__ import annotations

from pathlib import Path

from omnitui.config.example import example
from omnitui.config.load import parse

FILE = Path(__file__).resolve().parents[2] / "config.example.toml"


def test_the_file_is_up_to_date() -> None:
    assert FILE.read_text(encoding="utf-8") == example(), "run `python -m tools.docs`"


def test_it_loads_as_it_stands_and_with_every_setting_taken() -> None:
    text = example()
    _, problems = parse(text, FILE)
    assert problems == []
    taken = "\n".join(line.removeprefix("# ") if "=" in line or "[" in line else "" for line in text.splitlines()[3:])
    settings, problems = parse("\n".join(line for line in taken.splitlines() if not line.startswith("#")), FILE)
    assert problems == []
    assert settings is not None
    assert settings.accounts[0].signature == "Kind regards,\nthe shop's support"
