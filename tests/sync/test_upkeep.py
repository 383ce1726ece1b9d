"""Tidying waits for quiet, merges the index in steps, and stops when mail comes."""

from __future__ import annotations

import asyncio
from pathlib import Path

from omnitui.store import feed
from omnitui.sync.upkeep import keep_tidy
from omnitui.sync.writer import Writer
from tests.mailbox import Mailbox
from tests.mails import fetched, parsed


def segments(writer: Writer) -> int:
    with writer.reading() as cache:
        return int(cache.execute("SELECT count(DISTINCT segid) FROM fulltext_idx").fetchone()[0])


def fill(writer: Writer, batches: range) -> Mailbox:
    with writer.reading() as cache:
        box = Mailbox(cache)
        for n in batches:
            box.give("inbox", *[fetched(n * 20 + i, parsed(f"{n}.{i}@x", text=f"word{n} word{i}")) for i in range(20)])
    return box


async def test_the_index_is_merged_when_it_is_quiet(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "cache.db")
    box = fill(writer, range(1, 40))
    before = segments(writer)
    tidying = asyncio.create_task(keep_tidy(writer, 0.05))
    for _ in range(400):
        await asyncio.sleep(0.05)
        if segments(writer) <= 4:
            break
    tidying.cancel()
    assert before > 10 > segments(writer)
    assert box.one("SELECT count(*) FROM fulltext WHERE fulltext MATCH 'word7'") == 39 - 1 + 20
    writer.close()


async def test_nothing_is_done_while_mail_comes(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "cache.db")
    fill(writer, range(1, 20))
    tidying = asyncio.create_task(keep_tidy(writer, 0.2))
    for n in range(20, 40):
        await asyncio.to_thread(fill, writer, range(n, n + 1))
        await asyncio.sleep(0.02)
    assert segments(writer) > 4
    tidying.cancel()
    writer.close()


async def test_old_changes_are_forgotten(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "cache.db")
    with writer.transaction() as cache:
        feed.note(cache, [1] * (feed.KEPT + 500))
    tidying = asyncio.create_task(keep_tidy(writer, 0.05))
    async with asyncio.timeout(20):
        while True:
            with writer.reading() as cache:
                if not feed.reaches_back_to(400).first(cache):
                    break
            await asyncio.sleep(0.05)
    tidying.cancel()
    with writer.reading() as cache:
        assert feed.reaches_back_to(600).first(cache)
        assert feed.latest().first(cache) == feed.KEPT + 500
    writer.close()
