"""Answers that leave through another account than the one that was written to: by mail, by a chat, either way."""

from __future__ import annotations

import uuid

from omnitui.core.models import State
from omnitui.core.operations import Operation, OpKind
from omnitui.core.times import Instant
from omnitui.store.targets import Target
from omnitui.triage.agent import Agent


def told(agent: Agent, target: Target, through: str, now: Instant) -> list[Operation]:
    """Conversations belong to one account each: an answer from another account begins one there, where their reply
    will come. The one at hand waits for them, and says so in a note. `through` is what the answer leaves by: a
    mailbox's address, or the name of a channel's account."""
    text = f"Answered from {through}, as a conversation of that account"
    note = {"mid": f"{uuid.uuid4().hex}.note@omnitui.invalid", "text": text, "author": agent.name, "at": now}
    state = {"state": State.PENDING.value, "until": None, "folder": None}
    return [Operation(OpKind.NOTE, target.key, note), Operation(OpKind.STATE, target.key, state)]
