"""A connector that keeps its account by itself: what a package may ship where a cursor and `pull` do not fit."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from omnitui.config.schema import SyncSettings
from omnitui.core.channel_events import Direction, MessageEvent, Person
from omnitui.core.channels import Capabilities
from omnitui.core.errors import Offline
from omnitui.core.times import Instant
from omnitui.store import channels
from omnitui.store.chat.scene import ChatAccount
from omnitui.store.connection import Role, open_cache
from omnitui.sync.channels.account_outbox import OutboxTools
from omnitui.sync.channels.contract import Batch, Keeper, Outbound, Probe, Receipt, Room
from omnitui.sync.channels.keeping import Keeping, KeepingTools
from omnitui.sync.writer import Writer

NOW = Instant(1_800_000_000_000)


class Folders(Keeper):
    """Two folders, each with letters and a number to go on from; the cursor holds both numbers."""

    capabilities = Capabilities()

    def __init__(self, letters: dict[str, list[str]]) -> None:
        self.letters, self.broken, self.woken, self.cancelled = letters, False, 0, False
        self._asked = asyncio.Event()

    async def probe(self) -> Probe:
        """Who we are."""
        return Probe(Person("us"))

    async def send(self, draft: Outbound) -> Receipt:
        """Takes everything."""
        return Receipt("accepted", f"out {draft.key}")

    def look(self) -> None:
        """Now."""
        self._asked.set()

    def wake(self) -> None:
        """Counted."""
        self.woken += 1

    async def keep(self, room: Room) -> None:
        """Folder by folder, then whenever asked."""
        try:
            while True:
                await self._all(room)
                room.synced()
                if room.once:
                    return
                await self._asked.wait()
                self._asked.clear()
        except asyncio.CancelledError:
            self.cancelled = True
            raise

    async def _all(self, room: Room) -> None:
        known = dict(part.split("=") for part in (await room.cursor()).split())
        for name in sorted(self.letters):
            if self.broken:
                raise Offline("the line is cut")
            at = int(known.get(name, 0))
            new = [_letter(name, number, text) for number, text in enumerate(self.letters[name], 1) if number > at]
            known[name] = str(len(self.letters[name]))
            await room.store(Batch(tuple(new), " ".join(f"{key}={value}" for key, value in sorted(known.items()))))


def _letter(folder: str, number: int, text: str) -> MessageEvent:
    return MessageEvent(
        conversation=folder, remote_id=f"{folder} {number}", at=Instant(NOW + number), direction=Direction.IN,
        author=Person("ana", "Ana"), text=text,
    )  # fmt: skip


class Kept:
    """An account that is kept, and its cache to look into."""

    def __init__(self, keeping: Keeping, path: Path) -> None:
        self.keeping, self._path = keeping, path

    def texts(self) -> list[str]:
        """What has come."""
        with contextlib.closing(open_cache(self._path, Role.READ)) as cache:
            return [str(row[0]).strip() for row in cache.execute("SELECT text FROM body ORDER BY message_id")]


@contextlib.asynccontextmanager
async def kept(path: Path, connector: Keeper) -> AsyncIterator[Kept]:
    cache = path / "cache.db"
    writer, outbox = Writer(cache), OutboxTools.open(cache, path, lambda: NOW)
    with writer.transaction() as rows:
        number = channels.upsert(rows, "lofts", "lofts", "", mark="LO", capabilities=connector.capabilities)
    keeping = Keeping(
        ChatAccount(number, "lofts", "lofts"),
        connector,
        KeepingTools(writer, lambda: NOW, outbox, path, SyncSettings()),
    )
    try:
        yield Kept(keeping, cache)
    finally:
        await keeping.close()
        outbox.close()
        writer.close()


async def test_once_it_brings_all_and_what_came_is_not_asked_for_again(tmp_path: Path) -> None:
    connector = Folders({"a": ["one", "two"], "b": ["three"]})
    async with kept(tmp_path, connector) as account:
        await account.keeping.pull_all()
        assert (account.keeping.in_step, account.keeping.new) == (True, 3)
        connector.letters["b"].append("four")
        await account.keeping.pull_all()
        assert account.keeping.new == 4
        assert sorted(account.texts()) == ["four", "one", "three", "two"]


async def test_it_is_kept_until_cancelled_and_looks_when_asked(tmp_path: Path) -> None:
    connector, heard = Folders({"a": ["one"]}), []
    async with kept(tmp_path, connector) as account:
        running = asyncio.create_task(account.keeping.run(lambda: heard.append(1)))
        await until(lambda: len(heard) == 1)
        connector.letters["a"].append("two")
        account.keeping.ask()
        await until(lambda: len(heard) == 2)
        assert account.texts() == ["one", "two"]
        account.keeping.wake()
        assert connector.woken == 1
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert connector.cancelled


async def test_what_was_stored_before_the_line_was_cut_stays(tmp_path: Path) -> None:
    connector = Folders({"a": ["one"], "b": ["two"]})
    async with kept(tmp_path, connector) as account:
        await account.keeping.pull_all()
        connector.letters["a"].append("three")
        connector.broken = True
        with pytest.raises(Offline):
            await account.keeping.pull_all()
        connector.broken = False
        await account.keeping.pull_all()
        assert sorted(account.texts()) == ["one", "three", "two"]


async def until(there: Callable[[], bool]) -> None:
    for _ in range(500):
        if there():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not happen")
