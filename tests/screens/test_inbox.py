"""The main page on a real cache, by keys."""

from __future__ import annotations

import pytest

from omnitui.app import OmnituiApp
from omnitui.core.models import Order
from omnitui.store.connection import Role, open_cache
from tests.screens.conftest import MakeApp, inbox, quiet, shown


async def test_the_first_screen_shows_who_waits_longest(make_app: MakeApp) -> None:
    app = make_app(60)
    async with app.run_test(size=(120, 36)) as pilot:
        await quiet(pilot, 0.3)
        page = inbox(app)
        assert page.list.window.loaded
        rows = page.list.window.rows
        assert [row.order_key for row in rows] == sorted(row.order_key for row in rows)
        text = shown(app)
        assert "Waiting 8" in text
        assert "waiting, longest first" in text
        assert rows[0].contact_name in text


async def test_the_thread_follows_and_opens(make_app: MakeApp) -> None:
    app = make_app(60)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("j", "j")
        await quiet(pilot, 0.4)
        page = inbox(app)
        row = page.list.window.rows[2]
        assert (page.list.window.cursor, page.reading.id) == (row.id, row.id)
        assert page.list.has_focus
        await pilot.press("enter")
        await quiet(pilot, 0.1)
        assert page.thread.has_focus
        await pilot.press("J")
        await quiet(pilot, 0.2)
        assert page.reading.id == page.list.window.rows[3].id
        await pilot.press("h")
        assert page.list.has_focus


@pytest.mark.parametrize(("size", "panes"), [((80, 24), 1), ((112, 30), 2), ((120, 36), 3)])
async def test_panes_fit_the_terminal(make_app: MakeApp, size: tuple[int, int], panes: int) -> None:
    app = make_app(20)
    async with app.run_test(size=size) as pilot:
        await quiet(pilot, 0.1)
        shown_panes = [pane for pane in app.screen.query("#panes > *") if not pane.has_class("-hidden")]
        assert len(shown_panes) == panes
        if panes == 1:
            await pilot.press("l")
            await quiet(pilot, 0.2)
            assert inbox(app).thread.has_focus
            assert not app.screen.query_one("#thread-pane").has_class("-hidden")
            assert app.screen.query_one("#list-pane").has_class("-hidden")


async def test_a_long_list_is_read_in_pages(make_app: MakeApp) -> None:
    app = make_app(900, each=0)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("g", "a")
        await quiet(pilot, 0.2)
        page = inbox(app)
        first = page.list.window.cursor
        for _ in range(12):
            await pilot.press("pagedown")
            await quiet(pilot, 0.02)
        assert page.list.window.at > 60
        await pilot.press("G")
        await quiet(pilot, 0.3)
        assert page.list.window.at_end
        assert page.list.window.cursor == page.list.window.rows[-1].id
        for _ in range(12):
            await pilot.press("pageup")
            await quiet(pilot, 0.02)
        await pilot.press("g", "g")
        await quiet(pilot, 0.3)
        assert page.list.window.cursor == first


async def test_views_and_orders(make_app: MakeApp) -> None:
    app = make_app(60, each=0)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("6")
        await quiet(pilot, 0.2)
        page = inbox(app)
        assert {row.state.value for row in page.list.window.rows} == {"closed"}
        await pilot.press("g", "s")
        await quiet(pilot, 0.2)
        assert "Nothing is asleep" in shown(app)
        await pilot.press("g", "a", "g", "t")
        await quiet(pilot, 0.2)
        assert page.pages.order is Order.NEWEST
        times = [row.last_at for row in page.list.window.rows]
        assert times == sorted(times, reverse=True)


async def test_a_change_elsewhere_is_seen_and_moves_nothing(make_app: MakeApp) -> None:
    app = make_app(60, each=1)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("j", "j")
        await quiet(pilot, 0.4)
        page = inbox(app)
        cursor, line = page.list.window.cursor, page.list.window.at - page.list.window.top
        gone, changed = page.list.window.rows[0].id, page.list.window.rows[3].id
        other = open_cache(app.session.places.cache_db, Role.OPERATIONS)
        other.execute("BEGIN")
        other.execute("UPDATE conversation SET state = 'closed' WHERE id = ?", (gone,))
        other.execute("UPDATE conversation SET subject = 'Changed elsewhere' WHERE id = ?", (changed,))
        other.executemany("INSERT INTO change(conversation_id) VALUES (?)", [(gone,), (changed,)])
        other.execute("COMMIT")
        other.close()
        await quiet(pilot, 0.8)
        assert page.list.window.cursor == cursor
        assert gone not in {row.id for row in page.list.window.rows}
        assert "Changed elsewhere" in shown(app)
        assert page.list.window.at - page.list.window.top <= line


async def test_help_and_palette_run_what_they_show(make_app: MakeApp) -> None:
    app = make_app(20, each=0)
    async with app.run_test(size=(120, 36)) as pilot:
        await quiet(pilot, 0.1)
        await pilot.press("question_mark")
        await quiet(pilot, 0.1)
        assert "Who waits for an answer, longest first." in shown(app) or "One row or line down." in shown(app)
        await pilot.press(*"snoozed", "enter")
        await quiet(pilot, 0.2)
        page = inbox(app)
        assert page.views.here == page.views.index_of("Snoozed")
        await pilot.press("colon", *"view.all", "enter")
        await quiet(pilot, 0.2)
        assert page.views.here == page.views.index_of("All")
        assert page.list.has_focus


async def test_a_first_sync_keeps_the_beginning_until_the_cursor_moves(make_app: MakeApp) -> None:
    app = make_app(60, each=0)
    async with app.run_test(size=(120, 36)) as pilot:
        await quiet(pilot)
        page = inbox(app)
        page.pages.filling = True
        await older(app, 1)
        await page.pages.reload()
        assert page.list.window.at == 0
        assert page.list.window.cursor == page.list.window.rows[0].id
        await pilot.press("j")
        kept = page.list.window.cursor
        await older(app, 2)
        await page.pages.reload()
        assert page.list.window.cursor == kept


async def older(app: OmnituiApp, step: int) -> None:
    """Make a conversation wait longer than all others."""
    cache = open_cache(app.session.places.cache_db, Role.PULL)
    cache.execute(
        "UPDATE conversation SET waiting_since = waiting_since - ? WHERE id ="
        " (SELECT id FROM conversation WHERE waiting_since IS NOT NULL AND state = 'open' ORDER BY waiting_since DESC)",
        (step * 10_000_000_000,),
    )
    cache.close()
