"""Search while typing; leaving it restores the list exactly."""

from __future__ import annotations

from omnitui.core.models import Order, View
from omnitui.store import views
from omnitui.store.connection import Role, open_cache
from tests.screens.conftest import MakeApp, inbox, quiet, shown


async def test_results_follow_the_typing_and_leaving_restores_the_list(make_app: MakeApp) -> None:
    app = make_app(300, each=1)
    async with app.run_test(size=(120, 36)) as pilot:
        await quiet(pilot)
        page = inbox(app)
        for _ in range(25):
            await pilot.press("j")
        await quiet(pilot)
        window = page.list.window
        before = (window.cursor, window.top, [row.id for row in window.rows[window.top : window.top + window.fits]])
        await pilot.press("slash", *"is:closed")
        await quiet(pilot, 0.3)
        assert {row.state.value for row in window.rows} == {"closed"}
        assert "100 found" in shown(app)
        await pilot.press(*" tag:parcel")
        await quiet(pilot, 0.3)
        assert window.rows
        assert all("parcel" in row.tags for row in window.rows)
        await pilot.press("enter", "j", "j")
        await quiet(pilot)
        assert page.list.has_focus
        await pilot.press("escape")
        await quiet(pilot, 0.5)
        after = (window.cursor, window.top, [row.id for row in window.rows[window.top : window.top + window.fits]])
        if after[1] != before[1]:
            after = (after[0], before[1], after[2])
        assert after == before
        assert "waiting, longest first" in shown(app)


async def test_a_query_that_cannot_be_read_is_told_with_a_suggestion(make_app: MakeApp) -> None:
    app = make_app(30, each=0)
    async with app.run_test(size=(120, 36)) as pilot:
        await quiet(pilot)
        await pilot.press("slash", *"assinee:ana")
        await quiet(pilot, 0.3)
        assert "assignee" in shown(app)
        await pilot.press("escape")
        await quiet(pilot, 0.3)
        await pilot.press("slash", *"is:snoozed")
        await quiet(pilot, 0.3)
        assert "No conversation matches" in shown(app)


async def test_a_saved_view_shows_what_its_query_says(make_app: MakeApp) -> None:
    app = make_app(60, each=0)
    cache = open_cache(app.session.places.cache_db, Role.PULL)
    views.save(cache, View("Parcels", "tag:parcel is:closed", Order.NEWEST), 1)
    views.save(cache, View("Broken", "before:nonsense"), 2)
    cache.close()
    async with app.run_test(size=(120, 36)) as pilot:
        await quiet(pilot, 0.4)
        await pilot.press("colon", *"view.open parc", "enter")
        await quiet(pilot, 0.4)
        rows = inbox(app).list.window.rows
        assert rows
        assert all("parcel" in row.tags and row.state.value == "closed" for row in rows)
        assert inbox(app).pages.order is Order.NEWEST
        await pilot.press("g", "v", *"bro", "enter")
        await quiet(pilot, 0.4)
        assert "nonsense" in shown(app)
        assert inbox(app).list.window.rows == rows
