"""What every screen works with: the reader, the writer, who works here, the clock, the keys. Made by the app."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import field
from typing import Any

from omnitui.config.places import Places
from omnitui.config.schema import Settings
from omnitui.core.dataclass import dataclass
from omnitui.core.errors import Refused
from omnitui.core.keymap import Keymap
from omnitui.core.times import Instant
from omnitui.store.access import Reader, Writer
from omnitui.triage.agent import Agent
from omnitui.widgets.glyphs import ChannelMarks, Glyphs


async def no_worker(asked: dict[str, Any]) -> str:
    """What stands for the worker until the app has wired it."""
    raise Refused("no worker runs here")


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
    searcher: Reader
    """Reads what may take long and may be ended in the middle: searches, counts of saved views."""
    marks: ChannelMarks = field(default_factory=ChannelMarks)
    """Two letters for each channel."""
    slow: bool = False
    """The line to the terminal is slow: what can wait is shown once a second."""
    wake: Callable[[], None] = lambda: None
    """Look at the feed at once, and tell the worker that there may be something to do."""
    sync: Callable[[], None] = lambda: None
    """Ask the worker to look at the servers at once."""
    order: Callable[[dict[str, Any]], Awaitable[str]] = no_worker
    """Ask the worker for a file of a mail or a page for the browser; gives its path. Raises Refused, in words."""
    at_work: str = ""
    """What long work of triage goes on now; empty when none does."""
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Who works at triage for longer than a moment; those behind come in their order."""
    refused_line: str = ""
    """A `:` line that named no command: it stands there again, to be mended."""
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
