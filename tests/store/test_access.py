"""Questions that are asked as the program ends."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from omnitui.core.errors import Overtaken
from omnitui.store.access import Reader
from omnitui.store.connection import Role, open_cache
from omnitui.store.select import Select

ONE = Select("SELECT 1", (), lambda row: int(row[0]))


async def test_what_is_asked_while_the_file_is_let_go_of_is_overtaken(tmp_path: Path) -> None:
    open_cache(tmp_path / "cache.db", Role.PULL).close()
    reader = Reader(tmp_path / "cache.db")
    assert await reader.all(ONE) == [1]
    closing = asyncio.create_task(reader.close())
    late = [asyncio.create_task(reader.all(ONE)) for _ in range(3)]
    await closing
    for one in late:
        with pytest.raises(Overtaken):
            await one
    with pytest.raises(Overtaken):
        await reader.all(ONE)


async def test_a_question_that_waits_behind_the_end_is_overtaken(tmp_path: Path) -> None:
    open_cache(tmp_path / "cache.db", Role.PULL).close()
    reader = Reader(tmp_path / "cache.db")
    await reader.all(ONE)
    begun = asyncio.Event()

    async def slowly(connection: object) -> list[int]:
        begun.set()
        await asyncio.sleep(0.05)
        return await ONE.fetch(connection)  # type: ignore[arg-type]

    asked = asyncio.create_task(reader.do(slowly))
    await begun.wait()
    await reader.close()
    with pytest.raises(Overtaken):
        await asked
