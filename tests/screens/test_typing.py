"""Who writes at this moment: theirs is shown while it lasts, ours is told while keys are pressed in a chat."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from omnitui.app import OmnituiApp
from omnitui.config.places import places, prepare
from omnitui.config.schema import ChannelAccountSettings, Settings, UiSettings
from omnitui.core.channel_events import Direction, MessageEvent, Person, TypingEvent
from omnitui.core.channels import Capabilities
from omnitui.core.times import MINUTE, SECOND, Instant
from omnitui.screen_start import make_session
from omnitui.store import channels
from omnitui.store.chat import writing
from omnitui.store.chat.arriving import store_events
from omnitui.store.chat.scene import ChatAccount
from omnitui.store.connection import Role, open_cache, transaction
from tests.screens.conftest import NOW, inbox, quiet, shown

ANA = Person("4711", "Ana Ruiz")
MakeChat = Callable[..., OmnituiApp]


class Clock:
    """Time as the test moves it."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> Instant:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def make_chat(tmp_path: Path, clock: Clock) -> MakeChat:
    def make(*, typing: bool = True, tell: bool = True) -> OmnituiApp:
        where = places(tmp_path / "home")
        prepare(where)
        cache = open_cache(where.cache_db, Role.PULL)
        said = MessageEvent(
            conversation="c1",
            remote_id="m1",
            at=Instant(NOW - MINUTE),
            direction=Direction.IN,
            author=ANA,
            text="Hello",
        )
        with transaction(cache):
            id = channels.upsert(cache, "tg", "telegram", "@shop", mark="TG", capabilities=Capabilities(typing=typing))
            store_events(cache, ChatAccount(id, "tg", "telegram"), [said], NOW)
        cache.close()
        account = ChannelAccountSettings(name="tg", channel="telegram")
        settings = Settings(ui=UiSettings(tell_typing=tell), channel_accounts=(account,))
        return OmnituiApp(make_session(where, settings, "ana", clock))

    return make


def ana_types(app: OmnituiApp, at: Instant) -> None:
    """As the worker hears it, at this time."""
    cache = open_cache(inbox(app).session.places.cache_db, Role.PULL)
    with transaction(cache):
        event = TypingEvent(conversation="c1", person=ANA)
        store_events(cache, ChatAccount(1, "tg", "telegram"), [event], at)
    cache.close()
    inbox(app).session.wake()


def told(app: OmnituiApp) -> list[int]:
    """Until when the worker is told that we write."""
    cache = open_cache(inbox(app).session.places.cache_db, Role.OPERATIONS)
    found = [int(until) for (until,) in cache.execute("SELECT until FROM writing WHERE address = ''").fetchall()]
    cache.close()
    return found


async def opened(pilot: Pilot[None]) -> None:
    await quiet(pilot, 0.3)
    await pilot.press("g", "a")
    await quiet(pilot, 0.2)
    await pilot.press("enter")
    await until(pilot, lambda: "Hello" in shown(pilot.app))  # type: ignore[arg-type]


async def until(pilot: Pilot[None], there: Callable[[], bool]) -> None:
    for _ in range(400):
        if there():
            return
        await pilot.pause(0.02)
    raise AssertionError(shown(pilot.app))  # type: ignore[arg-type]


async def test_who_writes_stands_under_the_thread_until_it_is_over(make_chat: MakeChat, clock: Clock) -> None:
    app = make_chat()
    async with app.run_test(size=(100, 30)) as pilot:
        await opened(pilot)
        ana_types(app, Instant(NOW - writing.LASTS + SECOND))
        await until(pilot, lambda: "Ana Ruiz is typing..." in shown(app))
        clock.now = Instant(NOW + 2 * SECOND)
        # Nobody tells that it is over.
        await until(pilot, lambda: "is typing" not in shown(app))


async def test_the_worker_is_told_of_keys_in_a_chat_and_of_their_end(make_chat: MakeChat, clock: Clock) -> None:
    app = make_chat()
    async with app.run_test(size=(100, 30)) as pilot:
        await opened(pilot)
        await pilot.press("r")
        await until(pilot, lambda: inbox(app).writing)
        await quiet(pilot)
        assert told(app) == []
        await pilot.press("H", "i")
        await until(pilot, lambda: told(app) == [NOW + writing.OURS_LASTS])
        clock.now = Instant(NOW + SECOND)
        await pilot.press("a")
        await quiet(pilot)
        assert told(app) == [NOW + writing.OURS_LASTS], "a second later is too soon"
        clock.now = Instant(NOW + 5 * SECOND)
        await pilot.press("b")
        await until(pilot, lambda: told(app) == [NOW + 5 * SECOND + writing.OURS_LASTS])
        await pilot.press("escape")
        await until(pilot, lambda: told(app) == [])
        # A draft that is opened again is not written.
        await pilot.press("r")
        await until(pilot, lambda: inbox(app).writing and inbox(app).composer.text == "Hiab")
        await quiet(pilot)
        assert told(app) == []


@pytest.mark.parametrize(("key", "typing", "tell"), [("n", True, True), ("r", False, True), ("r", True, False)])
async def test_nobody_is_told_of_a_note_nor_where_it_is_switched_off(
    make_chat: MakeChat, key: str, typing: bool, tell: bool
) -> None:
    app = make_chat(typing=typing, tell=tell)
    async with app.run_test(size=(100, 30)) as pilot:
        await opened(pilot)
        await pilot.press(key)
        await until(pilot, lambda: inbox(app).writing)
        await pilot.press("H", "i")
        await until(pilot, lambda: inbox(app).composer.text == "Hi")
        await quiet(pilot)
        assert told(app) == []
