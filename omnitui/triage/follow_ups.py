"""Follow up if no reply: a conversation comes back at a time, or a mail leaves then, unless they have replied."""

from __future__ import annotations

from omnitui.core.errors import Refused
from omnitui.core.models import StepRow
from omnitui.core.operations import Operation, OpKind, Source
from omnitui.core.times import Instant
from omnitui.store import follow_ups
from omnitui.store.connection import Cache, joined
from omnitui.store.targets import Target
from omnitui.triage import sending
from omnitui.triage.agent import Agent
from omnitui.triage.steps import Which, change_each

NOBODY = Agent("omnitui", source=Source.SYNC)
"""In whose name a mail is taken back that a reply has made needless."""
_OVERTAKEN = "Not sent, since they have replied: "


def follow_up(
    cache: Cache, agent: Agent, which: Which, at: Instant | None, now: Instant, words: str = ""
) -> StepRow | None:
    """Open these again at a time unless they reply before; None ends that. `words` say the time.

    Raises Refused for a time that is past.
    """
    if at is not None and at <= now:
        raise Refused("That time is past: say one to come")

    def change(target: Target) -> Operation:
        return Operation(OpKind.FOLLOW_UP, target.key, {"at": at, "saw": target.last_customer_at or 0})

    ends = f" if there is no reply by {words}" if words else " if there is no reply"
    label = "Follow up {}" + ends if at is not None else "No follow-up of {} any more"
    return change_each(cache, agent, which, label, change, now)


def pressing(cache: Cache, now: Instant) -> bool:
    """There is something for `settle` to do."""
    return bool(follow_ups.pressing(now).all(cache) or follow_ups.overtaken().all(cache))


def settle(cache: Cache, now: Instant) -> list[int]:
    """Do what the time and their replies ask for; returns the conversations. Asked by the worker.

    A mail that a reply has overtaken becomes a draft again.
    """
    with joined(cache):
        ids = follow_ups.settle(cache, now)
        for item in follow_ups.overtaken().all(cache):
            sending.cancel_send(cache, NOBODY, item.id, now, label=_OVERTAKEN, undoable=False)
            ids.append(item.conversation_id or 0)
        return ids
