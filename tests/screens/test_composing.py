"""Writing: drafts that survive, notes, answers into the outbox, and taking them back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from omnitui.config.schema import Settings
from omnitui.core.models import MessageClass
from omnitui.core.times import Instant
from omnitui.screens.pages import DraftsPage, OutboxPage
from omnitui.store import drafts, messages, outbox
from omnitui.store.connection import Role, open_cache
from omnitui.store.sending import reason_to_ask
from omnitui.triage import drafting
from omnitui.triage.agent import Agent
from omnitui.widgets import composer
from tests.screens.conftest import MakeApp, inbox, quiet, shown
from tests.screens.writing import cache_of, customer_writes, press, read, settings

__all__ = ["settings"]


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
        assert "none is attached" in shown(app)
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


async def test_a_customer_who_wrote_meanwhile_is_told_once_and_not_asked_again(
    make_app: MakeApp, settings: Settings
) -> None:
    app = make_app(40, settings=settings)
    async with app.run_test(size=(120, 36)) as pilot:
        await quiet(pilot, 0.3)
        id = inbox(app).list.window.rows[0].id
        await press(pilot, "r")
        await pilot.press(*"It is on its way")
        customer_writes(app, id)
        await press(pilot, "ctrl+j", least=0.6)
        assert "Anna has written since you began" in shown(app)
        assert not read(app, outbox.rows())
        await press(pilot, "ctrl+j", least=0.6)
        (item,) = read(app, outbox.rows())
        with cache_of(app) as cache:
            (whole,) = outbox.by_id(item.id).all(cache)
            assert reason_to_ask(cache, whole) == "", "who was told is not asked once more by the worker"


async def test_what_is_typed_after_sending_is_no_part_of_the_mail(make_app: MakeApp, settings: Settings) -> None:
    app = make_app(40, settings=settings)
    async with app.run_test(size=(120, 36)) as pilot:
        await quiet(pilot, 0.3)
        page = inbox(app)
        await press(pilot, "r")
        await press(pilot, *"Soon", "ctrl+j", "x", "J", least=0.8)
        (item,) = read(app, outbox.rows())
        (whole,) = read(app, outbox.by_id(item.id))
        assert whole.payload["body"] == "Soon"
        assert page.reading.id != item.conversation_id, "J went on to the next conversation"


async def test_answer_note_and_forward_are_three_drafts_of_one_conversation(
    make_app: MakeApp, settings: Settings
) -> None:
    app = make_app(40, settings=settings)
    async with app.run_test(size=(120, 36)) as pilot:
        await quiet(pilot, 0.3)
        id = inbox(app).list.window.rows[0].id
        for key, words in (("r", "An answer"), ("n", "A note"), ("F", "A forward")):
            await press(pilot, key)
            if key == "F":
                await press(pilot, *"jan@carrier.example", "enter")
                await press(pilot, "escape")
            await press(pilot, *words, "escape")
        kinds = {draft.kind: draft.body for draft in read(app, drafts.for_conversation(id))}
        assert kinds == {"reply_all": "An answer", "note": "A note", "forward": "A forward"}
        for key, words in (("n", "A note"), ("R", "An answer"), ("F", "A forward")):
            await press(pilot, key)
            if key == "F":
                await press(pilot, "escape")
            assert inbox(app).composer.text == words
            await press(pilot, "escape")
        found = {draft.kind: draft for draft in read(app, drafts.for_conversation(id))}
        assert found.keys() == {"reply", "note", "forward"}
        assert [person.email for person in found["forward"].to] == ["jan@carrier.example"]


@pytest.mark.parametrize("key", ["r", "n"])
async def test_what_was_thrown_away_comes_back(make_app: MakeApp, settings: Settings, key: str) -> None:
    app = make_app(40, settings=settings)
    async with app.run_test(size=(80, 24)) as pilot:
        await quiet(pilot, 0.3)
        await press(pilot, key)
        await press(pilot, *"Never mind", "ctrl+p")
        await press(pilot, *"throw the draft", "enter")
        assert not read(app, drafts.every())
        assert "Threw away" in shown(app)
        await press(pilot, "z", least=0.6)
        assert inbox(app).composer.text == "Never mind"
        await press(pilot, "escape")
        await press(pilot, "g", "d")
        await press(pilot, "x")
        assert "No draft." in shown(app)
        await press(pilot, "z")
        assert "Never mind" in shown(app)


async def test_a_note_taken_back_is_a_draft_again(make_app: MakeApp, settings: Settings) -> None:
    app = make_app(40, settings=settings)
    async with app.run_test(size=(120, 36)) as pilot:
        await quiet(pilot, 0.3)
        id = inbox(app).list.window.rows[0].id
        await press(pilot, "n")
        await press(pilot, *"Call Anna", "ctrl+j", least=0.6)
        assert read(app, messages.thread(id, limit=1))[0].class_ is MessageClass.NOTE
        await press(pilot, "z", least=0.6)
        assert read(app, messages.thread(id, limit=1))[0].class_ is not MessageClass.NOTE
        assert inbox(app).composer.text == "Call Anna"
        assert inbox(app).composer.has_class("-note")


async def test_who_types_without_a_pause_is_saved_too(
    make_app: MakeApp, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(composer, "AUTOSAVE_WITHIN", 0.6)
    app = make_app(10, settings=settings)
    async with app.run_test(size=(80, 24)) as pilot:
        await quiet(pilot, 0.3)
        await press(pilot, "r")
        for _ in range(30):
            await pilot.press("a")
            await pilot.pause(0.05)
            if read(app, drafts.every()):
                break
        assert read(app, drafts.every())


async def test_another_agents_draft_is_left_alone(make_app: MakeApp, settings: Settings) -> None:
    app = make_app(40, settings=settings)
    async with app.run_test(size=(80, 24)) as pilot:
        await quiet(pilot, 0.3)
        id = inbox(app).list.window.rows[0].id
        with cache_of(app) as cache:
            bens = replace(drafting.reply(cache, Agent("ben"), id), body="Ben's words")
            drafts.save(cache, bens, Instant(1))
        await press(pilot, "r")
        assert inbox(app).composer.text == ""


async def test_undo_gives_back_all_that_was_in_the_mail(make_app: MakeApp, settings: Settings, tmp_path: Path) -> None:
    app = make_app(40, settings=settings)
    (tmp_path / "label.pdf").write_text("a label")
    async with app.run_test(size=(120, 36)) as pilot:
        await quiet(pilot, 0.3)
        page = inbox(app)
        await press(pilot, "r")
        await press(pilot, *"See attached", "f4", "ctrl+o", "ctrl+u")
        await press(pilot, *f"{tmp_path}/label.pdf", "enter")
        await press(pilot, "ctrl+t", "enter")
        await press(pilot, *"ben@example.org", "enter")
        await press(pilot, *"boss@shop.example", "enter")
        await press(pilot, "ctrl+u", *"Your label", "enter", least=0.5)
        await press(pilot, *"!", "ctrl+j", least=0.5)
        assert "ben@example.org and boss@shop.example had no part" in shown(app)
        written = page.composing.draft
        assert written is not None
        await press(pilot, "ctrl+j", least=0.7)
        assert len(read(app, outbox.rows())) == 1
        assert not read(app, drafts.every())
        await press(pilot, "z", least=0.7)
        assert not read(app, outbox.rows())
        (draft,) = read(app, drafts.every())
        assert (draft.body, draft.subject, draft.quote) == ("See attached!", "Your label", False)
        assert [person.email for person in (*draft.cc, *draft.bcc)] == ["ben@example.org", "boss@shop.example"]
        assert (draft.to, draft.attachments) == (written.to, (str(tmp_path / "label.pdf"),))
        assert page.composer.text == "See attached!"
        assert "with label.pdf" in shown(app)
