"""An app on a cache whose messages are in the full-text index."""

from __future__ import annotations

from pathlib import Path

from bench.store_fill import START, fill
from omnitui.app import OmnituiApp
from omnitui.config.places import places, prepare
from omnitui.config.schema import Settings
from omnitui.core.times import DAY, Instant
from omnitui.screen_start import make_session

NOW = Instant(START + 30 * DAY)


def wordy_app(folder: Path, conversations: int = 600, messages: int = 3) -> OmnituiApp:
    """The real app on so many conversations."""
    where = places(folder / "home")
    prepare(where)
    fill(where.cache_db, conversations, messages=messages).close()
    return OmnituiApp(make_session(where, Settings(), "ana", lambda: NOW))
