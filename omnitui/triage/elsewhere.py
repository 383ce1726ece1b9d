"""Answers that leave through another account than the one that was written to: by mail, by a chat, either way."""

from __future__ import annotations

import uuid

from omnitui.core.models import Draft, State
from omnitui.core.operations import Operation, OpKind
from omnitui.core.times import Instant
from omnitui.store import targets
from omnitui.store.connection import Cache
from omnitui.store.targets import Target
from omnitui.triage.agent import Agent


def told(agent: Agent, target: Target, through: str, now: Instant) -> list[Operation]:
    """Conversations belong to one account each: an answer from another account begins one there, where their reply
    will come. The one at hand waits for them, and says so in a note. `through` is what the answer leaves by: a
    mailbox's address, or the name of a channel's account."""
    return _waits(agent, target, f"Answered from {through}, as a conversation of that account", now)


def answered(cache: Cache, agent: Agent, draft: Draft, here: Target | None, now: Instant) -> list[Operation]:
    """The same of the conversation from which somebody went to another one of the same person: it is answered too, and
    waits for nobody any more. Nothing where it was closed or put away meanwhile."""
    if draft.origin is None or here is None or draft.origin == here.id:
        return []
    return [
        operation
        for origin in targets.of_ids([draft.origin]).all(cache)
        if origin.id != here.id and origin.state is State.OPEN
        for operation in _waits(agent, origin, f"Answered from {draft.account}, in #{here.id}", now)
    ]


def _waits(agent: Agent, target: Target, text: str, now: Instant) -> list[Operation]:
    note = {"mid": f"{uuid.uuid4().hex}.note@omnitui.invalid", "text": text, "author": agent.name, "at": now}
    state = {"state": State.PENDING.value, "until": None, "folder": None}
    return [Operation(OpKind.NOTE, target.key, note), Operation(OpKind.STATE, target.key, state)]
