"""Searching words in the screen: pages by match, marks, completion, what cannot be read and what was meant."""

from __future__ import annotations

from pathlib import Path

from textual.widgets import Input

from omnitui.core.models import Order
from omnitui.core.query.parser import parse
from omnitui.store import conversations, search
from omnitui.store.connection import Role, open_cache
from omnitui.store.query_sql import compile_query
from tests.screens.conftest import inbox, quiet, shown
from tests.screens.words import NOW, wordy_app


async def test_every_match_is_reached_page_by_page_and_from_the_end(tmp_path: Path) -> None:
    app = wordy_app(tmp_path)
    cache = open_cache(app.session.places.cache_db, Role.READ)
    node = parse("parcel", now=NOW, zone="UTC")
    wanted = [match.row.id for match in search.page(node, me="ana", limit=10_000).all(cache)]
    assert set(wanted) == set(conversations.ids(compile_query(node, me="ana")).all(cache))
    cache.close()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("slash", *"parcel ")
        await quiet(pilot, 0.3)
        page = inbox(app)
        window = page.list.window
        assert "newest match" in shown(app)
        assert f"{len(wanted):,} found" in shown(app)
        await pilot.press("enter")
        for _ in range(60):
            await pilot.press("pagedown")
            await quiet(pilot, 0.01)
        assert [row.id for row in window.rows] == wanted
        await pilot.press("g", "g")
        await quiet(pilot)
        await page.search.resort(None)
        await pilot.press("G")
        await quiet(pilot)
        assert window.cursor == wanted[-1]
        assert window.rows[-1].id == wanted[-1]
        for _ in range(60):
            await pilot.press("pageup")
            await quiet(pilot, 0.01)
        assert [row.id for row in window.rows] == wanted
        await pilot.press("g", "t")
        await quiet(pilot)
        assert page.pages.order is Order.WAITING
        assert {row.id for row in window.rows} <= set(wanted)


async def test_the_last_word_goes_on_while_one_types_and_is_marked(tmp_path: Path) -> None:
    app = wordy_app(tmp_path, 60)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("slash", *"parc")
        await quiet(pilot, 0.3)
        page = inbox(app)
        assert page.list.window.rows
        styles = [
            segment.style
            for strip in app.screen._compositor.render_strips(app.size)
            for segment in strip
            if segment.text == "parc"
        ]
        found = page.list.role("found")
        assert any(style is not None and style.bgcolor == found.bgcolor for style in styles)
        await pilot.press("enter", "l")
        await quiet(pilot, 0.3)
        assert page.thread.has_focus
        lines = [page.thread.render_line(y) for y in range(page.thread.size.height)]
        marks = [s.text for line in lines for s in line if s.style and s.style.bgcolor == found.bgcolor]
        assert marks
        assert set(marks) == {"parc"}
        await pilot.press("h", "escape")
        await quiet(pilot, 0.3)
        assert not page.search.active
        lines = [page.thread.render_line(y) for y in range(page.thread.size.height)]
        assert not [s for line in lines for s in line if s.style and s.style.bgcolor == found.bgcolor]


async def test_a_fault_is_underlined_and_mended_by_tab(tmp_path: Path) -> None:
    app = wordy_app(tmp_path, 60)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("slash", *"is:opne parcel")
        await quiet(pilot, 0.3)
        page = inbox(app)
        assert page.search_line.fault == (3, 7)
        strip = page.search_line.render_line(0)
        assert [s.text for s in strip if s.style and s.style.underline] == ["opne"]
        assert 'Did you mean "is:open"?' in shown(app)
        await pilot.press("tab")
        await quiet(pilot, 0.3)
        assert page.search_line.value == "is:open parcel"
        assert page.search_line.fault is None
        assert {row.state.value for row in page.list.window.rows} == {"open"}


async def test_tab_completes_operators_and_values(tmp_path: Path) -> None:
    app = wordy_app(tmp_path, 200)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("slash", *"asig", "tab")
        await quiet(pilot)
        page = inbox(app)
        assert page.search_line.value == "asig"
        await pilot.press("backspace", "backspace", "backspace", *"ssi", "tab")
        await quiet(pilot)
        assert page.search_line.value == "assignee:"
        await pilot.press("tab")
        await quiet(pilot)
        assert page.search_line.value == "assignee:me"
        assert "nobody's" in shown(app)
        await pilot.press("tab", "tab")
        await quiet(pilot, 0.3)
        assert page.search_line.value == "assignee:ana"
        assert {row.assignee for row in page.list.window.rows} == {"ana"}
        await pilot.press("shift+tab")
        await quiet(pilot)
        assert page.search_line.value == "assignee:none"
        await pilot.press("space")
        await quiet(pilot)
        assert "nobody's" not in shown(app)
        assert isinstance(app.focused, Input)


async def test_what_is_not_there_is_told_with_what_was_meant(tmp_path: Path) -> None:
    app = wordy_app(tmp_path, 200)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("slash", *"tag:refnud")
        await quiet(pilot, 0.3)
        page = inbox(app)
        assert "did you mean tag:refund?" in shown(app).replace("\n", " ")
        await pilot.press("tab")
        await quiet(pilot, 0.3)
        assert page.search_line.value == "tag:refund"
        assert page.list.window.rows
        assert all("refund" in row.tags for row in page.list.window.rows)


async def test_new_mail_with_the_words_is_counted_above_and_moves_nothing(tmp_path: Path) -> None:
    app = wordy_app(tmp_path, 400)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("slash", *"parcel ", "enter")
        await quiet(pilot, 0.3)
        page = inbox(app)
        window = page.list.window
        for _ in range(40):
            await pilot.press("j")
        await quiet(pilot)
        before = (window.cursor, window.at - window.top)
        below = window.rows[-1].id
        cache = open_cache(app.session.places.cache_db, Role.PULL)
        newest = cache.execute("SELECT max(id) FROM message").fetchone()[0]
        cache.execute("BEGIN")
        cache.execute(
            "INSERT INTO message (id, account_id, conversation_id, mid, class, at, fetched_at, subject)"
            " VALUES (?, 1, ?, 'new@x', 'customer', ?, ?, 'parcel again')",
            (newest + 1, below, NOW, NOW),
        )
        cache.execute("INSERT INTO fulltext (rowid, subject) VALUES (?, 'parcel again')", (newest + 1,))
        cache.execute("INSERT INTO change (conversation_id) VALUES (?)", (below,))
        cache.execute("COMMIT")
        cache.close()
        await quiet(pilot, 0.8)
        assert (window.cursor, window.at - window.top) == before
        assert "1 new above" in shown(app)
        await pilot.press("g", "g")
        await quiet(pilot, 0.3)
        await page.pages.show(page.pages.source)
        assert window.rows[0].id == below


async def test_a_query_longer_than_the_line_stays_in_view_at_its_end(tmp_path: Path) -> None:
    app = wordy_app(tmp_path, 30)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("slash", *"is:open or is:closed or is:snoozed or parcel")
        await quiet(pilot, 0.3)
        line = inbox(app).search_line.render_line(0).text
        assert line.rstrip().endswith("snoozed or parcel")
        assert inbox(app).list.window.rows
