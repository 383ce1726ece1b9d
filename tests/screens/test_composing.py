"""Writing: drafts that survive, notes, answers into the outbox, and taking them back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from omnitui.config.schema import AccountSettings, ServerSettings, Settings
from omnitui.core.models import MessageClass
from omnitui.core.times import Instant
from omnitui.screens.pages import DraftsPage, OutboxPage
from omnitui.store import drafts, messages, outbox
from omnitui.store.connection import Role, open_cache
from omnitui.store.select import Select
from tests.screens.conftest import MakeApp, inbox, quiet, shown


@pytest.fixture
def settings() -> Settings:
    """One account that can send."""
    server = ServerSettings(host="127.0.0.1", security="plain")
    account = AccountSettings(name="support", address="support@shop.example", imap=server, smtp=server)
    return replace(Settings(), account=(account,))


def read(app, select: Select):  # type: ignore[no-untyped-def, type-arg]
    """Rows as they stand in the cache."""
    cache = open_cache(app.session.places.cache_db, Role.READ)
    try:
        return select.all(cache)
    finally:
        cache.close()


async def test_a_note_is_saved_and_shown_in_a_box(make_app: MakeApp, settings: Settings) -> None:
    app = make_app(40, settings=settings)
    async with app.run_test(size=(120, 36)) as pilot:
        await quiet(pilot, 0.3)
        id = inbox(app).list.window.rows[0].id
        await pilot.press("n")
        await quiet(pilot, 0.3)
        assert "NOTE" in shown(app)
        await pilot.press(*"Carrier case 88", "ctrl+j")
        await quiet(pilot, 0.6)
        newest = read(app, messages.thread(id, limit=1))[0]
        assert newest.class_ is MessageClass.NOTE
        assert "Carrier case 88" in shown(app)
        assert not read(app, drafts.every())


async def test_a_draft_is_kept_while_typing_and_goes_on(make_app: MakeApp, settings: Settings) -> None:
    app = make_app(40, settings=settings)
    async with app.run_test(size=(120, 36)) as pilot:
        await quiet(pilot, 0.3)
        page = inbox(app)
        id = page.list.window.rows[0].id
        await pilot.press("r")
        await quiet(pilot, 0.3)
        assert page.composer.writing
        await pilot.press(*"Hello Anna")
        await quiet(pilot, 0.9)
        assert [draft.body for draft in read(app, drafts.for_conversation(id))] == ["Hello Anna"]
        await pilot.press("escape")
        await quiet(pilot, 0.3)
        assert not page.composer.writing
        await pilot.press("g", "d")
        await quiet(pilot, 0.4)
        assert isinstance(app.screen, DraftsPage)
        assert "Hello Anna" in shown(app)
        await pilot.press("enter")
        await quiet(pilot, 0.5)
        assert inbox(app).composer.text == "Hello Anna"


async def test_an_answer_goes_to_the_outbox_and_undo_brings_it_back(make_app: MakeApp, settings: Settings) -> None:
    app = make_app(40, settings=settings)
    async with app.run_test(size=(120, 36)) as pilot:
        await quiet(pilot, 0.3)
        page = inbox(app)
        await pilot.press("r")
        await quiet(pilot, 0.3)
        await pilot.press(*"It is on its way", "ctrl+j")
        await quiet(pilot, 0.7)
        items = read(app, outbox.rows())
        assert [item.state for item in items] == ["held"]
        assert "It is on its way" in shown(app)
        assert "held" in shown(app)
        await pilot.press("z")
        await quiet(pilot, 0.7)
        assert not read(app, outbox.rows())
        assert page.composer.writing
        assert page.composer.text == "It is on its way"


async def test_the_outbox_page_takes_back_and_edits(make_app: MakeApp, settings: Settings) -> None:
    app = make_app(40, settings=settings)
    async with app.run_test(size=(80, 24)) as pilot:
        await quiet(pilot, 0.3)
        await pilot.press("r")
        await quiet(pilot, 0.3)
        await pilot.press(*"Soon", "ctrl+j")
        await quiet(pilot, 0.6)
        await pilot.press("g", "o")
        await quiet(pilot, 0.5)
        assert isinstance(app.screen, OutboxPage)
        assert "held" in shown(app)
        await pilot.press("e")
        await quiet(pilot, 0.7)
        assert inbox(app).composer.text == "Soon"
        assert not read(app, outbox.rows())


@pytest.mark.parametrize(("key", "state"), [("r", "asking"), ("x", "cancelled"), ("s", "sent")])
async def test_what_may_have_arrived_is_never_sent_again_by_retry(
    make_app: MakeApp, settings: Settings, key: str, state: str
) -> None:
    app = make_app(10, settings=settings)
    async with app.run_test(size=(100, 24)) as pilot:
        await quiet(pilot, 0.3)
        await pilot.press("r")
        await quiet(pilot, 0.3)
        await pilot.press(*"Soon", "ctrl+j")
        await quiet(pilot, 0.6)
        (item,) = read(app, outbox.rows())
        cache = open_cache(app.session.places.cache_db, Role.OPERATIONS)
        outbox.claim(cache, ["send"], 1, owner="w", now=Instant(2**45), lease=1)
        outbox.set_phase(cache, item.id, "dot", "w")
        outbox.settle(cache, item.id, "asking", "it may have been sent", Instant(2**45))
        cache.close()
        await pilot.press("g", "o")
        await quiet(pilot, 0.5)
        await pilot.press(key)
        await quiet(pilot, 0.6)
        assert [row.state for row in read(app, outbox.rows(settled=True))] == [state]


async def test_a_promise_without_a_file_is_asked_about_once(make_app: MakeApp, settings: Settings) -> None:
    app = make_app(40, settings=settings)
    async with app.run_test(size=(120, 36)) as pilot:
        await quiet(pilot, 0.3)
        await pilot.press("r")
        await quiet(pilot, 0.3)
        await pilot.press(*"See the attachment", "ctrl+j")
        await quiet(pilot, 0.4)
        assert "there is none" in shown(app)
        assert not read(app, outbox.rows())
        await pilot.press("ctrl+j")
        await quiet(pilot, 0.6)
        assert len(read(app, outbox.rows())) == 1


async def test_a_new_mail_asks_to_whom(make_app: MakeApp, settings: Settings) -> None:
    app = make_app(10, settings=settings)
    async with app.run_test(size=(120, 36)) as pilot:
        await quiet(pilot, 0.3)
        await pilot.press("c")
        await quiet(pilot, 0.3)
        await pilot.press(*"Jan Smit <jan@example.org>", "enter")
        await quiet(pilot, 0.2)
        await pilot.press("enter")
        await quiet(pilot, 0.2)
        await pilot.press("enter")
        await quiet(pilot, 0.2)
        await pilot.press(*"Your order", "enter")
        await quiet(pilot, 0.3)
        await pilot.press(*"It is ready", "ctrl+j")
        await quiet(pilot, 0.6)
        items = read(app, outbox.rows())
        assert [(item.subject, item.recipients) for item in items] == [("Your order", "jan@example.org")]


async def test_sending_without_a_configured_account_is_refused_and_keeps_the_text(make_app: MakeApp) -> None:
    app = make_app(40)
    async with app.run_test(size=(120, 36)) as pilot:
        await quiet(pilot, 0.3)
        await pilot.press("r")
        await quiet(pilot, 0.3)
        await pilot.press(*"Hello", "ctrl+j")
        await quiet(pilot, 0.5)
        assert "is not in the config" in shown(app)
        assert inbox(app).composer.text == "Hello"


async def test_sending_at_once_leaves_no_draft_behind(make_app: MakeApp, settings: Settings) -> None:
    """The autosave of the last words and the sending of them must not cross."""
    app = make_app(40, settings=settings)
    async with app.run_test(size=(120, 36)) as pilot:
        await quiet(pilot, 0.3)
        for number in range(3):
            await pilot.press("r")
            await quiet(pilot, 0.3)
            await pilot.press(*f"Answer {number}")
            await pilot.pause(0.39)
            await pilot.press("ctrl+j")
            await quiet(pilot, 0.7)
        assert not read(app, drafts.every())
        assert len(read(app, outbox.rows())) == 3


async def test_after_an_answer_no_conversation_is_skipped(make_app: MakeApp, settings: Settings) -> None:
    """What was answered leaves the list of those who wait; J and g n go on with the very next."""
    app = make_app(60, settings=settings)
    async with app.run_test(size=(120, 36)) as pilot:
        await quiet(pilot, 0.3)
        page = inbox(app)
        ids = [row.id for row in page.list.window.rows]
        for number, keys in enumerate((["J"], ["g", "n"], ["space"])):
            await pilot.press("r")
            await quiet(pilot, 0.3)
            await pilot.press(*"Done", "ctrl+j")
            await quiet(pilot, 0.6)
            assert page.reading.id == ids[number]
            await pilot.press(*keys)
            await quiet(pilot, 0.4)
            assert page.reading.id == ids[number + 1]
