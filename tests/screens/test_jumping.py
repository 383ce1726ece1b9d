"""Ctrl+P finds commands by other words too, and views, people and conversations."""

from __future__ import annotations

from pathlib import Path

from omnitui.core.commands import by_id
from omnitui.core.other_words import OTHER_WORDS
from omnitui.screens.contacts_page import ContactsPage
from omnitui.screens.handlers import Call
from omnitui.screens.inbox import InboxPage
from omnitui.screens.jumping import Jump
from omnitui.store import messages
from tests.screens.conftest import MakeApp, inbox, quiet, shown
from tests.screens.test_trouble import seen
from tests.screens.words import wordy_app


def test_other_words_are_of_commands_that_exist() -> None:
    assert [id for id in OTHER_WORDS if by_id(id) is None] == []


async def test_a_conversation_by_its_words_and_by_its_number(tmp_path: Path) -> None:
    app = wordy_app(tmp_path)
    async with app.run_test(size=(120, 36)) as pilot:
        await quiet(pilot)
        page = inbox(app)
        picker = page.picker
        wanted = page.list.window.rows[-1].id
        for text in (f"#{wanted}", str(wanted)):
            await pilot.press("g", "i", "ctrl+p", *text)
            await seen(pilot, lambda _: Jump(wanted) in [c.value for c in picker.rows.choices])
            await pilot.press("enter")
            await quiet(pilot)
            assert page.reading.id == wanted
            assert page.thread.has_focus
        bodies = await app.session.reader.all(messages.bodies([page.thread.current.id if page.thread.current else 0]))
        word = max(bodies[0].text.split(), key=len) if bodies else ""
        await pilot.press("ctrl+p", "#", *word)
        await seen(pilot, lambda _: any(isinstance(c.value, Jump) for c in picker.rows.choices))
        chosen = picker.rows.choices[0].value
        await pilot.press("enter")
        await quiet(pilot)
        assert chosen == Jump(page.reading.id or wanted)


async def test_a_person_a_view_and_a_command_by_another_word(make_app: MakeApp) -> None:
    app = make_app(60)
    async with app.run_test(size=(120, 36)) as pilot:
        await quiet(pilot)
        page = inbox(app)
        name = page.list.window.rows[0].contact_name
        await pilot.press("ctrl+p", "@", *name.split()[0])
        await seen(pilot, lambda _: any(c.title == name for c in page.picker.rows.choices))
        assert {c.hint for c in page.picker.rows.choices} == {"person"}
        await pilot.press("enter")
        await quiet(pilot)
        assert isinstance(app.screen, ContactsPage)
        assert name in shown(app)
        await pilot.press("ctrl+p", *"closed")
        await quiet(pilot)
        assert isinstance(app.screen, ContactsPage)
        rows = app.screen.picker.rows
        assert Call("view.open", "Closed") in [c.value for c in rows.choices]
        await pilot.press("escape", "q", "ctrl+p", *"archive")
        await quiet(pilot)
        assert isinstance(app.screen, InboxPage)
        assert page.picker.rows.choices[0].title == "Close"
        await pilot.press("enter")
        await seen(pilot, lambda text: "Closed “" in text)


async def test_what_is_no_query_offers_commands_all_the_same(make_app: MakeApp) -> None:
    app = make_app(5)
    async with app.run_test(size=(80, 24)) as pilot:
        await quiet(pilot)
        await pilot.press("ctrl+p", *"view.save")
        await quiet(pilot)
        assert inbox(app).picker.rows.choices[0].title == "Save view"
        inbox(app).picker.line.value = "before:nonsense ("
        await quiet(pilot)
        assert "nothing fits" in shown(app)
