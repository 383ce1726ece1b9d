"""Chats on the real screen: what the channel can do is done, and what it cannot is refused in words."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot

from omnitui.app import OmnituiApp
from omnitui.config.places import places, prepare
from omnitui.config.schema import ChannelAccountSettings, Settings, UiSettings
from omnitui.core.channel_events import (
    ConversationEvent,
    DeletedEvent,
    Direction,
    EditedEvent,
    Event,
    GapEvent,
    MessageEvent,
    Person,
    ReactionEvent,
    ReceiptEvent,
)
from omnitui.core.channels import Capabilities, Counting
from omnitui.core.models import TemplateRow
from omnitui.core.times import HOUR, MINUTE, Instant
from omnitui.screen_start import make_session
from omnitui.store import channels, messages, outbox
from omnitui.store.chat.arriving import store_events
from omnitui.store.chat.scene import ChatAccount
from omnitui.store.connection import Role, open_cache, transaction
from tests.screens.conftest import NOW, inbox, quiet, shown

ANA = Person("4711", "Ana Ruiz")
SHOP = Person("1", "Shop")
CAN = Capabilities(
    edit=True, delete=True, react=True, reply_to=True, attachments=True, receipts="read", most_text=50, enter_sends=True
)
MakeChat = Callable[..., OmnituiApp]


def said(number: int, text: str, minutes: int, direction: Direction = Direction.IN, **fields: str) -> MessageEvent:
    at = Instant(NOW - minutes * MINUTE)
    author = ANA if direction is Direction.IN else SHOP
    return MessageEvent(
        conversation="c1", remote_id=f"c1/{number}", at=at, direction=direction, author=author, text=text, **fields
    )


USUAL: tuple[Event, ...] = (
    said(1, "Hello!", 30),
    said(2, "Is the red bike still there?", 29),
    said(3, "Yes, it is 300", 20, Direction.OUT, reply_to="c1/2"),
    EditedEvent(conversation="c1", remote_id="c1/3", at=Instant(NOW - 18 * MINUTE), text="Yes, it is 200"),
    ReceiptEvent(conversation="c1", at=Instant(NOW - 17 * MINUTE), state="read", remote_id="c1/3"),
    ReactionEvent(conversation="c1", remote_id="c1/3", at=Instant(NOW - 16 * MINUTE), person=ANA, emoji=("🎉",)),
    said(4, "my secret", 12),
    DeletedEvent(conversation="c1", remote_id="c1/4", at=Instant(NOW - 11 * MINUTE)),
    said(5, "missed, 0:32", 10, kind="call"),
    said(6, "I take it", 5),
)


@pytest.fixture
def make_chat(tmp_path: Path) -> MakeChat:
    def make(
        events: tuple[Event, ...] = USUAL,
        can: Capabilities = CAN,
        *,
        ui: UiSettings | None = None,
        templates: tuple[TemplateRow, ...] = (),
    ) -> OmnituiApp:
        where = places(tmp_path / "home")
        prepare(where)
        cache = open_cache(where.cache_db, Role.PULL)
        with transaction(cache):
            id = channels.upsert(cache, "tg", "telegram", "@shop", mark="TG", capabilities=can)
            store_events(cache, ChatAccount(id, "tg", "telegram"), events, NOW)
            channels.set_templates(cache, id, templates)
        cache.close()
        account = ChannelAccountSettings(name="tg", channel="telegram")
        settings = Settings(ui=ui or UiSettings(), channel_accounts=(account,))
        return OmnituiApp(make_session(where, settings, "ana", lambda: NOW))

    return make


async def opened(pilot: Pilot[None]) -> None:
    await quiet(pilot, 0.3)
    await pilot.press("g", "a")
    await quiet(pilot, 0.2)
    await pilot.press("enter")
    await quiet(pilot, 0.3)


async def wait_for(pilot: Pilot[None], words: str) -> None:
    for _ in range(150):
        if words in shown(pilot.app):  # type: ignore[arg-type]
            return
        await pilot.pause(0.02)
    raise AssertionError(shown(pilot.app))  # type: ignore[arg-type]


async def test_a_chat_reads_as_a_chat(make_chat: MakeChat) -> None:
    app = make_chat()
    async with app.run_test(size=(190, 40)) as pilot:
        await opened(pilot)
        await wait_for(pilot, "I take it")
        text = shown(app)
        assert "TG " in text
        assert "(no subject)" not in text
        for words in ("Is the red bike", "Yes, it is 200", "edited", "read", "🎉 Ana Ruiz", "CALL  missed, 0:32"):
            assert words in text
        assert "│ Ana Ruiz: Is the red bike still there?" in text
        assert "my secret" not in text
        assert "deleted" in text


async def test_history_of_an_edit_on_the_key_of_the_folds(make_chat: MakeChat) -> None:
    app = make_chat(USUAL[:4])
    async with app.run_test(size=(190, 40)) as pilot:
        await opened(pilot)
        await wait_for(pilot, "Yes, it is 200")
        assert "Yes, it is 300" not in shown(app)
        await pilot.press("v")
        await wait_for(pilot, "Yes, it is 300")


async def test_history_of_an_edit_that_is_not_the_newest_message(make_chat: MakeChat) -> None:
    app = make_chat()
    async with app.run_test(size=(190, 40)) as pilot:
        await opened(pilot)
        await wait_for(pilot, "I take it")
        assert "Yes, it is 300" not in shown(app)
        await pilot.press("v")
        await wait_for(pilot, "Yes, it is 300")
        await pilot.press("v")
        await quiet(pilot)
        assert "Yes, it is 300" not in shown(app)


async def test_a_gap_is_shown(make_chat: MakeChat) -> None:
    since, until = Instant(NOW - 3 * HOUR), Instant(NOW - HOUR)
    gap = GapEvent(since=since, until=until, reason="Telegram kept only 24 hours", conversation="c1")
    app = make_chat((*USUAL, gap))
    async with app.run_test(size=(190, 40)) as pilot:
        await opened(pilot)
        await wait_for(pilot, "── Something may be missing here: Telegram kept only 24 hours ──")
        assert "GAP" not in shown(app)


async def test_enter_sends_in_a_chat_and_f6_begins_a_line(make_chat: MakeChat) -> None:
    app = make_chat()
    async with app.run_test(size=(190, 40)) as pilot:
        await opened(pilot)
        await pilot.press("r")
        await wait_for(pilot, "enter sends · held 5 s")
        assert "subj" not in shown(app)
        await pilot.press(*"one", "f6", *"two")
        await wait_for(pilot, "7/50")
        await pilot.press("enter")
        await quiet(pilot, 0.3)
        (item,) = await inbox(app).session.reader.all(outbox.rows())
        assert item.account == "tg"
        page = inbox(app)
        sent = (await page.session.reader.all(messages.thread(page.reading.id or 0)))[0]
        body = await page.session.reader.first(messages.bodies([sent.id]))
        assert body is not None
        assert body.text.strip() == "one\ntwo"


async def test_the_setting_goes_before_the_channel(make_chat: MakeChat) -> None:
    app = make_chat(ui=UiSettings(enter_sends="no"))
    async with app.run_test(size=(190, 40)) as pilot:
        await opened(pilot)
        await pilot.press("r")
        await wait_for(pilot, "ctrl+j sends")
        await pilot.press("a", "enter", "b")
        await quiet(pilot, 0.2)
        assert inbox(app).composer.text == "a\nb"


async def test_too_long_and_too_late_are_not_sent(make_chat: MakeChat) -> None:
    late = replace(CAN, window_hours=24, after_window="closed")
    old = replace(said(1, "Hello", 0), at=Instant(NOW - 30 * HOUR))
    app = make_chat((old,), late)
    async with app.run_test(size=(190, 40)) as pilot:
        await opened(pilot)
        await pilot.press("r")
        await wait_for(pilot, "more than 24 hours old: nothing can be sent")
        inbox(app).composer.put_text("x" * 60)
        await pilot.press("ctrl+j")
        await wait_for(pilot, "nothing is sent until it is")
        await wait_for(pilot, "the text is 10 longer than the channel takes")
        assert await inbox(app).session.reader.all(outbox.rows()) == []


async def test_sms_are_counted_in_segments(make_chat: MakeChat) -> None:
    app = make_chat(can=replace(CAN, counting=Counting.SMS, most_text=1600, window_hours=24))
    async with app.run_test(size=(190, 40)) as pilot:
        await opened(pilot)
        await pilot.press("r")
        await wait_for(pilot, "1 SMS, 160 left")
        await wait_for(pilot, "the window to answer closes in 23 h 55 min")
        inbox(app).composer.put_text("ж" * 71)
        await wait_for(pilot, "2 SMS, 63 left (long because of ж)")


async def test_a_template_after_the_window(make_chat: MakeChat) -> None:
    can = replace(CAN, window_hours=24, after_window="template", templates=True, most_text=0)
    old = replace(said(1, "Hello", 0), at=Instant(NOW - 30 * HOUR))
    row = TemplateRow("HX1", "shipped", "en", "Hi {{1}}, order {{2}} has left.")
    app = make_chat((old,), can, templates=(row,))
    async with app.run_test(size=(190, 40)) as pilot:
        await opened(pilot)
        await pilot.press("r")
        await wait_for(pilot, "only a template can be sent; f7 chooses one")
        await pilot.press("f7")
        await wait_for(pilot, "shipped")
        await pilot.press("enter")
        await wait_for(pilot, "what stands for {{1}}")
        await pilot.press(*"Ana", "enter")
        await wait_for(pilot, "what stands for {{2}}")
        await pilot.press(*"42", "enter")
        await wait_for(pilot, "template shipped, sent as it stands")
        assert inbox(app).composer.text == "Hi Ana, order 42 has left."
        await pilot.press("ctrl+j")
        await quiet(pilot, 0.3)
        (item,) = await inbox(app).session.reader.all(outbox.rows())
        found = await inbox(app).session.reader.first(outbox.by_id(item.id))
        assert found is not None
        made = json.loads(json.dumps(found.payload))["chat"]["template"]
        assert made == {"id": "HX1", "name": "shipped", "language": "en", "variables": {"1": "Ana", "2": "42"}}


async def test_react_edit_and_take_back(make_chat: MakeChat) -> None:
    app = make_chat()
    async with app.run_test(size=(190, 40)) as pilot:
        await opened(pilot)
        await wait_for(pilot, "I take it")
        await pilot.press("+")
        await wait_for(pilot, "React to")
        await pilot.press("enter")
        await wait_for(pilot, "Reaction")
        await pilot.press("enter")
        await wait_for(pilot, "👍 You")
        await pilot.press("g", "T")
        await wait_for(pilot, "Edit")
        await pilot.press(*" euro", "enter")
        await wait_for(pilot, "Yes, it is 200 euro")
        await pilot.press("g", "z")
        await wait_for(pilot, "Take it back")
        await pilot.press("y")
        await quiet(pilot, 0.3)
        await wait_for(pilot, "Took a message back")
        assert "Yes, it is 200 euro" not in shown(app)
        await pilot.press("z")
        await wait_for(pilot, "Yes, it is 200 euro")


async def test_what_the_channel_cannot_is_refused_in_words(make_chat: MakeChat) -> None:
    app = make_chat(can=Capabilities())
    async with app.run_test(size=(190, 40)) as pilot:
        await opened(pilot)
        for keys, words in (
            (("+",), "telegram has no reactions"),
            (("g", "T"), "telegram cannot edit messages"),
            (("g", "z"), "telegram cannot take messages back"),
            (("F",), "cannot be forwarded"),
            (("R",), "a chat goes to all who are in it"),
        ):
            await pilot.press(*keys)
            await wait_for(pilot, words)
        await pilot.press("r")
        await wait_for(pilot, "ctrl+j sends")
        for key, words in (
            ("ctrl+o", "takes no files"),
            ("ctrl+t", "a chat has no subject"),
            ("f4", "does not say which message"),
            ("f7", "has no templates"),
        ):
            await pilot.press(key)
            await wait_for(pilot, words)


@pytest.mark.parametrize("able", [False, True])
async def test_what_the_channel_cannot_is_not_offered(make_chat: MakeChat, able: bool) -> None:
    app = make_chat(can=Capabilities(attachments=able, templates=able, reply_to=able))
    async with app.run_test(size=(190, 60)) as pilot:
        await opened(pilot)
        await pilot.press("ctrl+p")
        await wait_for(pilot, "a command, view, person or conversation")
        titles = {choice.title for choice in inbox(app).picker.question.offers("")}  # type: ignore[union-attr]
        assert {"Reply", "Note"} <= titles
        assert not titles & {"Reply to sender", "Forward"}
        await pilot.press("escape", "r")
        await wait_for(pilot, "ctrl+j sends")
        footer = shown(app).splitlines()[-1]
        assert "keep draft" in footer
        assert "ctrl+t" not in footer
        assert ("ctrl+o attach" in footer) is able
        await pilot.press("ctrl+p")
        await wait_for(pilot, "a command, view, person or conversation")
        titles = {choice.title for choice in inbox(app).picker.question.offers("")}  # type: ignore[union-attr]
        assert {"Send", "Editor"} <= titles
        assert not titles & {"To, Cc, Bcc, subject", "From"}
        either = {"Attach", "Take a file off", "Template", "Quote"}
        assert titles & either == (either if able else set())


async def test_an_answer_names_the_message_it_answers(make_chat: MakeChat) -> None:
    app = make_chat()
    async with app.run_test(size=(190, 40)) as pilot:
        await opened(pilot)
        await pilot.press("r")
        await wait_for(pilot, "enter sends")
        await pilot.press("f4")
        await wait_for(pilot, "Answers")
        await pilot.press("enter")
        await wait_for(pilot, "to   Ana Ruiz: I take it")


async def test_why_nobody_may_answer_is_told(make_chat: MakeChat) -> None:
    barred = ConversationEvent(conversation="c1", at=NOW, barred="The customer has blocked the shop")
    app = make_chat((*USUAL, barred))
    async with app.run_test(size=(190, 40)) as pilot:
        await opened(pilot)
        await pilot.press("r")
        await wait_for(pilot, "The customer has blocked the shop: nothing can be sent")


async def test_one_person_on_two_channels_is_linked_and_answered_through_either(tmp_path: Path) -> None:
    where = places(tmp_path / "home")
    prepare(where)
    cache = open_cache(where.cache_db, Role.PULL)
    phone = "+34600111222"
    with transaction(cache):
        for name, channel, person in (
            ("tg", "telegram", replace(ANA, phone=phone)),
            ("line", "sms", Person(phone, "A. Ruiz", phone=phone)),
        ):
            id = channels.upsert(cache, name, channel, "", mark="", capabilities=Capabilities())
            event = MessageEvent(
                conversation=name, remote_id=f"{name}/1", at=Instant(NOW - HOUR), direction=Direction.IN,
                author=person, text=f"hello by {channel}",
            )  # fmt: skip
            store_events(cache, ChatAccount(id, name, channel), (event,), NOW)
    cache.close()
    accounts = (
        ChannelAccountSettings(name="tg", channel="telegram"),
        ChannelAccountSettings(name="line", channel="sms"),
    )
    app = OmnituiApp(make_session(where, Settings(channel_accounts=accounts), "ana", lambda: NOW))
    async with app.run_test(size=(190, 40)) as pilot:
        await quiet(pilot, 0.3)
        page = inbox(app)
        row = next(row for row in page.list.window.rows if row.account == "tg")
        await page.open_conversation(row.id)
        await quiet(pilot, 0.3)
        await wait_for(pilot, "same phone")
        await pilot.press("A")
        await wait_for(pilot, "there is no other way to this person")
        await pilot.press("C", "d")
        await wait_for(pilot, "is another person than")
        await pilot.press("enter")
        await quiet(pilot, 0.3)
        assert "same phone" not in shown(app)
        await pilot.press("C", "l")
        await wait_for(pilot, "nobody else looks like the same person")
        await pilot.press("z")
        await wait_for(pilot, "same phone")
        await pilot.press("C", "l")
        await wait_for(pilot, "is the same person as")
        await pilot.press("enter")
        await quiet(pilot, 0.3)
        await wait_for(pilot, "SM +34600111222")
        await pilot.press("r")
        await wait_for(pilot, "ctrl+j sends")
        await pilot.press(*"hi")
        await pilot.press("f3")
        await wait_for(pilot, "through")
        await pilot.press("enter")
        await wait_for(pilot, "Reply to A. Ruiz · line")
        assert page.composer.text == "hi"
        assert page.reading.row is not None
        assert page.reading.row.account == "line"
        await pilot.press("ctrl+j")
        await quiet(pilot, 0.3)
        (item,) = await page.session.reader.all(outbox.rows())
        assert item.account == "line"
        await page.open_conversation(row.id)
        await quiet(pilot, 0.2)
        await pilot.press("r")
        await quiet(pilot, 0.3)
        await pilot.press("y", "ctrl+j")
        await wait_for(pilot, "ana has answered this person through line")
        assert len(await page.session.reader.all(outbox.rows())) == 1
