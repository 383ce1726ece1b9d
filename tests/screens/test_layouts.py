"""A keyboard with other letters: commands and menus work by the place of the key, texts take what is typed."""

from __future__ import annotations

from omnitui.config.schema import KeySettings, Settings
from tests.screens.conftest import MakeApp, inbox, quiet, shown


async def test_commands_menus_and_texts_on_a_russian_keyboard(make_app: MakeApp) -> None:
    app = make_app(20, settings=Settings(keys=KeySettings(layout="ru")))
    async with app.run_test(size=(120, 36)) as pilot:
        await quiet(pilot, 0.3)
        first = inbox(app).list.window.cursor
        await pilot.press("о")
        await quiet(pilot)
        assert inbox(app).list.window.cursor != first
        await pilot.press("у")
        await quiet(pilot)
        assert "Closed" in shown(app)
        await pilot.press("я")
        await quiet(pilot)
        assert "Took back: Closed" in shown(app)
        await pilot.press("ы")
        await quiet(pilot, 0.3)
        await pilot.press("к")  # a row of the menu, chosen by its key: until they reply
        await quiet(pilot, 0.3)
        assert inbox(app).picker.question is None
        assert "Took back" not in shown(app)
        await pilot.press("т")
        await quiet(pilot, 0.3)
        await pilot.press(*"привет")
        await quiet(pilot)
        assert "привет" in shown(app)
