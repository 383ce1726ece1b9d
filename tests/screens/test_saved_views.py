"""Saved views: kept from a search, counted in the top line, renamed, placed and forgotten."""

from __future__ import annotations

from omnitui.core.models import View
from omnitui.store import views
from omnitui.store.connection import Role, open_cache
from tests.screens.conftest import MakeApp, inbox, quiet, shown


async def test_a_search_becomes_a_view_with_a_count_and_a_digit(make_app: MakeApp) -> None:
    app = make_app(300, each=0)
    async with app.run_test(size=(120, 36)) as pilot:
        await quiet(pilot)
        page = inbox(app)
        await pilot.press("slash", *"tag:parcel is:closed", "enter")
        await quiet(pilot, 0.3)
        found = len(page.list.window.rows)
        assert 0 < found < 96
        await pilot.press("colon", *"view save Closed parcels", "enter")
        await quiet(pilot, 0.6)
        assert "Saved as Closed parcels · 6 goes there" in shown(app)
        assert f"Closed parcels {found}" in shown(app).splitlines()[0]
        assert not page.search.active
        await pilot.press("1")
        await quiet(pilot)
        assert page.views.here == 0
        await pilot.press("6")
        await quiet(pilot)
        assert len(page.list.window.rows) == found
        gone = page.list.window.rows[0].id
        other = open_cache(app.session.places.cache_db, Role.OPERATIONS)
        other.execute("UPDATE conversation SET state = 'open' WHERE id = ?", (gone,))
        other.execute("INSERT INTO change(conversation_id) VALUES (?)", (gone,))
        other.close()
        await quiet(pilot, 1.5)
        assert f"Closed parcels {found - 1}" in shown(app).splitlines()[0]


async def test_a_view_is_renamed_placed_and_forgotten(make_app: MakeApp) -> None:
    app = make_app(40, each=0)
    cache = open_cache(app.session.places.cache_db, Role.PULL)
    for name in ("One", "Two", "Three"):
        views.save(cache, View(name, "tag:parcel"))
    cache.close()
    async with app.run_test(size=(120, 36)) as pilot:
        await quiet(pilot, 0.3)
        page = inbox(app)
        assert [view.name for view in page.views.all[5:8]] == ["One", "Two", "Three"]
        await pilot.press("8", "g", "N")
        await quiet(pilot)
        assert page.picker.line.value == "Three"
        await pilot.press("ctrl+u", *"Last", "enter")
        await quiet(pilot, 0.3)
        assert [view.name for view in page.views.saved] == ["One", "Two", "Last"]
        assert page.views.here == 7
        await pilot.press("g", "P", "1")
        await quiet(pilot, 0.3)
        assert [view.name for view in page.views.saved] == ["Last", "One", "Two"]
        assert page.views.here == 5
        await pilot.press("colon", *"view.rename One", "enter")
        await quiet(pilot, 0.3)
        assert "There is a view One already" in shown(app)
        await pilot.press("colon", *"view.rename waiting", "enter")
        await quiet(pilot, 0.3)
        assert "is a view of every desk" in shown(app)
        await pilot.press("g", "D", "y")
        await quiet(pilot, 0.3)
        assert [view.name for view in page.views.saved] == ["One", "Two"]
        assert page.views.here == 0


async def test_a_view_of_more_than_is_counted_and_one_that_cannot_be_read(make_app: MakeApp) -> None:
    app = make_app(1600, each=0)
    cache = open_cache(app.session.places.cache_db, Role.PULL)
    views.save(cache, View("Big", "is:unassigned"))
    views.save(cache, View("Broken", "is:nonsense"))
    cache.close()
    async with app.run_test(size=(120, 36)) as pilot:
        await quiet(pilot, 0.8)
        top = shown(app).splitlines()[0]
        assert "Big 999+" in top
        assert "Broken  " in top
        await pilot.press("7")
        await quiet(pilot, 0.3)
        assert "nonsense" in shown(app)


async def test_the_top_line_keeps_its_parts_apart_on_80_columns(make_app: MakeApp) -> None:
    app = make_app(1600, each=0)
    cache = open_cache(app.session.places.cache_db, Role.PULL)
    for name in ("Refunds of today", "訂單 and 發票", "VIP"):
        views.save(cache, View(name, "tag:parcel"))
    cache.close()
    async with app.run_test(size=(80, 24)) as pilot:
        await quiet(pilot, 0.6)
        top = shown(app).splitlines()[0]
        assert top.startswith(" Waiting 214  Mine 0  Unassigned 1,067")
        assert "│ longest first  ○" in top or "│ longest first  ●" in top
        assert "…" not in top
        await pilot.press("8")
        await quiet(pilot, 0.3)
        assert " VIP 266  " in shown(app).splitlines()[0]
        await pilot.press("greater_than_sign")
        await quiet(pilot, 0.3)
        assert " Closed 533" in shown(app).splitlines()[0]


async def test_without_a_search_there_is_nothing_to_save(make_app: MakeApp) -> None:
    app = make_app(20, each=0)
    async with app.run_test(size=(120, 36)) as pilot:
        await quiet(pilot)
        await pilot.press("g", "k")
        await quiet(pilot)
        assert "search first (/)" in shown(app)
