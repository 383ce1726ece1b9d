"""A real cache with made-up conversations, and the real app on it with a clock that stands still."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from bench.cache import fill
from omnitui.app import OmnituiApp
from omnitui.config.places import places, prepare
from omnitui.config.schema import Settings
from omnitui.core.times import Instant
from omnitui.screen_start import make_session
from omnitui.screens.base import Page
from omnitui.screens.inbox import InboxPage
from omnitui.store.connection import Role, open_cache

NOW = Instant(1_763_900_000_000)
MakeApp = Callable[..., OmnituiApp]


@pytest.fixture
def make_app(tmp_path: Path) -> MakeApp:
    """Makes an app on a cache with so many conversations."""

    def make(conversations: int = 60, *, each: int = 3, settings: Settings | None = None) -> OmnituiApp:
        where = places(tmp_path / "home")
        prepare(where)
        connection = open_cache(where.cache_db, Role.PULL)
        fill(connection, conversations, NOW, each=each)
        connection.close()
        return OmnituiApp(make_session(where, settings or Settings(), "ana", lambda: NOW))

    return make


def inbox(app: OmnituiApp) -> InboxPage:
    """The main page of a running app."""
    page = app.screen
    assert isinstance(page, InboxPage)
    return page


async def quiet(pilot: Pilot[None], least: float = 0.15) -> None:
    """Wait at least so long, and until nothing but the feed (and an open question) is at work."""
    await pilot.pause(least)
    calm = 0
    for _ in range(300):
        page = pilot.app.screen
        asking = isinstance(page, Page) and page.picker.question is not None
        busy = any(not worker.is_finished and worker.name != "link" for worker in pilot.app.workers)
        calm = calm + 1 if asking or not busy else 0
        if calm == 3:
            return
        await pilot.pause(0.02)


def shown(app: OmnituiApp) -> str:
    """What stands on the screen, as text."""
    lines = app.screen._compositor.render_strips(app.size)
    return "\n".join("".join(segment.text for segment in strip) for strip in lines)
