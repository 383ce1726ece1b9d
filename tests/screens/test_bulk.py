"""Marks and work on many in the screen: asked once, one step, with a bar, and the keys stay free."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from omnitui.core.models import ConversationId
from omnitui.screens import bulk_work
from omnitui.store import log
from omnitui.store.connection import Role, open_cache
from tests.screens.conftest import MakeApp, inbox, quiet, shown


async def until(pilot: Pilot[None], words: str, tries: int = 400) -> bool:
    """Wait until words are on the screen."""
    for _ in range(tries):
        if words in shown(pilot.app):  # type: ignore[arg-type]
            return True
        await pilot.pause(0.02)
    return False


async def test_a_query_marks_what_is_not_in_view_and_acts_on_it(make_app: MakeApp) -> None:
    app = make_app(300, each=0)
    async with app.run_test(size=(120, 36)) as pilot:
        await quiet(pilot)
        page = inbox(app)
        await pilot.press("colon", *"mark is:closed", "enter")
        await quiet(pilot, 0.3)
        assert len(page.list.marked) == 100
        assert "100 conversations marked" in shown(app)
        await pilot.press("x")
        await quiet(pilot)
        assert len(page.list.marked) == 101
        await pilot.press("g", "x", *"tag:nowhere", "enter")
        await quiet(pilot, 0.3)
        assert len(page.list.marked) == 101
        await pilot.press("t", *"+bulk", "enter")
        await quiet(pilot, 0.3)
        assert "Tags: 101 conversations?" in shown(app)
        await pilot.press("y")
        await quiet(pilot, 0.5)
        assert "Tagged 101 conversations +bulk · z undo" in shown(app)
        assert not page.list.marked


async def test_thousands_are_one_step_with_a_bar_and_the_keys_stay_free(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Slow enough for keys to be pressed in between.
    monkeypatch.setattr(bulk_work, "GAP", 0.15)
    app = make_app(2400, each=0)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("g", "a")
        await quiet(pilot, 0.3)
        page = inbox(app)
        await pilot.press("*")
        await quiet(pilot, 0.3)
        assert len(page.list.marked) == 2400
        await pilot.press("p", "h")
        await quiet(pilot, 0.2)
        await pilot.press("y")
        assert await until(pilot, " of 2,400"), shown(app)
        at = page.list.window.at
        await pilot.press("j")
        await pilot.pause()
        assert page.list.window.at == at + 1
        assert app.session.at_work == "Priority"
        await pilot.press("z")
        await pilot.pause(0.05)
        assert "is still going on" in page.status.shown.said
        assert await until(pilot, "Set 2,400 conversations to high priority · z undo")
        assert " of 2,400" not in shown(app)
        await quiet(pilot)
        await pilot.press("z")
        assert await until(pilot, "Undo █")
        assert await until(pilot, "Took back: Set 2,400 conversations to high priority")
        cache = open_cache(app.session.places.cache_db, Role.READ)
        assert cache.execute("SELECT count(*) FROM conversation WHERE priority = 1").fetchone()[0] == 0
        assert len(log.steps("ana").all(cache)) == 1
        cache.close()


async def test_marks_stay_over_pages_and_views(make_app: MakeApp) -> None:
    app = make_app(400, each=0)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("g", "a", "x")
        await quiet(pilot, 0.2)
        page = inbox(app)
        first = page.list.window.rows[0].id
        for _ in range(12):
            await pilot.press("pagedown")
            await quiet(pilot, 0.01)
        await pilot.press("x")
        await quiet(pilot)
        assert len(page.list.marked) == 2
        await pilot.press("g", "i")
        await quiet(pilot, 0.2)
        assert ConversationId(first) in page.list.marked
        assert len(page.list.marked) == 2
