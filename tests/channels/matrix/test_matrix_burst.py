"""The campaign in small: what customers wrote while nobody listened arrives through the whole worker."""

from __future__ import annotations

from pathlib import Path

import pytest

from campaigns.matrix_burst import burst
from omnitui.sync.channels.matrix import answers, history, pulling

pytestmark = pytest.mark.servers


def test_a_burst_arrives_in_order_and_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "TIMELINE", 5)
    monkeypatch.setattr(history, "MOST_AT_ONCE", 10)
    monkeypatch.setattr(pulling, "MOST_FILLED", 15)
    result = burst(tmp_path, messages=80, rooms=4, seed=1, cuts=(3,))
    assert result.good, result
    assert result.way.pages
    assert result.way.broken
