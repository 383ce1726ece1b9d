"""Triage by keys: each one step in the cache, shown at once, taken back by z."""

from __future__ import annotations

from omnitui.core.models import ConversationId, Priority, State
from omnitui.store import conversations
from omnitui.store.connection import Role, open_cache
from tests.screens.conftest import MakeApp, inbox, quiet, shown


def row_of(app, id: ConversationId):  # type: ignore[no-untyped-def]
    """A conversation as it stands in the cache."""
    cache = open_cache(app.session.places.cache_db, Role.READ)
    try:
        return conversations.by_id(id).first(cache)
    finally:
        cache.close()


async def test_close_and_undo(make_app: MakeApp) -> None:
    app = make_app(60)
    async with app.run_test(size=(120, 36)) as pilot:
        await quiet(pilot, 0.3)
        page = inbox(app)
        first, second = page.list.window.rows[0].id, page.list.window.rows[1].id
        await pilot.press("e")
        await quiet(pilot, 0.4)
        assert row_of(app, first).state is State.CLOSED
        assert page.list.window.cursor == second
        assert "z undo" in shown(app)
        await pilot.press("z")
        await quiet(pilot, 0.5)
        assert row_of(app, first).state is State.OPEN
        assert first in {row.id for row in page.list.window.rows}
        assert page.list.window.cursor == second
        await pilot.press("Z")
        await quiet(pilot, 0.4)
        assert row_of(app, first).state is State.CLOSED


async def test_closing_in_the_thread_goes_on_to_the_next(make_app: MakeApp) -> None:
    app = make_app(60)
    async with app.run_test(size=(80, 24)) as pilot:
        await quiet(pilot, 0.3)
        page = inbox(app)
        first, second = page.list.window.rows[0].id, page.list.window.rows[1].id
        await pilot.press("enter")
        await quiet(pilot, 0.2)
        assert page.reading.id == first
        await pilot.press("e")
        await quiet(pilot, 0.5)
        assert (page.reading.id, page.thread.has_focus) == (second, True)


async def test_menus_set_priority_assignee_state_and_tags(make_app: MakeApp) -> None:
    app = make_app(60)
    async with app.run_test(size=(120, 36)) as pilot:
        await quiet(pilot, 0.3)
        page = inbox(app)
        id = page.list.window.rows[0].id
        await pilot.press("p", "u")
        await quiet(pilot, 0.3)
        assert row_of(app, id).priority is Priority.URGENT
        await pilot.press("a", "a")
        await quiet(pilot, 0.3)
        assert row_of(app, id).assignee == "ana"
        await pilot.press("t", *"+refund", "enter")
        await quiet(pilot, 0.3)
        assert "refund" in row_of(app, id).tags
        await pilot.press("b")
        await quiet(pilot, 0.3)
        assert row_of(app, id).starred
        await pilot.press("S", "p")
        await quiet(pilot, 0.4)
        assert row_of(app, id).state is State.PENDING


async def test_snooze_by_words_and_again(make_app: MakeApp) -> None:
    app = make_app(60)
    async with app.run_test(size=(120, 36)) as pilot:
        await quiet(pilot, 0.3)
        page = inbox(app)
        first, second = page.list.window.rows[0].id, page.list.window.rows[1].id
        await pilot.press("s", *"tomorrow 9:00", "enter")
        await quiet(pilot, 0.5)
        assert row_of(app, first).state is State.SNOOZED
        assert row_of(app, first).snoozed_until is not None
        await pilot.press("s", "s")
        await quiet(pilot, 0.5)
        assert row_of(app, second).state is State.SNOOZED
        assert row_of(app, second).snoozed_until == row_of(app, first).snoozed_until
        third = page.list.window.cursor
        assert third is not None
        await pilot.press("s", "r")
        await quiet(pilot, 0.5)
        assert (row_of(app, third).state, row_of(app, third).snoozed_until) == (State.SNOOZED, None)


async def test_marks_make_one_step(make_app: MakeApp) -> None:
    app = make_app(60)
    async with app.run_test(size=(120, 36)) as pilot:
        await quiet(pilot, 0.3)
        page = inbox(app)
        rows = [row.id for row in page.list.window.rows[:4]]
        await pilot.press("x", "j", "X")
        await quiet(pilot, 0.1)
        assert page.list.marked == set(rows[:3])
        await pilot.press("e")
        await quiet(pilot, 0.4)
        assert "Closed 3 conversations" in shown(app)
        assert all(row_of(app, id).state is State.CLOSED for id in rows[:3])
        assert page.list.window.cursor == rows[3]
        await pilot.press("z")
        await quiet(pilot, 0.4)
        assert all(row_of(app, id).state is State.OPEN for id in rows[:3])


async def test_many_are_asked_about_first(make_app: MakeApp) -> None:
    app = make_app(200, each=0)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("g", "a")
        await quiet(pilot, 0.3)
        page = inbox(app)
        await pilot.press("*")
        await quiet(pilot, 0.3)
        assert len(page.list.marked) == 200
        await pilot.press("b")
        await quiet(pilot, 0.2)
        assert "Yes, all 200" in shown(app)
        await pilot.press("n")
        await quiet(pilot, 0.2)
        assert not page.list.window.rows[0].starred
        await pilot.press("b", "y")
        await quiet(pilot, 0.8)
        assert all(row.starred for row in page.list.window.rows)


async def test_a_wrong_word_is_told_and_changes_nothing(make_app: MakeApp) -> None:
    app = make_app(30, each=0)
    async with app.run_test(size=(120, 36)) as pilot:
        await quiet(pilot, 0.3)
        for line, words in (
            ("state nonsense", "there is no state"),
            ("snooze blah", "is not understood"),
            ("frobnicate", "no command"),
        ):
            await pilot.press("colon", *line, "enter")
            await quiet(pilot, 0.3)
            assert words in shown(app)
