"""A pane that comes into view is laid out for its size, whatever asked where it stands before the layout ran."""

from __future__ import annotations

from tests.screens.conftest import MakeApp, inbox, quiet, shown


async def test_a_thread_known_before_its_layout_is_laid_out_all_the_same(make_app: MakeApp) -> None:
    app = make_app(20, each=30)
    async with app.run_test(size=(80, 24)) as pilot:
        await quiet(pilot, 0.5)
        page = inbox(app)
        assert page.list.window.cursor is not None
        await page.show(page.list.window.cursor)
        # An update of a widget that is not in view makes the map of the widgets void; who asks for it then makes the
        # layout believe that the thread has long been there.
        page.panes.show_thread()
        page.query_one("#thread-pane").styles.display = "block"
        page._compositor.update_widgets({page.thread})
        page.find_widget(page.thread)
        await quiet(pilot, 0.5)
        assert page.thread.layout_.height == page.thread.size.height - 3
        lines = [line for line in shown(app).splitlines()[5:-1] if line.strip()]
        assert len(lines) > 10, shown(app)


async def test_the_title_of_a_page_fits_another_width(make_app: MakeApp) -> None:
    app = make_app(5)
    async with app.run_test(size=(80, 24)) as pilot:
        await quiet(pilot, 0.3)
        await pilot.press("g", "p")
        await quiet(pilot, 0.3)
        await pilot.resize_terminal(120, 36)
        await quiet(pilot, 0.3)
        title = shown(app).splitlines()[0]
        assert title.rstrip().endswith("q goes back")
        assert len(title.rstrip()) > 110
