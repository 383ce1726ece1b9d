"""Pages of the list that come late, when it shows other rows than those they were asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Collection

from textual import events

from omnitui.core.models import ConversationId, ConversationRow, Order
from omnitui.screens.list_pages import ListPages
from omnitui.screens.list_source import InOrder, Key, Source
from omnitui.store.connection import Role, open_cache, transaction
from omnitui.store.where import EVERYTHING, Where
from tests.screens.conftest import MakeApp, inbox, quiet


class Late:
    """A source whose next page is read at once and given when `given` is set; all others at once."""

    by_match = False

    def __init__(self, source: Source) -> None:
        self._source = source
        self.where, self.order = source.where, source.order
        self.read, self.given = asyncio.Event(), asyncio.Event()

    async def page(self, after: Key | None, limit: int, backwards: bool = False) -> tuple[list[ConversationRow], bool]:
        first = not self.read.is_set()
        self.read.set()
        found = await self._source.page(after, limit, backwards)
        if first:
            await self.given.wait()
        return found

    async def of_ids(self, ids: Collection[ConversationId]) -> list[ConversationRow]:
        return await self._source.of_ids(ids)


async def at_once(work: Awaitable[None] | None) -> None:
    """Wait for it where there is something to wait for."""
    if work is not None:
        await work


async def every(pages: ListPages) -> list[ConversationId]:
    """All conversations of the list, in order."""
    rows, _ = await pages.source.page(None, 10_000)
    return [row.id for row in rows]


async def test_a_page_below_an_edge_that_is_gone_is_not_shown(make_app: MakeApp) -> None:
    app = make_app(500, each=1)
    async with app.run_test(size=(120, 36)) as pilot:
        await quiet(pilot, 0.3)
        pages, window = inbox(app).pages, inbox(app).list.window
        await pages.open(EVERYTHING, Order.NEWEST)
        whole = await every(pages)
        assert not window.at_end
        pages.source = late = Late(pages.source)
        more = asyncio.create_task(pages.more(above=False))
        await late.read.wait()
        await at_once(pages.end())
        late.given.set()
        await more
        await quiet(pilot)
        ids = [row.id for row in window.rows]
        assert ids == whole[-len(ids) :]
        assert window.at_end
        await pages.more(above=True)
        ids = [row.id for row in window.rows]
        assert ids == whole[-len(ids) :]
        assert len(ids) > 96


async def test_the_start_is_the_start_when_the_first_page_comes_during_a_reload(make_app: MakeApp) -> None:
    app = make_app(500, each=1)
    async with app.run_test(size=(120, 36)) as pilot:
        await quiet(pilot, 0.3)
        pages, window = inbox(app).pages, inbox(app).list.window
        await pages.open(EVERYTHING, Order.NEWEST)
        whole = await every(pages)
        await at_once(pages.end())
        while len(whole) - len(window.rows) > 96:
            await pages.more(above=True)
        assert not window.at_start
        pages.source = late = Late(pages.source)
        reload = asyncio.create_task(pages.reload())
        await late.read.wait()
        await pages.more(above=True)
        assert window.at_start
        late.given.set()
        await reload
        ids = [row.id for row in window.rows]
        assert window.at_start == (ids[0] == whole[0])
        assert ids == whole[-len(ids) :]
        await at_once(pages.start())
        assert window.rows[0].id == whole[0]


async def test_rows_above_that_others_close_leave_the_cursor_on_its_line(make_app: MakeApp) -> None:
    app = make_app(12, each=1)
    async with app.run_test(size=(120, 36)) as pilot:
        await quiet(pilot, 0.3)
        shown, pages = inbox(app).list, inbox(app).pages
        await pages.open(EVERYTHING, Order.NEWEST)
        shown.move_to(5)
        window = shown.window
        cursor = window.cursor
        gone = [row.id for row in window.rows[:3]]
        others = Where("c.id NOT IN (?, ?, ?)", tuple(gone))
        pages.source = InOrder(app.session.reader, others, Order.NEWEST)
        await pages.changed(gone)
        await quiet(pilot)
        assert (window.cursor, window.at - window.top) == (cursor, 5)
        assert [line.text.strip() for line in map(shown.render_line, range(6))] == [""] * 6
        await pilot.click("#list", offset=(5, 0))
        assert window.cursor == cursor
        await pilot.press("j")
        assert (window.at, window.top) == (3, 0)


async def test_keys_right_behind_the_one_to_the_top_count_from_there(make_app: MakeApp) -> None:
    app = make_app(60, each=1)
    async with app.run_test(size=(80, 24)) as pilot:
        await quiet(pilot)
        page = inbox(app)
        for key in "ggjj":
            page.on_key(events.Key(key, key))
        await quiet(pilot)
        assert page.list.window.at == 2
        for key in "Gkk":
            page.on_key(events.Key(key, key))
        await quiet(pilot)
        assert page.list.window.at == len(page.list.window.rows) - 3 > 3


async def test_what_comes_and_goes_far_above_is_right_on_the_way_up(make_app: MakeApp) -> None:
    """Further above than is read again around the cursor: no row of old stands there, and none is missing."""
    app = make_app(300, each=1)
    async with app.run_test(size=(120, 36)) as pilot:
        await quiet(pilot, 0.3)
        pages, window = inbox(app).pages, inbox(app).list.window
        await pages.open(EVERYTHING, Order.NEWEST)
        inbox(app).list.move_to(80)
        await quiet(pilot)
        gone, risen, cursor = window.rows[2].id, window.rows[40].id, window.cursor
        newest = window.rows[0].last_at + 60_000
        cache = open_cache(app.session.places.cache_db, Role.PULL)
        with transaction(cache):
            cache.execute("UPDATE conversation SET hidden = 1 WHERE id = ?", (gone,))
            cache.execute("UPDATE conversation SET last_at = ? WHERE id = ?", (newest, risen))
        cache.close()
        line = window.at - window.top
        await pages.changed([gone, risen])
        assert (window.cursor, window.at - window.top) == (cursor, line)
        assert [row.id for row in window.rows] == (await every(pages))[: len(window.rows)]
        await at_once(pages.start())
        assert window.rows[0].id == risen == window.cursor
