"""Reading on above a chat's first message: the worker is asked once, the line says so, and what is read stays put."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from omnitui.app import OmnituiApp
from omnitui.config.places import places, prepare
from omnitui.config.schema import ChannelAccountSettings, Settings
from omnitui.core.channel_events import Direction, MessageEvent, Person
from omnitui.core.channels import Capabilities, History
from omnitui.core.times import MINUTE, Instant
from omnitui.screen_start import make_session
from omnitui.store import channels, outbox
from omnitui.store.chat import backfilled, older
from omnitui.store.chat.arriving import store_events
from omnitui.store.chat.backfilled import Page
from omnitui.store.chat.scene import ChatAccount
from omnitui.store.connection import Role, open_cache, transaction
from tests.screens.conftest import NOW, inbox, quiet, shown

ANA = Person("4711", "Ana Ruiz")
MakeChat = Callable[..., OmnituiApp]


def said(number: int) -> MessageEvent:
    """Hundreds of messages, twenty minutes between two."""
    at = Instant(NOW - (300 - number) * 20 * MINUTE)
    return MessageEvent(
        conversation="c1", remote_id=f"m{number}", at=at, direction=Direction.IN, author=ANA, text=f"words {number}"
    )


@pytest.fixture
def make_chat(tmp_path: Path) -> MakeChat:
    def make(history: History = History.FULL, first: int = 280) -> OmnituiApp:
        where = places(tmp_path / "home")
        prepare(where)
        cache = open_cache(where.cache_db, Role.PULL)
        with transaction(cache):
            can = Capabilities(history=history)
            id = channels.upsert(cache, "tg", "telegram", "@shop", mark="TG", capabilities=can)
            store_events(
                cache, ChatAccount(id, "tg", "telegram"), [said(n) for n in range(first, 300)], NOW, history=True
            )
        cache.close()
        settings = Settings(channel_accounts=(ChannelAccountSettings(name="tg", channel="telegram"),))
        return OmnituiApp(make_session(where, settings, "ana", lambda: NOW))

    return make


def worker(app: OmnituiApp, *events: MessageEvent, more: bool = True, refusal: str = "") -> None:
    """What the worker does with an order, as another process."""
    cache = open_cache(inbox(app).session.places.cache_db, Role.OPERATIONS)
    with transaction(cache):
        account = ChatAccount(1, "tg", "telegram")
        if refusal:
            older.refused(cache, 1, "c1", refusal, NOW)
        else:
            backfilled.arrived(cache, account, "c1", older.place(cache, 1, "c1"), Page(events, more=more), NOW)
        for (item,) in cache.execute("SELECT id FROM outbox WHERE state = 'queued'").fetchall():
            outbox.settle(cache, item, "failed" if refusal else "sent", refusal, NOW)
    cache.close()
    inbox(app).session.wake()


def orders(app: OmnituiApp) -> int:
    cache = open_cache(inbox(app).session.places.cache_db, Role.OPERATIONS)
    (count,) = cache.execute("SELECT count(*) FROM outbox WHERE kind = 'fetch'").fetchone()
    cache.close()
    return int(count)


async def opened(pilot: Pilot[None]) -> None:
    await quiet(pilot, 0.3)
    await pilot.press("g", "a")
    await quiet(pilot, 0.2)
    await pilot.press("enter")
    await wait_for(pilot, "words 299")


async def wait_for(pilot: Pilot[None], words: str) -> None:
    for _ in range(300):
        if words in shown(pilot.app):  # type: ignore[arg-type]
            return
        await pilot.pause(0.02)
    raise AssertionError(shown(pilot.app))  # type: ignore[arg-type]


async def test_reading_on_above_the_first_message_asks_for_more_once(make_chat: MakeChat) -> None:
    app = make_chat()
    async with app.run_test(size=(100, 30)) as pilot:
        await opened(pilot)
        await pilot.press("g", "g")
        await wait_for(pilot, "older messages may be had: scroll on up")
        assert orders(app) == 0
        for _ in range(4):
            await pilot.press("k")
        await wait_for(pilot, "older messages: asked for")
        await pilot.press("k", "k", "g", "g")
        await quiet(pilot)
        assert orders(app) == 1


async def test_what_is_read_stays_where_it_is_when_older_messages_come(make_chat: MakeChat) -> None:
    app = make_chat()
    async with app.run_test(size=(100, 30)) as pilot:
        await opened(pilot)
        await pilot.press("g", "g", "k")
        await wait_for(pilot, "older messages: asked for")
        lines = shown(app).splitlines()
        row = next(n for n, line in enumerate(lines) if "words 284" in line)
        worker(app, *(said(number) for number in range(220, 280)))
        await pilot.press("g", "r")
        for _ in range(300):
            if inbox(app).thread.layout_.messages[0].preview != "words 280":
                break
            await pilot.pause(0.02)
        await quiet(pilot)
        assert "words 284" in shown(app).splitlines()[row]
        assert "asked for" not in shown(app)
        assert inbox(app).here.unread_count == 0  # type: ignore[union-attr]
        for _ in range(12):
            await pilot.press("pageup")
            await quiet(pilot)
        await wait_for(pilot, "words 220")
        await wait_for(pilot, "older messages: asked for")
        assert orders(app) == 2


@pytest.mark.parametrize(
    ("refusal", "words"),
    [("", "no older messages"), ("we are not in the room", "older messages cannot be had: we are not in the room")],
)
async def test_an_end_and_a_refusal_are_said(make_chat: MakeChat, refusal: str, words: str) -> None:
    app = make_chat(first=297)
    async with app.run_test(size=(100, 30)) as pilot:
        await opened(pilot)
        await pilot.press("k")
        await wait_for(pilot, "older messages: asked for")
        worker(app, more=False, refusal=refusal)
        await pilot.press("g", "r")
        await wait_for(pilot, words)
        await pilot.press("k", "k")
        await quiet(pilot)
        assert orders(app) == 1


async def test_the_command_asks_again_for_what_was_refused(make_chat: MakeChat) -> None:
    app = make_chat(first=297)
    async with app.run_test(size=(100, 30)) as pilot:
        await opened(pilot)
        await pilot.press("k")
        await wait_for(pilot, "older messages: asked for")
        worker(app, refusal="we are not in the room")
        await pilot.press("g", "r")
        await wait_for(pilot, "cannot be had")
        await pilot.press("g", "H")
        await wait_for(pilot, "older messages: asked for")
        await wait_for(pilot, "they come as soon as the channel gives them")
        assert orders(app) == 2


async def test_a_channel_without_history_says_nothing_until_it_is_asked(make_chat: MakeChat) -> None:
    app = make_chat(History.NONE, first=297)
    async with app.run_test(size=(100, 30)) as pilot:
        await opened(pilot)
        await pilot.press("k", "k")
        await quiet(pilot)
        assert "older" not in shown(app)
        await pilot.press("g", "H")
        await wait_for(pilot, "telegram gives no older messages of this conversation")
        assert orders(app) == 0
