"""Changes that are no messages: editing and deleting ours, reacting. Doing one twice does no harm."""

from __future__ import annotations

from omnitui.core.errors import Refused
from omnitui.sync.channels.contract import Action, Receipt
from omnitui.sync.channels.slack.client import SlackClient, SlackRefused
from omnitui.sync.channels.slack.emoji import emoji_name
from omnitui.sync.channels.slack.text import escaped, string

_DONE = frozenset({"already_reacted", "no_reaction"})


async def carry_out(client: SlackClient, action: Action) -> Receipt:
    """Do it. Raises Refused for what Slack cannot do."""
    channel, _, ts = action.remote_id.rpartition(":")
    if action.kind not in ("edit", "delete", "react"):
        raise Refused(f"Slack cannot {action.kind} from here")
    if not channel or not ts:
        raise Refused("this message has no place in Slack yet")
    where = {"channel": channel, "ts": ts}
    try:
        if action.kind == "edit":
            text = escaped(string(action.value.get("text")))
            await client.call("chat.update", {**where, "text": text, "parse": "none"}, urgent=True)
        elif action.kind == "delete":
            await client.call("chat.delete", where, urgent=True)
        else:
            method = "reactions.add" if action.value.get("added", True) else "reactions.remove"
            name = emoji_name(string(action.value.get("emoji")))
            fields = {"channel": channel, "timestamp": ts, "name": name}
            await client.call(method, fields, urgent=True)
    except SlackRefused as refused:
        gone = action.kind == "delete" and refused.code == "message_not_found"
        if refused.code in _DONE or gone:
            return Receipt("duplicate", action.remote_id)
        raise
    return Receipt("accepted", action.remote_id)
