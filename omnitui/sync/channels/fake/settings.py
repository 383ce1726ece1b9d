"""Settings of the channel `fake`."""

from __future__ import annotations

from omnitui.config.schema import setting
from omnitui.core.dataclass import dataclass


@dataclass(frozen=True, kw_only=True)
class FakeSettings:
    """A chat service that is a folder on this machine: for trying out, and for tests of what is built on channels."""

    folder: str = setting("Folder of the service; it is made where it is missing.", example="/srv/desk/chat")
    script: str = setting("TOML file of customers who write and answer by themselves; empty for none.", "")
    window_hours: int = setting("Hours for which a customer may be answered after their last message; 0: always.", 0)
    poll_ms: int = setting("How often it is looked at, in milliseconds.", 500, least=20, most=60_000)
