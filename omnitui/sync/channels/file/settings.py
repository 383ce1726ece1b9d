"""Settings of the channel `file`."""

from __future__ import annotations

from omnitui.config.schema import setting
from omnitui.core.dataclass import dataclass


@dataclass(frozen=True, kw_only=True)
class FileSettings:
    """Messages from a file of JSON Lines, answers into another: for scripts and systems without a connector."""

    inbox: str = setting("Path of the file that is read; lines are only added to it.", example="/srv/desk/in.jsonl")
    outbox: str = setting("Path of the file to which what is sent is added.", example="/srv/desk/out.jsonl")
    poll_seconds: int = setting("How often the file is looked at.", 2, least=1, most=3600)
