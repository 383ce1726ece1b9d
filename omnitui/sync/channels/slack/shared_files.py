"""Files of another organisation (Slack Connect): a message names them by their id only, `files.info` tells the rest.

https://docs.slack.dev/apis/slack-connect/using-slack-connect-apis/#files
"""

from __future__ import annotations

from typing import Any

from omnitui.core.errors import OmnituiError
from omnitui.sync.channels.slack.client import SlackClient
from omnitui.sync.channels.slack.text import dicts, string

UNTOLD = "check_file_info"


async def with_files(client: SlackClient, message: dict[str, Any]) -> dict[str, Any]:
    """The message with what its files are called; where Slack does not say it now, they are known by their id."""
    if not any(file.get("file_access") == UNTOLD for file in dicts(message.get("files"))):
        return message
    return {**message, "files": [await _told(client, file) for file in dicts(message.get("files"))]}


async def _told(client: SlackClient, file: dict[str, Any]) -> dict[str, Any]:
    if file.get("file_access") != UNTOLD:
        return file
    try:
        answer = await client.call("files.info", {"file": string(file.get("id"))}, patience=3.0)
    except OmnituiError:
        return file
    found = answer.get("file")
    return found if isinstance(found, dict) and found.get("id") == file.get("id") else file
