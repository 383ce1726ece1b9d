"""What names no command or is bound to nothing: the screen says so, and what was most likely meant."""

from __future__ import annotations

import pytest

from tests.screens.conftest import MakeApp, inbox, quiet, shown


@pytest.mark.parametrize(
    ("typed", "meant"), [("snoze", "conversation.snooze"), ("conversation.clsoe", "conversation.close")]
)
async def test_a_mistyped_command_is_offered_and_told(make_app: MakeApp, typed: str, meant: str) -> None:
    app = make_app(5, each=1)
    async with app.run_test(size=(80, 24)) as pilot:
        await quiet(pilot)
        await pilot.press("colon", *typed)
        await quiet(pilot)
        assert meant in shown(app)
        assert "nothing fits" not in shown(app)
        await pilot.press("enter")
        await quiet(pilot)
        assert inbox(app).status.shown.said == f"there is no command {typed} here; did you mean {meant}?"


async def test_tab_takes_what_was_meant_with_its_words(make_app: MakeApp) -> None:
    app = make_app(5, each=1)
    async with app.run_test(size=(80, 24)) as pilot:
        await quiet(pilot)
        await pilot.press("colon", *"snoze 2h", "tab", "enter")
        await quiet(pilot)
        assert inbox(app).status.shown.said.startswith("Snoozed")


async def test_a_key_of_another_program_is_told_to_do_nothing(make_app: MakeApp) -> None:
    app = make_app(5, each=1)
    async with app.run_test(size=(80, 24)) as pilot:
        await quiet(pilot)
        status = inbox(app).status
        await pilot.press("d")
        await quiet(pilot)
        assert status.shown.said == "d does nothing here; ? lists what does"
        await pilot.press("g", "7")
        await quiet(pilot)
        assert status.shown.said == "g 7 does nothing here; ? lists what does"
        await pilot.press("a", "a")
        await quiet(pilot)
        done = status.shown.said
        await pilot.press("d")
        await quiet(pilot)
        assert status.shown.said == done
        assert status.shown.way_back == "z undo"


async def test_a_refused_line_stands_there_again_until_another_is_typed(make_app: MakeApp) -> None:
    app = make_app(5, each=1)
    async with app.run_test(size=(80, 24)) as pilot:
        await quiet(pilot)
        line = inbox(app).picker.line
        await pilot.press("colon", *"snoze fri 9", "enter")
        await quiet(pilot)
        await pilot.press("colon")
        await quiet(pilot)
        assert line.value == "snoze fri 9"
        await pilot.press("tab", "enter")
        await quiet(pilot)
        assert inbox(app).status.shown.said.startswith("Snoozed")
        await pilot.press("colon")
        await quiet(pilot)
        assert line.value == ""


async def test_leaving_the_list_hides_no_way_back(make_app: MakeApp) -> None:
    app = make_app(5, each=1)
    async with app.run_test(size=(80, 24)) as pilot:
        await quiet(pilot)
        status = inbox(app).status
        await pilot.press("escape")
        await quiet(pilot)
        assert status.shown.said.startswith("This is the list")
        await pilot.press("r")
        await quiet(pilot)
        assert status.shown.said == ""
        await pilot.press("escape", "e")
        await quiet(pilot)
        done = status.shown.said
        await pilot.press("escape", "escape")
        await quiet(pilot)
        assert (status.shown.said, status.shown.way_back) == (done, "z undo")
