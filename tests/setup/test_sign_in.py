"""Runs `sign_in.py` in a process of its own: it starts threads that a loop waits for, and must not meet what hundreds
of tests before it have left in theirs."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.cli.run import ROOT


@pytest.mark.timeout(310)
def test_signing_in_during_the_set_up() -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/setup/sign_in.py"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout[-4000:]
    assert " passed" in done.stdout
