"""Makes the session and runs the app; the one door from the command line to Textual."""

from __future__ import annotations

from collections.abc import Callable

from omnitui.app import OmnituiApp
from omnitui.config.keys import keymap_of
from omnitui.config.places import Places
from omnitui.config.schema import Settings
from omnitui.config.terminal import is_slow, plain_marks
from omnitui.config.zone import local_zone
from omnitui.core.times import Instant
from omnitui.screens.session import Session
from omnitui.store.access import Reader, Writer
from omnitui.triage.agent import Agent
from omnitui.widgets.glyphs import ASCII, UNICODE


def make_session(places: Places, settings: Settings, me: str, now: Callable[[], Instant]) -> Session:
    """Everything that the pages work with."""
    return Session(
        places=places,
        settings=settings,
        agent=Agent(me, settings.accounts, settings.agent.timezone or local_zone(), channels=settings.channel_accounts),
        now=now,
        keymap=keymap_of(settings.keys),
        glyphs=ASCII if plain_marks(settings.ui.ascii) else UNICODE,
        reader=Reader(places.cache_db),
        writer=Writer(places.cache_db),
        slow=is_slow(settings.ui.slow_line),
        searcher=Reader(places.cache_db),
    )


def start_screen(
    places: Places,
    settings: Settings,
    me: str,
    now: Callable[[], Instant],
    *,
    spawn_worker: Callable[[], object] | None = None,
) -> str | None:
    """Run the screen until it is left; "setup" when the set-up is wanted next.

    `spawn_worker` starts a worker when none runs: after the first frame, where there are accounts, and when one is
    needed to open a file.
    """
    session = make_session(places, settings, me, now)
    return OmnituiApp(session, spawn_worker).run(mouse=settings.ui.mouse)
