"""What is acknowledged may be forgotten by the other side: it has reached the disk before that, for a power cut too."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from omnitui.config.schema import SyncSettings
from omnitui.core.times import Instant
from omnitui.store import channels
from omnitui.store.chat.scene import ChatAccount
from omnitui.store.connection import Cache
from omnitui.sync.channels.account_outbox import OutboxTools
from omnitui.sync.channels.file import CAN
from omnitui.sync.channels.file.connector import FileConnector
from omnitui.sync.channels.file.settings import FileSettings
from omnitui.sync.channels.keeping import Keeping, KeepingTools
from omnitui.sync.writer import Writer
from tests.channels.file.rig import FileRig

NOW = Instant(1_800_000_000_000)
NORMAL, FULL = 1, 2
"""SQLite's numbers: with FULL the log is synced at every commit."""


class Watched(Writer):
    """Notes how hard each commit is."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.hard: list[int] = []

    @contextmanager
    def transaction(self, *, last: bool = False) -> Iterator[Cache]:
        """As it is, noted."""
        with super().transaction(last=last) as cache:
            yield cache
            self.hard.append(cache.execute("PRAGMA synchronous").fetchone()[0])


@pytest.fixture
def rig() -> Iterator[FileRig]:
    made = FileRig()
    made.start()
    yield made
    made.stop()


async def test_messages_of_a_channel_reach_the_disk_before_they_are_acknowledged(rig: FileRig, tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    writer, outbox = Watched(path), OutboxTools.open(path, tmp_path, lambda: NOW)
    with writer.transaction() as cache:
        number = channels.upsert(cache, "desk", "file", "", mark="FI", capabilities=CAN)
    inbox = FileSettings(inbox=str(rig.folder / "in.jsonl"), outbox=str(rig.folder / "out.jsonl"))
    connector = FileConnector(inbox, CAN, lambda: NOW)
    tools = KeepingTools(writer, lambda: NOW, outbox, tmp_path, SyncSettings())
    keeping = Keeping(ChatAccount(number, "desk", "file"), connector, tools)
    try:
        rig.write("Hello, is anybody there?")
        await keeping.pull_all()
        assert keeping.new == 1
        with writer.transaction():
            pass
        assert writer.hard == [NORMAL, FULL, NORMAL]
    finally:
        await keeping.close()
        outbox.close()
        writer.close()
