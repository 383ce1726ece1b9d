"""A Slack for each test; every request to it must be as Slack describes it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.channels.slack.rig import SlackRig


@pytest.fixture
def rig() -> Iterator[SlackRig]:
    made = SlackRig()
    made.start()
    yield made
    made.stop()
    assert made.violations() == []
