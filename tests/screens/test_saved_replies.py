"""Saved replies in the composer: found, previewed, filled in; what stays blank stops the sending."""

from __future__ import annotations

from omnitui.config.schema import Settings
from omnitui.store import outbox
from tests.screens.conftest import MakeApp, inbox, quiet, shown
from tests.screens.writing import BLANK, THANKS, keep, press, read, settings

__all__ = ["settings"]


async def test_a_slash_offers_them_as_they_will_read(make_app: MakeApp, settings: Settings) -> None:
    app = make_app(40, settings=settings)
    async with app.run_test(size=(120, 36)) as pilot:
        await quiet(pilot, 0.3)
        keep(app, THANKS, BLANK)
        page = inbox(app)
        who = page.list.window.rows[0].contact_name
        await press(pilot, "r")
        await press(pilot, "/")
        assert "Saved replies" in shown(app)
        await press(pilot, *"tha")
        assert f"Thank you, {who}." in shown(app), "the preview is filled in"
        await press(pilot, "enter")
        assert page.composer.text == f"Thank you, {who}.\n\nana"
        await press(pilot, "ctrl+z")
        assert page.composer.text == "", "undo of text takes it out again"


async def test_keys_typed_ahead_reach_the_list(make_app: MakeApp, settings: Settings) -> None:
    """Over a slow line the slash, the name and Enter come at once."""
    app = make_app(40, settings=settings)
    async with app.run_test(size=(80, 24)) as pilot:
        await quiet(pilot, 0.3)
        keep(app, THANKS, BLANK)
        await pilot.press("r", "/", *"thanks", "enter", *"Bye")
        await quiet(pilot, 0.6)
        assert inbox(app).composer.text.endswith("\n\nanaBye")
        assert inbox(app).composer.text.startswith("Thank you, ")


async def test_a_slash_that_was_meant_as_one_comes_back(make_app: MakeApp, settings: Settings) -> None:
    app = make_app(10, settings=settings)
    async with app.run_test(size=(80, 24)) as pilot:
        await quiet(pilot, 0.3)
        page = inbox(app)
        await press(pilot, "r")
        await press(pilot, "/")
        assert page.composer.text == "/"
        assert "there are no saved replies yet" in shown(app)
        keep(app, THANKS)
        await press(pilot, *"etc is a folder", "enter")
        await press(pilot, "/")
        await press(pilot, *"tmp too", "escape")
        assert page.composer.text == "/etc is a folder\n/tmp too"
        await press(pilot, "enter", *"and/or", "ctrl+r")
        await press(pilot, "escape")
        assert page.composer.text.endswith("\nand/or")


async def test_a_blank_stops_the_sending_until_it_is_filled_in(make_app: MakeApp, settings: Settings) -> None:
    app = make_app(40, settings=settings)
    async with app.run_test(size=(120, 36)) as pilot:
        await quiet(pilot, 0.3)
        keep(app, BLANK)
        page = inbox(app)
        await press(pilot, "r")
        with_firm = page.reading.row is not None and page.contact.card is not None and page.contact.card.organisation
        await press(pilot, "/", "enter", *" {{contact.title}}")
        for _ in range(3):
            await press(pilot, "ctrl+j")
            assert "is not filled in: nothing is sent until it is" in shown(app)
            assert not read(app, outbox.rows())
        if not with_firm:
            await press(pilot, *"De Vries", "ctrl+j")
        await press(pilot, *"Dr")
        assert "{{" not in page.composer.text, "what is typed takes the place of the blank"
        await press(pilot, "ctrl+j", least=0.6)
        assert len(read(app, outbox.rows())) == 1
