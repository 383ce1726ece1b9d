"""`omnitui config check` names a theme that nobody knows, with its line and those that there are."""

from __future__ import annotations

from pathlib import Path

from tests.cli.run import omnitui


def test_an_unknown_theme_has_its_line(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    file = tmp_path / "config" / "config.toml"
    file.write_text('[agent]\nname = "Ana"\n\n[ui]\ntheme = "solarised"\n', encoding="utf-8")
    done = omnitui(tmp_path, "config", "check")
    assert done.returncode != 0
    assert f"{file}:5: ui.theme: there is no theme solarised; there are ansi, " in done.stdout
    assert "omnitui-light" in done.stdout
    file.write_text('[ui]\ntheme = "nord"\n', encoding="utf-8")
    assert omnitui(tmp_path, "config", "check").returncode == 0
