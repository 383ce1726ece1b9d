"""A terminal that goes away without a signal ends the program; it does not spin."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path

from tests.cli.run import ROOT

CONFIG = '[[account]]\nname = "a"\naddress = "a@b.example"\n[account.imap]\nhost = "127.0.0.1"\nsecurity = "plain"\n'


def test_the_program_ends_when_its_terminal_has_gone(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.toml").write_text(CONFIG)
    ours, its = pty.openpty()
    command = [sys.executable, "-m", "omnitui", "--home", str(tmp_path), "run", "--no-sync"]
    program = subprocess.Popen(command, stdin=its, stdout=its, stderr=its, start_new_session=True, cwd=ROOT)
    try:
        os.close(its)
        drawn, until = b"", time.monotonic() + 30
        while b"Waiting" not in drawn and time.monotonic() < until:
            if select.select([ours], [], [], 0.2)[0]:
                drawn += os.read(ours, 65536)
        assert b"Waiting" in drawn
        os.close(ours)
        assert program.wait(timeout=30) in (0, 129)
    finally:
        if program.poll() is None:
            program.kill()
        program.wait()
