"""The fake, which no request may break the vendor's file at, and a connector on it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from omnitui.sync.channels.chatwoot.connector import ChatwootConnector
from omnitui.sync.http.client import Client
from tests.channels.chatwoot.at_work import NOW, Quick, connect
from tests.channels.chatwoot.fake import FakeChatwoot


@pytest.fixture
def fake() -> Iterator[FakeChatwoot]:
    """Running, at a time that stands still."""
    one = FakeChatwoot()
    one.now = NOW
    one.start()
    try:
        yield one
        assert one.violations == []
    finally:
        one.stop()


@pytest.fixture
async def http() -> AsyncIterator[Client]:
    """One client."""
    async with Client(backoff=Quick) as client:
        yield client


@pytest.fixture
def desk(fake: FakeChatwoot, http: Client, tmp_path: Path) -> ChatwootConnector:
    """The account at work."""
    return connect(fake, http, tmp_path)
