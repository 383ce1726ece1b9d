"""What an agent does with a conversation, done at Chatwoot. Each may be done twice without harm."""

from __future__ import annotations

from typing import Any

from omnitui.core.errors import Refused
from omnitui.sync.channels.chatwoot.client import ChatwootClient, Missing
from omnitui.sync.channels.chatwoot.people import Agents
from omnitui.sync.channels.chatwoot.values import moment, number, words
from omnitui.sync.channels.contract import Action, Receipt
from omnitui.sync.http.messages import TooMany

STATUSES = {"open": "open", "closed": "resolved", "pending": "pending", "snoozed": "snoozed"}
PRIORITIES = {-1: "low", 1: "high", 2: "urgent"}
NOBODY = 0
"""The id that takes an assignee away."""


async def act(client: ChatwootClient, agents: Agents, action: Action) -> Receipt:
    """Carry it out. Raises Refused for what Chatwoot cannot do."""
    match action.kind:
        case "state":
            await client.change(action.conversation, "toggle_status", state_fields(action))
        case "assign":
            id_ = await agent_id(client, agents, words(action.value.get("assignee")))
            await client.change(action.conversation, "assignments", {"assignee_id": id_})
        case "tags":
            await client.change(action.conversation, "labels", {"labels": labels(action.value.get("tags"))})
        case "priority":
            await _priority(client, action)
        case "read":
            await client.change(action.conversation, "update_last_seen", {})
        case "typing":
            typing = "off" if action.value.get("typing") is False else "on"
            await client.change(action.conversation, "toggle_typing_status", {"typing_status": typing})
        case "delete":
            await _delete(client, action)
        case _:
            raise Refused(f"Chatwoot cannot {action.kind} a message")
    return Receipt("accepted", action.remote_id)


def state_fields(action: Action) -> dict[str, Any]:
    """A state as Chatwoot takes it; a snooze without an end lasts until the customer writes."""
    status = STATUSES.get(words(action.value.get("state")))
    if status is None:
        raise Refused(f"Chatwoot knows no state {words(action.value.get('state'))}")
    fields: dict[str, Any] = {"status": status}
    until = number(action.value.get("until"))
    if status == "snoozed" and until and moment(until // 1000):
        fields["snoozed_until"] = until // 1000
    return fields


def labels(tags: object) -> list[str]:
    """All tags of a conversation as labels. Raises Refused for one that Chatwoot would take for two."""
    found = [words(tag).strip() for tag in tags] if isinstance(tags, list | tuple) else []
    for tag in found:
        if "," in tag:
            raise Refused(f"a label of Chatwoot cannot hold a comma: {tag}")
    return [tag for tag in found if tag]


async def agent_id(client: ChatwootClient, agents: Agents, name: str) -> int:
    """The agent's id there; the list is asked for again where the name is not in it. Raises Refused."""
    if not name:
        return NOBODY
    id_ = agents.id_of(name)
    if id_ is None:
        agents.take(await client.agents())
        id_ = agents.id_of(name)
    if id_ is None:
        raise Refused(f"Chatwoot has no agent {name}; the setting agents says who is who")
    return id_


async def _priority(client: ChatwootClient, action: Action) -> None:
    wanted = PRIORITIES.get(number(action.value.get("priority")) or 0)
    if wanted is not None:
        await client.change(action.conversation, "toggle_priority", {"priority": wanted})
        return
    try:
        await client.change(action.conversation, "toggle_priority", {"priority": "none"})
    except (Missing, TooMany):
        raise
    except Refused:
        # The pages of the API say none; servers there are that take only null for it.
        await client.change(action.conversation, "toggle_priority", {"priority": None})


async def _delete(client: ChatwootClient, action: Action) -> None:
    if not (action.remote_id.isascii() and action.remote_id.isdigit()):
        raise Refused("that is no message of Chatwoot")
    try:
        await client.delete(action.conversation, action.remote_id)
    except Missing:
        return
