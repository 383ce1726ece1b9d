"""Merge and split. Both are steps that undo takes back."""

from __future__ import annotations

from collections.abc import Sequence

from omnitui.core.errors import NotFound, Refused
from omnitui.core.models import StepRow
from omnitui.core.operations import Operation, OpKind
from omnitui.core.times import Instant
from omnitui.store import messages
from omnitui.store.connection import Cache
from omnitui.triage.agent import Agent
from omnitui.triage.steps import Which, commit, look_up, named


def merge(cache: Cache, agent: Agent, others: Which, into: int, now: Instant) -> StepRow | None:
    """The others become part of `into`. Raises Refused when they belong to different accounts."""
    (kept,) = look_up(cache, [into])
    gone = [target for target in look_up(cache, others) if target.id != kept.id]
    operations = [Operation(OpKind.MERGE, target.key, {"into": kept.key}) for target in gone]
    if not operations:
        raise Refused("Mark another conversation to merge with this one")
    return commit(cache, agent, f"Merged {named(gone)} into {named([kept])}", operations, now)


def split(cache: Cache, agent: Agent, conversation_id: int, message_ids: Sequence[int], now: Instant) -> StepRow | None:
    """These messages become a conversation of their own. Raises Refused when nothing would be left on one side."""
    (whole,) = look_up(cache, [conversation_id])
    found = [message for message in messages.by_ids(message_ids).all(cache) if message.conversation_id == whole.id]
    if not found:
        raise NotFound("These messages are not in this conversation")
    first = found[-1]
    payload = {"messages": [message.mid for message in found], "key": f"{whole.account} {first.mid} split {now}"}
    label = f"Split {len(found)} message{'s' if len(found) > 1 else ''} from {named([whole])}"
    return commit(cache, agent, label, [Operation(OpKind.SPLIT, whole.key, payload)], now)


def split_from(cache: Cache, agent: Agent, conversation_id: int, message_id: int, now: Instant) -> StepRow | None:
    """This message and all after it become a conversation of their own."""
    (whole,) = look_up(cache, [conversation_id])
    first = messages.by_ids([message_id]).first(cache)
    if first is None or first.conversation_id != whole.id:
        raise NotFound("This message is not in this conversation")
    thread = messages.thread(whole.id, limit=1_000_000).all(cache)
    after = [message.id for message in thread if (message.at, message.id) >= (first.at, first.id)]
    if len(after) == len(thread):
        raise Refused("This is the first message: there would be nothing left before it")
    return split(cache, agent, whole.id, after, now)
