"""A saved reply that is being written outlives the program, as a draft does."""

from __future__ import annotations

from omnitui.app import OmnituiApp
from omnitui.config.schema import Settings
from omnitui.screen_start import make_session
from omnitui.store import reply_drafts, saved_replies
from omnitui.widgets.composer import AUTOSAVE_AFTER
from tests.screens.conftest import NOW, MakeApp, inbox, quiet, shown
from tests.screens.writing import THANKS, keep, press, read, settings

__all__ = ["settings"]


def begun(app: OmnituiApp) -> list[tuple[str, str]]:
    return [(draft.reply.name, draft.reply.body) for draft in read(app, reply_drafts.every("ana"))]


async def test_what_is_written_is_there_after_a_crash(make_app: MakeApp, settings: Settings) -> None:
    app = make_app(10, settings=settings)
    async with app.run_test(size=(120, 36)) as pilot:
        await quiet(pilot, 0.3)
        keep(app, THANKS)
        await press(pilot, "g", "p")
        await press(pilot, "enter", least=0.5)
        await press(pilot, *" Bye", least=AUTOSAVE_AFTER + 0.5)
        assert begun(app) == [("thanks", f"{THANKS.body} Bye")]
        assert [reply.body for reply in read(app, saved_replies.every())] == [THANKS.body], "not saved by itself"
    again = OmnituiApp(make_session(app.session.places, settings, "ana", lambda: NOW))
    async with again.run_test(size=(80, 24)) as pilot:
        await quiet(pilot, 0.3)
        await press(pilot, "g", "p")
        assert "not saved yet" in shown(again)
        await press(pilot, "enter", least=0.5)
        assert inbox(again).composer.text == f"{THANKS.body} Bye"
        await press(pilot, "ctrl+j", least=0.5)
        assert begun(again) == []
        assert [reply.body for reply in read(again, saved_replies.every())] == [f"{THANKS.body} Bye"]


async def test_what_cannot_be_saved_is_there_the_next_day(make_app: MakeApp, settings: Settings) -> None:
    app = make_app(10, settings=settings)
    async with app.run_test(size=(120, 36)) as pilot:
        await quiet(pilot, 0.3)
        await press(pilot, "g", "p")
        await press(pilot, "n", *"delay", "enter", least=0.5)
        await press(pilot, *"Dear {{you}}", "escape", "escape", least=0.5)
        assert "stands among the saved replies" in shown(app)
        await press(pilot, "g", "p")
        await press(pilot, "n", *"late", "enter", least=0.5)
        await press(pilot, *"Sorry", "ctrl+t")
        await press(pilot, "ctrl+u", *"Delay", "enter", least=0.5)
        assert "is not saved yet: choose another name" in shown(app)
        await press(pilot, "ctrl+t")
        await press(pilot, "ctrl+u", *"soon", "enter", *"On its way", "enter", least=0.5)
        assert begun(app) == [("delay", "Dear {{you}}"), ("soon", "Sorry")]
        await press(pilot, "ctrl+p", *"discard", "enter", least=0.5)
        assert begun(app) == [("delay", "Dear {{you}}")]
        assert not inbox(app).composer.writing


async def test_another_subject_alone_is_a_change(make_app: MakeApp, settings: Settings) -> None:
    app = make_app(10, settings=settings)
    async with app.run_test(size=(120, 36)) as pilot:
        await quiet(pilot, 0.3)
        keep(app, THANKS)
        await press(pilot, "g", "p")
        await press(pilot, "enter", least=0.5)
        await press(pilot, "ctrl+t")
        await press(pilot, "enter", *"Thank you", "enter", least=0.5)
        await press(pilot, "escape", least=0.5)
        (kept,) = read(app, saved_replies.every())
        assert (kept.subject, kept.body) == ("Thank you", THANKS.body)
        assert begun(app) == []


async def test_each_agent_sees_their_own(make_app: MakeApp, settings: Settings) -> None:
    app = make_app(10, settings=settings)
    async with app.run_test(size=(120, 36)) as pilot:
        await quiet(pilot, 0.3)
        await press(pilot, "g", "p")
        await press(pilot, "n", *"delay", "enter", least=0.5)
        await press(pilot, *"Dear {{you}}", "escape", "escape", least=0.5)
    session = make_session(app.session.places, settings, "ben", lambda: NOW)
    theirs = OmnituiApp(session)
    async with theirs.run_test(size=(120, 36)) as pilot:
        await quiet(pilot, 0.3)
        await press(pilot, "g", "p")
        assert "There are no saved replies yet" in shown(theirs)
