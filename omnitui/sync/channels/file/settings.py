"""Settings of the channel `file`."""

from __future__ import annotations

from omnitui.config.schema import setting
from omnitui.core.dataclass import dataclass


@dataclass(frozen=True, kw_only=True)
class FileSettings:
    """Messages from a file of JSON Lines, or from an export of another program; answers into another file."""

    inbox: str = setting(
        "Path of the file that is read: JSON Lines, to which lines are only added; or an export of Telegram Desktop,"
        " WhatsApp, Signal, Slack, Instagram or Messenger, an mbox or a Maildir, which is replayed.",
        example="/srv/desk/in.jsonl",
    )
    outbox: str = setting("Path of the file to which what is sent is added.", example="/srv/desk/out.jsonl")
    poll_seconds: int = setting("How often the file is looked at.", 2, least=1, most=3600)
    us: tuple[str, ...] = setting(
        "Names or addresses of ours in an export: what they wrote is an answer.", (), example=["Shop support"]
    )
