"""What every screen works with: the reader, the writer, who works here, the clock, the keys. Made by the app."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from omnitui.config.places import Places
from omnitui.config.schema import Settings
from omnitui.core.keymap import Keymap
from omnitui.core.times import Instant
from omnitui.store.access import Reader, Writer
from omnitui.widgets.glyphs import Glyphs


@dataclass
class Session:
    """Everything that is not the screen itself."""

    places: Places
    settings: Settings
    me: str
    now: Callable[[], Instant]
    keymap: Keymap
    glyphs: Glyphs
    reader: Reader
    writer: Writer
