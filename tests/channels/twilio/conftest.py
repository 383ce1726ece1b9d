"""A fake for each test, whose requests must all have been right."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.channels.twilio.fake import Fake


@pytest.fixture
def fake() -> Iterator[Fake]:
    made = Fake()
    made.start()
    yield made
    made.stop()
    assert made.violations == []
