"""A sample of the campaign that kills the program in the middle of its work: `python -m campaigns.kill`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers.dovecot import Dovecot


@pytest.mark.servers
@pytest.mark.timeout(180)
def test_killed_and_gone_on_with_nothing_is_lost_or_sent_twice() -> None:
    if reason := Dovecot.missing():
        pytest.skip(reason)
    done = subprocess.run(
        [sys.executable, "-m", "campaigns.kill", "--count", "4", "--every", "29"],
        cwd=Path(__file__).resolve().parents[2], capture_output=True, text=True, check=False,
    )  # fmt: skip
    report = json.loads(done.stdout)
    assert report["broken"] == []
    assert report["killed"] >= 8
    assert done.returncode == 0
