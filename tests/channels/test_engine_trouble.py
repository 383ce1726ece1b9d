"""An account's work goes on by itself when the cache could not be written for a while."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from omnitui.config.stores import open_stores
from omnitui.sync.channels.engine import Engine, EngineTools
from omnitui.sync.credentials import Credentials
from omnitui.sync.writer import Writer
from tests.channels.desk import Desk
from tests.channels.fake.rig import FakeRig


async def _until(holds: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        await asyncio.sleep(0.05)


def _engine(desk: Desk, writer: Writer) -> Engine:
    places = desk.places
    credentials = Credentials(open_stores(places, desk.settings.secrets), places.state, desk.now, lambda _: None)
    tools = EngineTools(
        writer, desk.now, credentials, places.cache_db, places.attachments, places.state / "channels", lambda _: None
    )
    return Engine(desk.settings, tools)


def test_work_goes_on_when_the_cache_can_be_written_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    rig = FakeRig()
    rig.start()
    desk = Desk(tmp_path, rig)
    rig.write("The first")
    desk.once()
    with caplog.at_level(logging.WARNING, "omnitui.sync"):
        asyncio.run(_refused_for_a_while(desk, caplog))
    rig.stop()


async def _refused_for_a_while(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    writer = Writer(desk.places.cache_db)
    engine = _engine(desk, writer)
    running = asyncio.create_task(engine.run())
    await _until(lambda: engine.outcomes["desk"].state == "online")
    with writer.reading() as cache:
        cache.execute("PRAGMA query_only = ON")
    desk.rig.write("The second")
    await _until(lambda: "cannot be written down" in caplog.text)
    assert not running.done()
    assert "look at its rights" in engine.outcomes["desk"].detail
    assert desk.texts() == ["The first"]
    with writer.reading() as cache:
        cache.execute("PRAGMA query_only = OFF")
    engine.retry()
    await _until(lambda: desk.texts() == ["The first", "The second"])
    engine.stop()
    await running
    writer.close()
