"""A connector on a real Synapse."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from omnitui.core.times import Instant
from omnitui.sync.backoff import Backoff
from omnitui.sync.channels.contract import Batch, PullBudget, Setup
from omnitui.sync.channels.matrix import CHANNEL
from omnitui.sync.channels.matrix.connector import MatrixConnector
from omnitui.sync.channels.matrix.settings import MatrixSettings
from omnitui.sync.http.client import Client
from tests.channels.matrix.rig import MatrixRig


class Quick(Backoff):
    """No waiting between tries."""

    def next(self) -> float:
        """At once."""
        return 0.0


class Desk:
    """The account at work, with its cursor as the cache would keep it."""

    def __init__(self, rig: MatrixRig, http: Client, notes: Path) -> None:
        self.rig, self.http, self.notes = rig, http, notes
        self.cursor = ""
        self.now = 0
        self.connector = self.anew()

    def anew(self, **settings: object) -> MatrixConnector:
        """The connector of a new process: it remembers nothing but notes and cursor."""
        made = MatrixSettings(**{"homeserver": self.rig.proxy.url, **settings})  # type: ignore[arg-type]
        setup = Setup(
            name="desk",
            settings=made,
            secrets={"access_token": self.rig.desk.token},
            http=self.http,
            clock=lambda: Instant(self.now or int(time.time() * 1000)),
            notes=self.notes,
        )
        self.connector = CHANNEL.connect(setup)  # type: ignore[assignment]
        return self.connector

    async def pull(self, *, keep: bool = True, seconds: float = 0.0) -> Batch:
        """One pull from the cursor; `keep`: the batch is committed."""
        batch = await self.connector.pull(self.cursor, PullBudget(seconds=seconds))
        if keep:
            self.cursor = batch.next_cursor
            await self.connector.committed(batch)
        return batch

    async def pull_all(self) -> list[Batch]:
        """Until nothing more is to be had at once."""
        batches = [await self.pull()]
        while batches[-1].more:
            batches.append(await self.pull())
        return batches


@pytest.fixture
def rig() -> Iterator[MatrixRig]:
    """A server with people."""
    rig = MatrixRig()
    rig.start()
    yield rig
    rig.stop()


@pytest.fixture
async def desk(rig: MatrixRig, tmp_path: Path) -> AsyncIterator[Desk]:
    """The account, not yet pulled."""
    async with Client(backoff=Quick) as http:
        yield Desk(rig, http, tmp_path)
