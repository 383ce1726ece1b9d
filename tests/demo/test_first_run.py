"""Started with nothing set up, the screen offers the demo and the set-up."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.demo.terminal import running

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
def test_the_demo_is_one_key_away_and_leaves_nothing(tmp_path: Path, size: tuple[int, int]) -> None:
    environ = {**os.environ, "TERM": "xterm-256color", "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT)}
    with running([sys.executable, "-m", "omnitui", "--home", str(tmp_path)], environ, *size) as terminal:
        text = terminal.wait(lambda text: "Set up an account" in text)
        assert "No account is set up yet." in text
        terminal.type("\r")
        terminal.wait(lambda text: "Waiting" in text and "online" in text, 60)
        terminal.type("Q")
        assert terminal.wait_for_end() == 0
    assert not (tmp_path / "config" / "config.toml").exists()
    assert not (tmp_path / "data" / "cache.db").exists()
