"""A full disk, a damaged file, one that is gone, one that is held: said in words, and the screen lives on."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from omnitui.app import OmnituiApp
from omnitui.core.errors import CacheError
from omnitui.store import access
from tests.screens.conftest import MakeApp, inbox, quiet, shown


async def seen(pilot: Pilot[str], until: Callable[[str], object]) -> str:
    """Wait until the screen shows it."""
    app = pilot.app
    assert isinstance(app, OmnituiApp)
    for _ in range(400):
        if until(shown(app)):
            return shown(app)
        await pilot.pause(0.05)
    raise AssertionError(shown(app))


def cache_of(app: OmnituiApp) -> Path:
    return app.session.places.cache_db


async def test_a_damaged_file_is_said_and_the_screen_reads_on_once_it_is_whole(make_app: MakeApp) -> None:
    app = make_app(400)
    async with app.run_test(size=(100, 30)) as pilot:
        await quiet(pilot)
        whole = cache_of(app).read_bytes()
        with cache_of(app).open("r+b") as file:
            file.seek(8192)
            file.write(b"\xee" * (len(whole) - 8192))
        await pilot.press("G")
        await seen(pilot, lambda text: "file is damaged" in text and "omnitui doctor" in text)
        await pilot.press("g", "o")
        await seen(pilot, lambda text: "Outbox" in text and "file is damaged" in text)
        await pilot.press("q", "j", "j")
        with cache_of(app).open("r+b") as file:
            file.write(whole)
        await pilot.press("G")
        await quiet(pilot)
        assert inbox(app).list.window.at_end
        assert app.return_code is None


async def test_a_full_disk_holds_no_text_back_and_nobody_here(make_app: MakeApp) -> None:
    app = make_app(5)
    async with app.run_test(size=(100, 30)) as pilot:
        await quiet(pilot)
        await app.session.writer.do(_limit, 0)
        await pilot.press("enter", "r")
        await quiet(pilot)
        inbox(app).composer.put_text("Words of a long day. " * 10_000)
        await pilot.press("x")
        await seen(pilot, lambda text: "The disk is full" in text)
        await pilot.press("ctrl+q")
        await seen(pilot, lambda text: "cannot be kept" in text and "it is lost" in text)
        await pilot.press("n")
        await quiet(pilot)
        assert inbox(app).composer.writing
        await app.session.writer.do(_limit, 1_000_000)
        await pilot.press("ctrl+q")
        for _ in range(200):
            if not app.is_running:
                break
            await pilot.pause(0.05)
    connection = sqlite3.connect(cache_of(app))
    ((body,),) = connection.execute("SELECT body FROM draft").fetchall()
    connection.close()
    assert len(body) > 200_000


def _limit(connection: sqlite3.Connection, pages: int) -> None:
    """Allow no more pages than that; 0: none beside those that are there."""
    here = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {max(pages, here)}")


async def test_a_file_that_is_gone_takes_nothing_more_and_the_old_rows_stay(make_app: MakeApp) -> None:
    app = make_app(30)
    async with app.run_test(size=(100, 30)) as pilot:
        await quiet(pilot)
        await app.session.writer.do(lambda connection: None)
        aside = cache_of(app).with_name("aside")
        cache_of(app).rename(aside)
        await pilot.press("e")
        await seen(pilot, lambda text: "file is gone" in text)
        with pytest.raises(CacheError, match="Nothing of this was kept"):
            await app.session.writer.do(lambda connection: None)
        assert inbox(app).list.window.rows
        aside.rename(cache_of(app))
        await pilot.press("e")
        await seen(pilot, lambda text: "Closed" in text and "undo" in text)


async def test_a_file_that_goes_while_nobody_touches_a_key_is_told(make_app: MakeApp) -> None:
    app = make_app(30)
    async with app.run_test(size=(100, 30)) as pilot:
        await quiet(pilot)
        aside = cache_of(app).with_name("aside")
        cache_of(app).rename(aside)
        await seen(pilot, lambda text: "file is gone" in text)
        aside.rename(cache_of(app))
        await seen(pilot, lambda text: "can be read again" in text)


async def test_a_mailbox_that_cannot_be_read_at_the_start_is_shown_once_it_can(make_app: MakeApp) -> None:
    app = make_app(30)
    aside = cache_of(app).with_name("aside")
    cache_of(app).rename(aside)
    async with app.run_test(size=(100, 30)) as pilot:
        await seen(pilot, lambda text: "cannot be opened" in text and "The mailbox cannot be read" in text)
        assert not cache_of(app).exists()
        aside.rename(cache_of(app))
        await seen(pilot, lambda text: inbox(app).list.window.rows and "cannot be read" not in text)


async def test_what_waits_for_another_program_is_said(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "SLOW_AFTER", 0.1)
    app = make_app(30)
    async with app.run_test(size=(100, 30)) as pilot:
        await quiet(pilot)
        other = sqlite3.connect(cache_of(app), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        await pilot.press("e")
        await seen(pilot, lambda text: "waits for its turn" in text)
        await pilot.press("j")
        other.execute("COMMIT")
        other.close()
        await seen(pilot, lambda text: "Closed" in text and "undo" in text)
