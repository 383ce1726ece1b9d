"""What the app may do in Slack: the scopes of `manifest.yml`, and what each is for.

https://docs.slack.dev/reference/scopes
"""

from __future__ import annotations

NEEDED = {
    "channels:history": "read public channels",
    "channels:read": "find public channels",
    "chat:write": "answer",
    "groups:history": "read private channels",
    "groups:read": "find private channels",
    "im:history": "read direct messages",
    "im:read": "find direct messages",
    "users:read": "know who writes",
}
"""Without one of these it does not work."""
USEFUL = {
    "files:read": "fetch the files that customers send",
    "files:write": "send files",
    "im:write": "write first to somebody",
    "mpim:history": "read direct messages of several people",
    "mpim:read": "find direct messages of several people",
    "reactions:read": "see reactions",
    "reactions:write": "react",
    "team:read": "know the names of customers' organisations",
    "users:read.email": "know customers' mail addresses",
}
"""Without one of these something is missing."""
EVENTS = (
    "channel_rename",
    "group_rename",
    "member_joined_channel",
    "message.channels",
    "message.groups",
    "message.im",
    "message.mpim",
    "reaction_added",
    "reaction_removed",
    "user_change",
)
"""What the app is subscribed to."""
