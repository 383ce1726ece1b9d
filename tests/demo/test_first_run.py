"""Started with nothing set up, the screen says what to do."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tests.demo.terminal import running

ROOT = Path(__file__).resolve().parents[2]


def test_no_account_yet(tmp_path: Path) -> None:
    environ = {**os.environ, "TERM": "xterm-256color", "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT)}
    with running([sys.executable, "-m", "omnitui", "--home", str(tmp_path)], environ, 80, 24) as terminal:
        text = terminal.wait(lambda text: "No account is set up yet." in text)
        assert "omnitui demo" in text
        assert "omnitui config path" in text
        terminal.type("Q")
        assert terminal.wait_for_end() == 0
