"""Between requests and the file: what comes while the relay ends is refused, and what was taken is on the disk."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from omnitui.core.errors import CacheError
from omnitui.core.times import Instant
from omnitui.relay.intake import Intake
from omnitui.relay.store import Arrival, RelayStore, Room

NOW = Instant(1_800_000_000_000)


def arrival(text: str) -> Arrival:
    return Arrival("one", NOW, text.encode(), text.encode())


async def test_a_relay_that_ends_keeps_what_it_has_taken_and_takes_no_more(tmp_path: Path) -> None:
    path, room = tmp_path / "relay.db", Room(100, 1024 * 1024)
    intake = Intake(RelayStore(path, room), lambda: NOW)
    intake.start(7, 30)
    waiting = asyncio.create_task(intake.after("one", 10, 5, 50.0))
    taken = [asyncio.create_task(intake.keep(arrival(f"webhook {number}"))) for number in range(5)]
    await asyncio.sleep(0)
    intake.let_go()
    assert await asyncio.gather(*taken) == [1, 2, 3, 4, 5]
    async with asyncio.timeout(20):
        assert await waiting == ([], False)
    with pytest.raises(CacheError, match="about to end"):
        await intake.keep(arrival("too late"))
    await intake.close()
    again = RelayStore(path, room)
    assert [one.body for one in again.after("one", 0, 10)[0]] == [f"webhook {number}".encode() for number in range(5)]
    again.close()
