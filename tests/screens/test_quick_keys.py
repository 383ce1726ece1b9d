"""Keys that come together, as over a slow line or under load: each is for the page that the one before it has left or
opened."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from textual import events

from omnitui.core.commands import Context
from omnitui.core.errors import CacheError
from omnitui.screens.base import Page
from omnitui.screens.contacts_page import ContactsPage
from omnitui.screens.handlers import Call
from omnitui.screens.inbox import InboxPage
from omnitui.screens.pages import DraftsPage, OutboxPage
from omnitui.store.access import Writer
from omnitui.store.connection import Role, open_cache
from omnitui.widgets.choices import Choice
from tests.screens.conftest import MakeApp, inbox, quiet

KEYS = {"enter": "\r", "escape": "\x1b"}


def together(page: Page, *keys: str) -> None:
    """All keys in the page's queue before the first of them is looked at."""
    for key in keys:
        (page.focused or page).post_message(events.Key(key, KEYS.get(key, key)))


@pytest.mark.parametrize("begin", ["o", "d", "e", "c"])
@pytest.mark.parametrize("back", ["h", "escape"])
async def test_leaving_a_page_twice_at_once_leaves_it_once(make_app: MakeApp, begin: str, back: str) -> None:
    async with make_app().run_test(size=(120, 36)) as pilot:
        await quiet(pilot)
        await pilot.press("g", begin)
        await quiet(pilot)
        page = pilot.app.screen
        assert isinstance(page, Page)
        assert not isinstance(page, InboxPage)
        together(page, back, back, back)
        await quiet(pilot)
        assert pilot.app.is_running
        assert isinstance(pilot.app.screen, InboxPage)


async def test_a_person_opened_twice_at_once_is_opened_once(make_app: MakeApp) -> None:
    async with make_app().run_test(size=(120, 36)) as pilot:
        await quiet(pilot)
        await pilot.press("g", "c")
        await quiet(pilot)
        page = pilot.app.screen
        assert isinstance(page, ContactsPage)
        page.run_command(Call("row.open"))
        page.run_command(Call("row.open"))
        await quiet(pilot)
        assert pilot.app.is_running
        assert inbox(pilot.app).reading.timeline


async def test_keys_behind_the_one_that_leaves_go_to_the_page_below(make_app: MakeApp) -> None:
    async with make_app().run_test(size=(120, 36)) as pilot:
        await quiet(pilot)
        main = inbox(pilot.app)  # type: ignore[arg-type]
        before = main.list.window.at
        await pilot.press("g", "o")
        await quiet(pilot)
        page = pilot.app.screen
        assert isinstance(page, OutboxPage)
        together(page, "h", "j", "j")
        await quiet(pilot)
        assert pilot.app.screen is main
        assert main.list.window.at == before + 2


async def test_keys_behind_the_one_that_opens_go_to_the_page_above(make_app: MakeApp) -> None:
    async with make_app().run_test(size=(120, 36)) as pilot:
        await quiet(pilot)
        together(inbox(pilot.app), "g", "o", "g", "d")  # type: ignore[arg-type]
        await quiet(pilot)
        assert isinstance(pilot.app.screen, DraftsPage)
        assert len(pilot.app.screen_stack) == 2


async def test_a_page_that_was_left_asks_nothing(make_app: MakeApp) -> None:
    async with make_app().run_test(size=(120, 36)) as pilot:
        await quiet(pilot)
        await pilot.press("g", "o")
        await quiet(pilot)
        page = pilot.app.screen
        assert isinstance(page, OutboxPage)
        assert page.context is Context.OUTBOX
        assert page.leave()
        assert not page.leave()
        await quiet(pilot)
        assert await page.choose("Which?", [Choice(1, "one")]) is None


async def test_what_hinders_the_disk_is_said_in_words(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    open_cache(path, Role.PULL).close()
    writer = Writer(path)

    def full(connection: sqlite3.Connection) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")
        connection.execute("CREATE TABLE big AS SELECT randomblob(1000000) AS it")

    try:
        with pytest.raises(CacheError, match=r"disk is full.*Nothing of this was kept"):
            await writer.do(full)
    finally:
        writer.close()


async def test_undo_pressed_thrice_in_one_breath_takes_back_three_steps(make_app: MakeApp) -> None:
    app = make_app(30)
    async with app.run_test(size=(100, 30)) as pilot:
        await quiet(pilot)
        before = [row.id for row in inbox(app).list.window.rows]
        for _ in range(3):
            await pilot.press("e")
            await quiet(pilot)
        assert len(inbox(app).list.window.rows) == len(before) - 3
        page = inbox(app)
        for _ in range(3):
            page.run_command(Call("undo"))
        for _ in range(200):
            if [row.id for row in page.list.window.rows] == before:
                break
            await pilot.pause(0.05)
        assert [row.id for row in page.list.window.rows] == before
