"""The command table is the one truth: handlers, keys and pages agree with it both ways."""

from __future__ import annotations

import ast
from pathlib import Path

from omnitui.core.commands import COMMANDS, Args
from omnitui.core.keymap import build, preset_bindings
from omnitui.screens import acts, handlers

ROOT = Path(__file__).resolve().parents[2]


def test_every_command_has_a_handler_and_every_handler_a_command() -> None:
    acts.register()
    assert handlers.handled() == {command.id for command in COMMANDS}


def test_no_command_uses_a_bare_prefix_and_nothing_clashes() -> None:
    bindings = preset_bindings()
    written: dict[str, list[str]] = {}
    for binding in bindings:
        written.setdefault(binding.command.id, []).append(" ".join(binding.keys))
    keymap = build(dict(written))
    assert keymap.problems == ()


def test_every_command_says_what_it_does() -> None:
    for command in COMMANDS:
        assert command.help.endswith("."), command.id
        assert len(command.help) < 80, command.id
        assert command.title
        assert isinstance(command.args, Args)


def test_nothing_from_outside_is_shown_as_markup() -> None:
    """No widget takes text as markup: what a customer writes is never read as an instruction."""
    found = []
    for room in ("widgets", "screens"):
        for path in (ROOT / "omnitui" / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call):
                    name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                    marked = any(
                        k.arg == "markup" and not (isinstance(k.value, ast.Constant) and k.value.value is False)
                        for k in node.keywords
                    )
                    if marked or name in ("from_markup", "Static", "Label", "notify"):
                        found.append(f"{path.name}:{node.lineno} {name}")
    assert not found


def test_colours_stand_in_the_styles_and_themes_only() -> None:
    for path in (ROOT / "omnitui" / "styles").glob("*.tcss"):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if any(word in line for word in ("color:", "background:", "border")):
                value = line.partition(":")[2]
                assert "#" not in value, f"{path.name}:{number}"
                assert "$" in value or "none" in value or not value, f"{path.name}:{number}"
    for path in (ROOT / "omnitui" / "widgets").glob("*.py"):
        if path.name != "themes.py":
            assert "DEFAULT_CSS" not in path.read_text(encoding="utf-8")
