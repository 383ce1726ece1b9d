"""A Bot API, a clock, and a connector for tests of Telegram."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from omnitui.sync.channels.telegram.connector import TelegramConnector
from omnitui.sync.http.client import Client
from tests.channels.telegram.fake import FakeTelegram
from tests.channels.telegram.making import Clock, made


@pytest.fixture
def fake() -> Iterator[FakeTelegram]:
    with FakeTelegram() as one:
        yield one
        assert not one.violations


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def http() -> AsyncIterator[Client]:
    async with Client() as one:
        yield one


@pytest.fixture
def bot(fake: FakeTelegram, clock: Clock, http: Client, tmp_path: Path) -> TelegramConnector:
    return made(fake, clock, http, tmp_path)
