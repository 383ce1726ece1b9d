"""Saved replies made, changed and thrown away in the program, each by a key or two and with undo."""

from __future__ import annotations

import pytest

from omnitui.config.schema import Settings
from omnitui.store import saved_replies
from tests.screens.conftest import MakeApp, inbox, quiet, shown
from tests.screens.writing import THANKS, keep, press, read, settings

__all__ = ["settings"]


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
async def test_made_changed_renamed_and_thrown_away(
    make_app: MakeApp, settings: Settings, size: tuple[int, int]
) -> None:
    app = make_app(10, settings=settings)
    async with app.run_test(size=size) as pilot:
        await quiet(pilot, 0.3)

        def kept() -> list[tuple[str, str]]:
            return [(reply.name, reply.body) for reply in read(app, saved_replies.every())]

        await press(pilot, "g", "p")
        assert "There are no saved replies yet" in shown(app)
        await press(pilot, "n", *"delay", "enter", least=0.5)
        assert "SAVED REPLY · delay" in shown(app)
        await press(pilot, *"Sorry {{contact.frist_name}}", "ctrl+j")
        assert "did you mean {{contact.first_name}}" in shown(app)
        assert inbox(app).composer.text.startswith("Sorry"), "nothing is lost"
        await press(pilot, "escape")
        assert inbox(app).composer.writing, "nor by leaving"
        assert "Not saved (esc again leaves it so)" in shown(app) or "Not saved (escape again" in shown(app)
        await press(pilot, "escape")
        assert not inbox(app).composer.writing, "Esc always leads out"
        assert "is not saved" in shown(app)
        await press(pilot, "g", "p")
        assert "not saved yet" in shown(app)
        await press(pilot, "enter", least=0.5)
        assert inbox(app).composer.text.startswith("Sorry")
        await press(pilot, "end")
        await press(pilot, *["backspace"] * 22, *"{{contact.first_name}}", "ctrl+j", least=0.5)
        assert kept() == [("delay", "Sorry {{contact.first_name}}")]
        assert "Saved the reply “delay”" in shown(app)

        await press(pilot, "g", "p")
        assert "delay" in shown(app)
        await press(pilot, "enter", least=0.5)
        await press(pilot, *"!", "ctrl+t")
        await press(pilot, "ctrl+u", *"late", "enter")
        await press(pilot, "escape", "escape", least=0.5)
        assert kept() == [("late", "Sorry {{contact.first_name}}!")]
        await press(pilot, "g", "p")
        await press(pilot, "x")
        assert kept() == []
        await press(pilot, "z")
        assert kept() == [("late", "Sorry {{contact.first_name}}!")]
        assert "late" in shown(app)


async def test_a_name_that_cannot_be_is_refused_when_given(make_app: MakeApp, settings: Settings) -> None:
    app = make_app(10, settings=settings)
    async with app.run_test(size=(120, 36)) as pilot:
        await quiet(pilot, 0.3)
        await press(pilot, "g", "p")
        await press(pilot, "n", *"a/b", "enter", least=0.5)
        assert "cannot be the name of a saved reply" in shown(app)
        await press(pilot, "n", *"late", "enter", least=0.5)
        await press(pilot, *"Sorry", "ctrl+t")
        await press(pilot, "ctrl+u", *"/tmp", "enter", least=0.5)
        assert "cannot be the name of a saved reply" in shown(app)
        await press(pilot, "escape", least=0.5)
        assert [reply.name for reply in read(app, saved_replies.every())] == ["late"]
        assert not inbox(app).composer.writing


async def test_what_was_left_unsaved_can_be_thrown_away(make_app: MakeApp, settings: Settings) -> None:
    app = make_app(10, settings=settings)
    async with app.run_test(size=(80, 24)) as pilot:
        await quiet(pilot, 0.3)
        keep(app, THANKS)
        await press(pilot, "g", "p")
        await press(pilot, "enter", least=0.5)
        await press(pilot, *" {{no}}", "escape", "escape", least=0.5)
        assert inbox(app).list.has_focus, "behind the box no conversation was open"
        await press(pilot, "g", "p")
        assert "not saved yet" in shown(app)
        await press(pilot, "x")
        assert "not saved yet" not in shown(app)
        assert [reply.body for reply in read(app, saved_replies.every())] == [THANKS.body]


async def test_an_answer_begun_over_it_saves_it_first(make_app: MakeApp, settings: Settings) -> None:
    app = make_app(10, settings=settings)
    async with app.run_test(size=(120, 36)) as pilot:
        await quiet(pilot, 0.3)
        keep(app, THANKS)
        await press(pilot, "g", "p")
        await press(pilot, "enter", least=0.5)
        await press(pilot, *" More", least=0.6)
        page = inbox(app)
        page.set_focus(page.list)
        await press(pilot, "r", least=0.5)
        assert "Reply to" in shown(app)
        assert page.composer.text == ""
        assert [reply.body for reply in read(app, saved_replies.every())] == [f"{THANKS.body} More"]
