"""What every screen works with: the reader, the writer, who works here, the clock, the keys. Made by the app."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from omnitui.config.places import Places
from omnitui.config.schema import Settings
from omnitui.core.keymap import Keymap
from omnitui.core.times import Instant
from omnitui.store.access import Reader, Writer
from omnitui.triage.agent import Agent
from omnitui.widgets.glyphs import Glyphs


@dataclass
class Session:
    """Everything that is not the screen itself."""

    places: Places
    settings: Settings
    agent: Agent
    now: Callable[[], Instant]
    keymap: Keymap
    glyphs: Glyphs
    reader: Reader
    writer: Writer
    wake: Callable[[], None] = lambda: None
    """Look at the feed at once, and tell the worker that there may be something to do."""
    sync: Callable[[], None] = lambda: None
    """Ask the worker to look at the servers at once."""
    extract: Callable[[bytes, str], bytes | None] = lambda raw, sha256: None
    """One file out of a mail's bytes by its hash; the parser is loaded only when somebody opens a file."""
    last_snooze: str = ""
    """What was said the last time, for `s s`."""

    @property
    def me(self) -> str:
        """Who works here."""
        return self.agent.name

    @property
    def zone(self) -> str:
        """IANA name of the zone in which times are read and shown."""
        return self.agent.zone
