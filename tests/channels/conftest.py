"""The other side that a file of tests names (`RIG`), and a home with its account."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.channels.desk import Desk
from tests.channels.rig import Rig


@pytest.fixture
def rig(request: pytest.FixtureRequest) -> Iterator[Rig]:
    """Running; every request to it must be as its vendor describes it."""
    made: Rig = request.module.RIG()
    made.start()
    try:
        yield made
        assert made.violations() == []
    finally:
        made.stop()


@pytest.fixture
def desk(tmp_path: Path, rig: Rig) -> Desk:
    """Nothing has been brought yet."""
    return Desk(tmp_path, rig)
