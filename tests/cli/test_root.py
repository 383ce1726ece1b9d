"""The command line's frame: exit codes, where words go, and what an error looks like."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def omnitui(*args: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1"}
    return subprocess.run(
        [sys.executable, "-m", "omnitui", *args], input=stdin, capture_output=True, text=True, env=environ
    )


def test_version_and_help() -> None:
    assert omnitui("--version").stdout.startswith("omnitui, version ")
    assert "config" in omnitui("--help").stdout


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        (["lst"], 2, "did you mean list?"),
        (["config", "check", "--nope"], 2, "No such option"),
        (["secret", "set", "nobody"], 3, "there is no account 'nobody'"),
    ],
)
def test_errors_are_words_on_stderr_and_an_exit_code(tmp_path: Path, args: list[str], code: int, words: str) -> None:
    done = omnitui("--home", str(tmp_path), *args)
    assert (done.returncode, done.stdout) == (code, "")
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_config_check_lists_problems_as_data(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    file = tmp_path / "config" / "config.toml"
    file.write_text("[ui]\nthem = 3\n")
    done = omnitui("--home", str(tmp_path), "config", "check", "--json")
    assert done.returncode == 3
    assert json.loads(done.stdout) == {
        "schema": 1,
        "ok": False,
        "problems": [{"file": str(file), "line": 2, "problem": "them is not a setting; did you mean theme?"}],
    }
    assert f"{file}:2: them is not a setting" in omnitui("--home", str(tmp_path), "config", "check").stdout


def test_folders_and_files_are_private(tmp_path: Path) -> None:
    omnitui("--home", str(tmp_path / "h"), "config", "path")
    assert (tmp_path / "h").stat().st_mode & 0o077 == 0
    assert (tmp_path / "h" / "data").stat().st_mode & 0o777 == 0o700


def test_a_closed_pipe_is_no_fault() -> None:
    code = f"{sys.executable} -m omnitui config example | head -c 10 >/dev/null; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert (done.returncode, done.stderr) == (0, "")


def test_keys_are_checked_with_their_lines(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    text = '[keys]\nconversation.clse = "e"\n"conversation.close" = "ctrl+h"\n'
    (tmp_path / "config" / "config.toml").write_text(text)
    done = omnitui("--home", str(tmp_path), "config", "check")
    assert done.returncode == 3
    assert "config.toml:2: conversation.clse: there is no command" in done.stdout
    assert "config.toml:3: conversation.close: classic terminals send ctrl+h as backspace" in done.stdout
