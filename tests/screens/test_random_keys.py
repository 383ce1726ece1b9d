"""A short run of the campaign of random keys; the long ones are run by command."""

from __future__ import annotations

from pathlib import Path

import pytest

from campaigns.random_keys import run


@pytest.mark.parametrize(("seed", "columns", "rows"), [(11, 120, 36), (12, 80, 24)])
def test_no_key_ends_the_program_or_makes_it_deaf(tmp_path: Path, seed: int, columns: int, rows: int) -> None:
    figures = run(tmp_path, 250, seed, columns, rows)
    assert figures["keys"] == 250
