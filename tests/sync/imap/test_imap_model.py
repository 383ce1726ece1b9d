"""A sample of random days; `python -m campaigns.imap_days` runs a thousand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.servers.dovecot import Dovecot
from tests.sync.imap.model import random_day


@pytest.mark.servers
@pytest.mark.parametrize("seed", range(8))
def test_a_random_day_ends_in_agreement(dovecot: Dovecot, tmp_path: Path, seed: int) -> None:
    assert random_day(dovecot, f"day{seed}", tmp_path, seed) == []
